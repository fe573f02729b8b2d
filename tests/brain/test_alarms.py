"""How deadlines become timers: as the difference to what was told last."""

from trialogue.brain.deadlines import Alarms
from trialogue.model.commands import CancelWake, WakeAt


def told(**wanted):
    """Alarms that were told these deadlines at 0 s."""
    alarms = Alarms()
    alarms.difference(wanted, 0.0)
    return alarms


def test_a_deadline_is_told_once():
    """A deadline that has not moved sets no timer again, and a new one does."""
    alarms = told(think=5.0)
    assert alarms.difference({"think": 5.0}, 1.0) == []
    assert alarms.difference({"think": 5.0, "warn": 9.0}, 2.0) == [WakeAt("warn", 9.0)]


def test_a_deadline_that_moves_is_told_again():
    """A deadline that moves either way sets its timer again, but not for a rounding error."""
    alarms = told(think=5.0)
    assert alarms.difference({"think": 5.000001}, 1.0) == []
    assert alarms.difference({"think": 5.1}, 1.0) == [WakeAt("think", 5.1)]
    assert alarms.difference({"think": 4.9}, 1.0) == [WakeAt("think", 4.9)]


def test_a_deadline_that_is_over_comes_at_once():
    """A timer is never set for a moment that has passed."""
    assert Alarms().difference({"think": 3.0}, 4.0) == [WakeAt("think", 4.0)]


def test_an_unneeded_timer_is_cancelled():
    """A timer that is not needed any more is cancelled, unless it is due already."""
    alarms = told(think=5.0, warn=3.0, hold=9.0)
    assert alarms.difference({"hold": 9.0}, 3.0) == [CancelWake("think")]
    assert alarms.difference({}, 4.0) == [CancelWake("hold")]
    assert alarms.difference({}, 4.0) == []


def test_a_timer_that_has_come_is_set_anew():
    """A timer that has come is set again, and one that came before its moved deadline is not."""
    alarms = told(think=5.0)
    alarms.came("think", 5.0)
    assert alarms.difference({"think": 5.0}, 5.0) == [WakeAt("think", 5.0)]
    alarms.difference({"think": 8.0}, 5.0)
    alarms.came("think", 6.0)
    assert alarms.difference({"think": 8.0}, 6.0) == []
    alarms.came("nothing", 6.0)


def test_timers_of_a_process_that_is_gone_are_told_anew():
    """A resumed meeting has all of its deadlines again."""
    alarms = told(think=5.0, hold=9.0)
    alarms.forget()
    assert alarms.difference({"think": 5.0, "hold": 9.0}, 6.0) == [WakeAt("think", 6.0), WakeAt("hold", 9.0)]
