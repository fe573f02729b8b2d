"""Parts that an app gives by name: policies, and casts that are built in Python."""

from functools import partial

import pytest
from attrs import evolve

from trialogue import (
    AskedWrongly,
    AuthorFailed,
    Clock,
    Edges,
    Next,
    Nobody,
    Overrides,
    Permissions,
    Scenario,
    ScenarioError,
    SetupError,
    WrongType,
    loads,
    run_meeting,
)
from trialogue.model.commands import Report
from trialogue.testing import hold_meeting, murmuring_engines

CAST = {"ann": {"lines": ["One.", "Two."]}, "bob": {"lines": ["Three.", "Four."]}}


def talk(**keys):
    """A scenario of two, built in Python, of four turns."""
    return Scenario.build("talk", CAST, **{"run": {"limits": {"turns": 3, "time": "60s"}}, **keys})


def hold(scenario, tmp_path, **options):
    return hold_meeting(scenario, tmp_path / "run", **options)


# --- casts ------------------------------------------------------------------------------------------


def test_a_cast_is_built_in_python(tmp_path):
    """A cast that is built in Python is held like one of a file."""
    result = hold(talk(), tmp_path)
    assert result.result.reason == "limit-turns"
    assert result.granted == ["ann", "bob", "ann"]
    assert "name: talk" in (result.folder / "scenario.yaml").read_text()


def test_a_scenario_from_a_text_is_held(tmp_path):
    """`loads` reads a scenario from a text as from a file."""
    text = "trialogue: 1\nname: text\ncast: {ann: {lines: [One.]}, bob: {lines: [Two.]}}\n"
    assert hold(loads(text), tmp_path).result.reason


def test_faults_of_a_built_cast_are_told_as_of_a_file():
    """All faults of a cast built in code are told at once, each with its path."""
    with pytest.raises(ScenarioError) as error:
        Scenario.build("talk", {"ann": {"promt": "Hi."}, "bob": {"lines": 5}})
    assert len(error.value.problems) == 2
    assert "promt" in str(error.value)


@pytest.mark.parametrize("wrong", [{"ann": object()}, {"ann": {1, 2}}, {"ann": {"speed": float("nan")}}])
def test_invalid_arguments_are_refused(wrong):
    """The error names the wrong argument."""
    with pytest.raises(WrongType, match="plain JSON values"):
        Scenario.build("talk", wrong)


# --- policies ---------------------------------------------------------------------------------------


def only_bob(view):
    return Next("bob", "he is asked") if "bob" in view.present else Nobody("bob-away")


class OnlyBob:
    """The same as an object, bound to what the app knows."""

    def __init__(self, name):
        self.name = name

    def choose(self, view):
        return Next(self.name, "he is asked") if self.name in view.present else Nobody("away")


@pytest.mark.parametrize(
    "policy",
    [only_bob, OnlyBob("bob"), partial(lambda name, view: Next(name, "asked"), "bob")],
    ids=["function", "object", "partial"],
)
def test_an_apps_policy_needs_no_permission(tmp_path, policy):
    """An app's policy decides without a permission, and again in a replay."""
    scenario = talk(floor={"custom": "bobs"})
    result = hold(scenario, tmp_path, policies={"bobs": policy})
    assert result.granted[0] == "bob"
    assert result.verify().records > 5


def test_a_policy_can_stand_in_the_permissions(tmp_path):
    """A policy can be given with the operator's permissions, as tools can."""
    edges = Edges(permissions=Permissions(policies={"bobs": only_bob}))
    scenario = talk(floor={"custom": "bobs"})
    result = hold(scenario, tmp_path, edges=edges)
    assert result.granted[0] == "bob"


def test_a_policy_that_nobody_gave_is_told(tmp_path):
    """A policy that the app did not pass is an error with the call to make, before a run is made."""
    with pytest.raises(SetupError, match=r"pass it as policies=\{'bobs'"):
        hold(talk(floor={"custom": "bobs"}), tmp_path)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "policies", [{"bobs": 5}, {"queue": only_bob}, {"bobs": OnlyBob}, [only_bob], {5: only_bob}]
)
def test_policies_that_are_none_are_refused(tmp_path, policies):
    """A wrong policy is an error in the call, and no run's directory is made."""
    with pytest.raises(AskedWrongly):
        hold(talk(floor={"custom": "bobs"}), tmp_path, policies=policies)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("returned", "named"), [("bob", "a str"), (None, "a NoneType"), (5, "an int"), (Next, "a type")]
)
def test_the_type_of_a_policys_decision_is_checked(tmp_path, returned, named):
    """A policy that returns a wrong type is its author's error, with the policy's name."""
    with pytest.raises(AuthorFailed, match=f"policy bobs returned {named}, not a decision"):
        hold(talk(floor={"custom": "bobs"}), tmp_path, policies={"bobs": lambda _: returned})


@pytest.mark.parametrize(
    "decision", [Next(5, "why"), Next("bob", None), Nobody(7), Next("bob", "why", about=3)], ids=repr
)
def test_the_fields_of_a_decision_are_checked(tmp_path, decision):
    """A policy's decision with a field of a wrong type is the author's error."""
    with pytest.raises(AuthorFailed, match="policy bobs returned a"):
        hold(talk(floor={"custom": "bobs"}), tmp_path, policies={"bobs": lambda _: decision})


def test_a_policy_that_names_somebody_unknown_is_noted(tmp_path):
    """A policy that names an unknown participant is noted once, and `otherwise` decides."""
    scenario = talk(floor={"custom": "nobodys"})
    result = hold(scenario, tmp_path, policies={"nobodys": lambda _: Next("zoe", "she is asked")})
    told = [each for each in result.all(Report) if each.code == "unknown-named"]
    assert [each.text for each in told] == ["the policy named 'zoe', who is not of this meeting"]
    assert result.granted == ["ann", "bob", "ann"]
    assert result.verify().records > 5


def test_what_an_engine_raised_is_told_to_its_author(tmp_path, caplog):
    """An engine's failure is logged with its traceback at debug level, and with its place otherwise."""

    class Broken:
        """A voice whose weights are missing."""

        def synthesize(self, text, voice):
            raise LookupError("weights are missing")

    caplog.set_level("DEBUG", "trialogue.server")
    edges = Edges(engines=evolve(murmuring_engines(), synthesizer=Broken(), synthesizer_id="broken"))
    scenario = Scenario.build("talk", {"ann": {"lines": ["One."]}, "bob": {"lines": ["Two."]}})
    run_meeting(scenario, overrides=Overrides(clock=Clock.VIRTUAL, time_s=5), out=tmp_path, edges=edges)
    told = [each for each in caplog.records if "weights are missing" in caplog.handler.format(each)]
    assert {each.levelname for each in told} == {"DEBUG"}
    assert "in synthesize" in told[0].exc_text
    assert "LookupError at " in caplog.text
