"""A change in the source of any policy is found by a replay, at the record that it decides otherwise."""

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.meeting import Brain
from trialogue.errors import ReplayDivergence
from trialogue.journal import read, verify
from trialogue.meeting.edges import Edges
from trialogue.meeting.what_if import what_if
from trialogue.testing import murmuring_engines

MODULES = {"random": "random_draw"}
"""Where a policy's module is called otherwise."""

PLANTS = {
    "addressed": ("name = addressee(view)", "name = view.present[-1]"),
    "agenda": ("< view.item_since", "> view.item_since"),
    "auction": ("best = min(bids", "best = max(bids"),
    "free": ("if isinstance(selected, Next)", "if not isinstance(selected, Next)"),
    "hand-off": ("return Next(given.to", "return Next(given.by"),
    "least-spoken": ("Next(min(able", "Next(max(able"),
    "moderated": ("last.participant == chair:", "last.participant != chair:"),
    "parallel-collect": ("Next(prepared[0]", "Next(prepared[-1]"),
    "queue": ("for waiting in view.queue", "for waiting in view.queue[1:]"),
    "random": ("int(view.draw *", "int(0.5 * view.draw *"),
    "recency": ("Next(max(able", "Next(min(able"),
    "round-robin": ("next_in_order(view, view.passed)", "next_in_order(view, frozenset({'biz'}))"),
    "scripted": ("[view.sums.place :]", "[view.sums.place // 2 :]"),
}


@cache
def source(policy):
    """The text of a policy's module, and its name."""
    name = MODULES.get(policy, policy.replace("-", "_"))
    module = importlib.import_module(f"trialogue.brain.floor.policies.{name}")
    return Path(module.__file__).read_text("utf-8"), module.__name__


def made(policy, old="", new=""):
    """The policy of a module whose source has one place changed."""
    text, name = source(policy)
    assert not old or text.count(old) == 1
    module = ModuleType(name)
    exec(compile(text.replace(old, new) if old else text, name, "exec"), module.__dict__)
    return module.POLICY.policy


class Beside:
    """The policy as it is; notes whether another would have decided otherwise."""

    def __init__(self, policy, other):
        self.policy, self.other, self.differs = policy, other, False

    def choose(self, view, /):
        decision = self.policy.choose(view)
        self.differs |= self.other.choose(view) != decision
        return decision


def first_other(reading, policy, other):
    """The first record at which the other policy decides otherwise, asked beside the recorded meeting."""
    beside = Beside(made(policy), other)
    brain = Brain(reading.header.plan, {policy: beside})
    for record in reading:
        brain.handle(record.event, record.at)
        if beside.differs:
            return record.seq
    return None


def test_every_policy_has_a_plant():
    """A new policy cannot be left out of this test."""
    assert PLANTS.keys() == POLICIES.keys()


@pytest.mark.parametrize("policy", sorted(PLANTS))
def test_a_planted_change_is_found_where_it_decides(policy_run, policy):
    """A changed policy is found by a replay at its first other decision."""
    journal = policy_run(policy).folder / "journal.jsonl"
    assert verify(journal, lambda plan: Brain(plan, {policy: made(policy)})).records > 10
    planted = made(policy, *PLANTS[policy])
    with pytest.raises(ReplayDivergence) as found:
        verify(journal, lambda plan: Brain(plan, {policy: planted}))
    assert found.value.seq == first_other(read(journal), policy, planted)
    assert found.value.recorded != found.value.decided


HELD_AGAIN = {"free", "moderated", "parallel-collect", "scripted"}
"""Policies whose meetings are held a second time in the daily tests, each of another kind."""


@pytest.mark.parametrize(
    "policy",
    [pytest.param(each, marks=() if each in HELD_AGAIN else pytest.mark.long) for each in sorted(POLICIES)],
)
def test_a_what_if_with_the_same_policy_changes_nothing(policy_run, tmp_path, policy):
    """A what-if with the same policy has the same turns."""
    edges, reading = Edges(engines=murmuring_engines()), read(policy_run(policy).folder / "journal.jsonl")
    came = what_if(reading, {"floor.policy": policy}, tmp_path / "out", edges)
    assert (came.others, came.horizon) == ((), None)
