"""Specs, decisions and observations: what can be said of supervision without a task."""

import math
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs
from supervise_toys import Toy

from trialogue.errors import LocalProtocolError, WrongType
from trialogue.supervise import (
    AutoShutdown,
    ChildSpec,
    ChildState,
    Diagnostics,
    Escalated,
    Exited,
    Intensity,
    Overrun,
    Restart,
    Restarting,
    Started,
    Strategy,
)
from trialogue.supervise.child import MOVES, Child
from trialogue.supervise.restart_rules import RESTARTS, IntensityWindow, affected, is_over
from trialogue.supervise.specs import check_specs


def spec(name: str, restart: Restart = Restart.TRANSIENT, *, significant: bool = False) -> ChildSpec:
    return ChildSpec(name, Toy(name), restart, significant=significant)


def test_defaults_are_those_of_otp():
    """One restart in five seconds; five seconds to stop; permanent; restarted at once."""
    assert Intensity() == Intensity(max_restarts=1, within_s=5.0)
    child = ChildSpec("a", Toy("a"))
    assert (child.restart, child.shutdown_s, child.significant, child.backoff) == (
        Restart.PERMANENT,
        5.0,
        False,
        None,
    )


@pytest.mark.parametrize(
    "change", [{"id": ""}, {"shutdown_s": 0}, {"shutdown_s": math.nan}, {"significant": True}]
)
def test_a_spec_that_makes_no_sense_is_refused(change):
    """No name, no grace, or a permanent child whose end for good would count."""
    with pytest.raises(ValueError, match=r"."):
        ChildSpec(**{"id": "a", "start": Toy("a"), **change})


@pytest.mark.parametrize("change", [{"max_restarts": -1}, {"within_s": 0}])
def test_an_intensity_that_makes_no_sense_is_refused(change):
    """Fewer than no restarts, or no time to count them in."""
    with pytest.raises(ValueError, match=r"."):
        Intensity(**change)


def test_two_children_of_one_name_are_refused():
    """Two children with one id are an error before anything starts."""
    with pytest.raises(ValueError, match="two children are called 'a'"):
        check_specs([spec("a"), spec("b"), spec("a")], AutoShutdown.NEVER)


def test_significance_without_effect_is_refused():
    """A significant child needs a supervisor that heeds it."""
    child = spec("a", significant=True)
    with pytest.raises(ValueError, match="has no automatic shutdown"):
        check_specs([child], AutoShutdown.NEVER)
    check_specs([child], AutoShutdown.ANY_SIGNIFICANT)


def test_every_restart_type_decides_every_ending():
    """The table is total, and says what OTP says."""
    assert {key for key, again in RESTARTS.items() if again} == {
        (Restart.PERMANENT, "failed"),
        (Restart.PERMANENT, "normal"),
        (Restart.TRANSIENT, "failed"),
    }
    assert set(RESTARTS) == {(restart, ending) for restart in Restart for ending in ("failed", "normal")}


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [(Strategy.ONE_FOR_ONE, "b"), (Strategy.ONE_FOR_ALL, "abc"), (Strategy.REST_FOR_ONE, "bc")],
)
def test_a_strategy_says_who_is_tied_to_whom(strategy, expected):
    """None, all, or those after it; in order."""
    assert "".join(affected(strategy, "abc", "b")) == expected


@pytest.mark.parametrize(
    ("auto_shutdown", "others_live", "expected"),
    [
        (AutoShutdown.NEVER, False, False),
        (AutoShutdown.ANY_SIGNIFICANT, True, True),
        (AutoShutdown.ALL_SIGNIFICANT, True, False),
        (AutoShutdown.ALL_SIGNIFICANT, False, True),
    ],
)
def test_significant_children_end_their_supervisor(auto_shutdown, others_live, expected):
    """Never, with the first, or with the last."""
    assert is_over(auto_shutdown, others_live=others_live) is expected


def test_decisions_know_their_enums_only():
    """A value from outside is a bug, not a default."""
    with pytest.raises(AssertionError):
        affected("one_for_two", "abc", "b")
    with pytest.raises(AssertionError):
        is_over("sometimes", others_live=False)
    with pytest.raises(WrongType, match="observation must be a Started or an Exited"):
        Diagnostics().observe(SimpleNamespace(supervisor="top", child="a"))


def test_the_window_slides():
    """Restarts count for `within_s` seconds, the last instant included, and refused ones count too."""
    window = IntensityWindow(Intensity(max_restarts=2, within_s=10.0))
    assert [window.admit(now) for now in (0, 1, 10, 10.5, 20, 31)] == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]


def test_a_window_of_none_bears_none():
    """With intensity 0 the first failure makes the supervisor give up."""
    assert not IntensityWindow(Intensity(max_restarts=0, within_s=1.0)).admit(0.0)


def test_a_move_that_is_not_in_the_table_changes_nothing():
    """A wrong transition of a child raises, and leaves its state as it was."""
    for state in ChildState:
        for other in ChildState:
            child = Child(spec("a"), state)
            if (state, other) in MOVES:
                child.become(other)
                assert child.state is other
            else:
                with pytest.raises(
                    LocalProtocolError, match=f"cannot become {other.value}: it is {state.value}"
                ):
                    child.become(other)
                assert child.state is state


def test_diagnostics_tell_types_and_never_texts():
    """One line an observation; the text of an error may be somebody's speech."""
    secret = ValueError("what ada said")
    with capture_logs() as lines:
        for observation in (
            Started("top", "a", 0),
            Exited("top", "a", None),
            Exited("top", "a", secret),
            Restarting("top", "a", 1, 0.5),
            Overrun("top", "a", 5.0),
            Escalated("top", "a", secret),
        ):
            Diagnostics().observe(observation)
    assert all((line.pop("supervisor"), line.pop("child")) == ("top", "a") for line in lines)
    assert lines == [
        {"event": "child started", "log_level": "debug", "restarts": 0},
        {"event": "child exited", "log_level": "debug", "reason": "normal"},
        {"event": "child exited", "log_level": "warning", "reason": "ValueError"},
        {"event": "child restarting", "log_level": "info", "attempt": 1, "delay_s": 0.5},
        {"event": "child overran its shutdown", "log_level": "error", "shutdown_s": 5.0},
        {"event": "too many restarts", "log_level": "error", "reason": "ValueError"},
    ]
