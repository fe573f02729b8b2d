"""Custom policies: found by name, asked like the rules' own, refused in one line."""

import re
import sys

import pytest

from trialogue.brain.floor.view import Next
from trialogue.errors import AuthorFailed, SetupError
from trialogue.meeting.policy_loading import brain_for, import_policy
from trialogue.model.commands import GrantFloor
from trialogue.model.events import MeetingStarted, SessionReady
from trialogue.model.participants import Participant
from trialogue.model.plan import FloorRules, MeetingPlan

HERE = "tests.app.test_policies"


def last_of_the_cast(view):
    """Name whoever comes last."""
    return Next(view.present[-1], "comes last")


def plan(policy):
    """Two agents, and this policy."""
    return MeetingPlan("custom", (Participant("ada"), Participant("bob")), floor=FloorRules(policy=policy))


def test_a_function_decides(monkeypatch):
    """A policy that is named as `module:attribute` decides about a free floor."""
    monkeypatch.setitem(sys.modules, HERE, sys.modules[__name__])
    brain = brain_for(plan(f"{HERE}:last_of_the_cast"), ("*.last_of_the_cast",))
    brain.handle(MeetingStarted(), 0.0)
    brain.handle(SessionReady("ada", 1), 0.0)
    answer = brain.handle(SessionReady("bob", 1), 0.0)
    assert [command.to for command in answer if isinstance(command, GrantFloor)] == ["bob"]


def test_an_object_that_chooses_is_taken_as_it_is():
    """A policy can be named by its place although it is one of ours."""
    from trialogue.brain.floor.policies.queue import Queue

    allowed = ("trialogue.brain.floor.policies.*",)
    assert import_policy("trialogue.brain.floor.policies.queue:Queue", allowed).policy is Queue


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("no_such_module:x", "No module named"),
        ("trialogue.brain.floor.view:nothing", "has no attribute"),
        ("trialogue.brain.floor.policies.round_robin:__name__", "must be a function, not a str"),
    ],
)
def test_a_missing_policy_is_one_line(name, told):
    """A policy that cannot be asked is an error of one line before the meeting."""
    with pytest.raises(SetupError, match=told):
        brain_for(plan(name), ("*",))


@pytest.mark.parametrize(
    ("imports", "told"),
    [
        ((), "allow its code with Permissions(imports=('antigravity.fly',))"),
        (("antigravitY.*",), "allow its code with Permissions(imports=('antigravity.fly',))"),
    ],
)
def test_a_plan_imports_nothing_by_itself(imports, told):
    """A policy's module is not loaded unless the operator has allowed it."""
    with pytest.raises(SetupError, match=re.escape(told)):
        brain_for(plan("antigravity:fly"), imports)
    assert "antigravity" not in sys.modules


def test_a_name_that_leads_elsewhere_is_refused():
    """A policy's permission counts for where its code really is."""
    with pytest.raises(SetupError, match=r"is really posixpath\.join; allow it with"):
        import_policy("os.path:join", ("os.*",))


def left(_):
    sys.exit(0)


def divided(_):
    return 1 / 0


def undecided(_):
    return "bob"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("left", "raised SystemExit: 0"),
        ("divided", "raised ZeroDivisionError: division by zero"),
        ("undecided", "returned a str, not a decision"),
    ],
)
def test_a_failing_policy_is_an_error_of_its_author(name, told, monkeypatch):
    """A policy that fails ends the meeting by an error with its name and what it did."""
    monkeypatch.setitem(sys.modules, HERE, sys.modules[__name__])
    brain = brain_for(plan(f"{HERE}:{name}"), ("*",))
    brain.handle(MeetingStarted(), 0.0)
    brain.handle(SessionReady("ada", 1), 0.0)
    with pytest.raises(AuthorFailed) as caught:
        brain.handle(SessionReady("bob", 1), 0.0)
    assert str(caught.value) == f"policy {HERE}:{name} {told}"
    assert (caught.value.__cause__ is None) == (name == "undecided")


def test_ctrl_c_while_a_policy_decides_is_not_its_authors(monkeypatch):
    """Ctrl-C while a policy decides is not reported as its author's error."""

    def stopped(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules[__name__], "left", stopped)
    monkeypatch.setitem(sys.modules, HERE, sys.modules[__name__])
    brain = brain_for(plan(f"{HERE}:left"), ("*",))
    brain.handle(MeetingStarted(), 0.0)
    brain.handle(SessionReady("ada", 1), 0.0)
    with pytest.raises(KeyboardInterrupt):
        brain.handle(SessionReady("bob", 1), 0.0)
