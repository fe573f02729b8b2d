"""Any faults, at any time, of anybody: drawn and shrunk by Hypothesis."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from trialogue.chaos.catalogue import FAULTS, Fate, fault_named
from trialogue.chaos.plan import FaultPlan, Planned, drawn, planned
from trialogue.chaos.promises import judge
from trialogue.chaos.trial import try_meeting
from trialogue.errors import SetupError

NAMES = ("ann", "bob", "cleo")
OUTLIVED = [fault for fault in FAULTS if fault.fate is not Fate.ENDS]


@st.composite
def strokes(draw):
    """One fault: whom it strikes, from which of its dials on, and not before when."""
    fault = draw(st.sampled_from(OUTLIVED))
    return Planned(
        fault,
        draw(st.sampled_from(("bob",) if fault.needs_tool else NAMES)),
        session=draw(st.integers(1, 3)),
        after_s=draw(st.integers(0, 20)) * 1.0,
    )


def plans():
    """A few faults, each drawn as a whole: so a plan shrinks by leaving some out."""
    several = st.lists(strokes(), min_size=1, max_size=5).map(tuple)
    return st.builds(FaultPlan, several, seed=st.integers(0, 3))


@pytest.mark.parametrize("count", [5, pytest.param(30, marks=pytest.mark.long)])
def test_promises_are_kept_under_any_plan(count, scene):
    """Faults that strike together, in any order, break no promise of a meeting."""

    @given(plan=plans())
    @settings(
        max_examples=count, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
    )
    def kept(plan):
        with tempfile.TemporaryDirectory() as folder:
            trial = try_meeting(scene(), plan, out=Path(folder) / "run")
            assert judge(trial).broken == (), [str(each) for each in plan.planned]

    kept()


@pytest.mark.long  # two thousand plans; a broken promise is told in the daily tests, too
def test_a_plan_shrinks_to_its_fault_alone():
    """The plan that is shown for a broken promise has the guilty fault alone, in its plainest form."""
    late = fault_named("half-open")
    found = find(
        plans(),
        lambda plan: any(each.fault is late and each.after_s >= 3 for each in plan.planned),
        settings=settings(derandomize=True, database=None, max_examples=2000),
    )
    assert found == FaultPlan((Planned(late, "ann", session=1, after_s=3.0),), seed=0)


def test_the_same_plan_is_the_same_meeting(scene, tmp_path):
    """A drawn plan and its seed make the same journal, byte for byte."""
    resolved = scene()
    plan = drawn(4, resolved, 11)
    assert plan == drawn(4, resolved, 11)
    first, second = (try_meeting(resolved, plan, out=tmp_path / name) for name in ("one", "two"))
    assert first.strikes == second.strikes
    one, two = ((trial.folder / "journal.jsonl").read_bytes() for trial in (first, second))
    assert one == two


def test_a_plan_in_words(scene):
    """A fault strikes the agent and the session that `--fault` names, or else a drawn agent."""
    resolved = scene()
    plan = planned(["half-open@ann:2", "too-many@cleo", "call-twice"], resolved, 5)
    assert [(str(each), each.after_s) for each in plan.planned] == [
        ("half-open@ann:2", 0.0),
        ("too-many@cleo:1", 0.0),
        ("call-twice@bob:1", 0.0),
    ]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("half-opened", ("'half-opened'", "trialogue chaos --list")),
        ("half-open@dan", ("half-open@dan: ", "table", "'dan'")),
        ("half-open@ann:0", ("half-open@ann:0: ", "from 1")),
        ("half-open@ann:x", ("half-open@ann:x: ", "from 1")),
    ],
)
def test_words_that_are_no_plan(word, told, scene):
    """A `--fault` with a wrong fault, agent or number is one line that names the mistake."""
    with pytest.raises(SetupError) as raised:
        planned([word], scene(), 1)
    assert [each for each in told if each not in str(raised.value)] == []
    assert "\n" not in str(raised.value)


def test_a_fault_strikes_as_often_as_it_says(run_under):
    """Two dials in a row fail for a fault of two dials, and the third opens."""
    trial, judged = run_under(Planned(fault_named("broken-503"), "ann"))
    assert judged.broken == ()
    assert [strike.planned.fault.name for strike in trial.strikes] == ["broken-503", "broken-503"]


def test_a_fault_waits_for_its_session(run_under):
    """A fault for the second session strikes there, after the first session was lost."""
    cut, later = fault_named("fin-mid-turn"), fault_named("malformed")
    trial, judged = run_under(Planned(cut, "ann"), Planned(later, "ann", session=2))
    assert judged.broken == ()
    assert [strike.planned.fault.name for strike in trial.strikes] == ["fin-mid-turn", "malformed"]
    assert trial.strikes[1].at > trial.strikes[0].at


def test_a_fault_waits_for_its_time(run_under):
    """A fault for a later time strikes at its first occasion after that time."""
    trial, _ = run_under(Planned(fault_named("malformed"), "ann", after_s=6.0))
    (strike,) = trial.strikes
    assert strike.at >= 6.0


def test_without_an_occasion_nothing_strikes(run_under):
    """A fault without an occasion is shown as `no occasion`, and breaks no promise."""
    trial, judged = run_under(Planned(fault_named("malformed"), "ann", session=9))
    assert trial.strikes == ()
    assert judged.broken == ()
    assert [(row.survived, row.at) for row in judged.rows] == [("no occasion", None)]
