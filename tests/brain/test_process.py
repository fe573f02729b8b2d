"""A process that sleeps, dies or loses its disk: what the meeting makes of it."""

import pytest
from attrs import evolve
from playbook import BIZ, TECH, Noted, Table, plan

from trialogue.model.commands import EndTurn, GrantFloor, Report, RollOver, WakeAt
from trialogue.model.events import (
    ActorOverran,
    LoopStalled,
    MeetingResumed,
    PlaybackFinished,
    ProcessSuspended,
    RecordingFailed,
    SessionFailed,
    SessionReady,
    ToolFinished,
    ToolRequested,
    WallClockJumped,
)
from trialogue.model.memory import ContextCall, ContextMessage


def table(*cast):
    made = Table(plan(*cast))
    made.open()
    return made


def speaking():
    """The table in the middle of its first turn, half of which was heard."""
    it = table()
    it.begins("tech", "One two three four.", 4.0)
    it.plays("tech")
    return it


def test_after_a_sleep_every_session_is_dialled_anew():
    """After a sleep of the machine, the turn in flight is lost, and its holder has the next one."""
    it = speaking()
    answer = it.at(2.0, ProcessSuspended(3600.0))
    assert [c for c in answer if isinstance(c, EndTurn)] == [EndTurn("tech", 1, "lost")]
    assert [c for c in answer if isinstance(c, RollOver)] == [RollOver("tech", 1), RollOver("biz", 1)]
    assert not [c for c in answer if isinstance(c, GrantFloor)]
    it.at(3.0, SessionReady("biz", 2))
    it.at(3.1, SessionReady("tech", 2))
    assert it.grants() == ["tech", "tech"]
    it.says("tech")
    assert it.grants() == ["tech", "tech", "biz"]


@pytest.mark.parametrize(("skipped_s", "at", "moved_s"), [(0.0, 2.0, 0.0), (3600.0, 3602.0, 3600.0)])
def test_a_limit_of_time_is_moved_by_a_stop_of_the_process_alone(skipped_s, at, moved_s):
    """The meeting's clock stands still while the machine sleeps: its time limit is not moved once more."""
    it = speaking()
    before = it.timers["limit-time"]
    it.at(at, ProcessSuspended(3600.0, skipped_s))
    assert it.timers["limit-time"] == before + moved_s


def test_a_turn_was_not_heard_while_the_process_was_stopped():
    """A process that is stopped in the middle of a turn has played what was heard before, and no more."""
    it = speaking()
    it.at(62.0, ProcessSuspended(60.0, 60.0))
    assert [(taken.heard, taken.spoken_s) for taken in it.meeting.turns] == [("One two", 2.0)]


def test_a_resumed_meeting_has_no_sessions_and_all_of_its_timers():
    """The actors of a new process know nothing: what was set is ordered again, at its old time."""
    it = speaking()
    before = {c.timer: c.at for _, _, commands in it.log for c in commands if isinstance(c, WakeAt)}
    answer = it.meeting.handle(MeetingResumed("00"), 2.0)
    again = {c.timer: c.at for c in answer if isinstance(c, WakeAt)}
    assert again["limit-time"] == before["limit-time"]
    assert "hold" in before
    assert "hold" not in again
    assert [c for c in answer if isinstance(c, EndTurn)] == [EndTurn("tech", 1, "lost")]
    assert it.meeting.holder is None


def test_a_resumed_agent_knows_what_was_heard_and_that_its_tool_is_unknown():
    """A resumed agent knows which half of its turn was heard, and its open call is not run again."""
    it = speaking()
    it.at(1.0, ToolRequested("tech", 1, "c1", "prices", "{}"))
    it.at(2.0, MeetingResumed("00"))
    answer = it.at(2.0, ToolFinished("tech", "c1", "unknown", "nobody knows"))
    assert [type(c) for c in answer] == [Report]
    context = it.meeting.context("tech")
    assert ContextMessage("assistant", "One two") in context
    assert ContextCall("c1", "prices", "{}", "nobody knows") in context


def test_a_participant_who_has_failed_for_good_stays_away():
    """A sleep of the machine does not bring back an agent that has failed."""
    it = table(TECH, BIZ, evolve(BIZ, name="law"))
    it.at(1.0, SessionFailed("law", "401", refused=True))
    it.at(2.0, MeetingResumed("00"))
    assert it.meeting.gone() == {"law"}


def test_the_rest_is_reported_and_changes_nothing():
    """An overrun, a failed recording or a step of the wall clock is reported, and the turn goes on."""
    it = speaking()
    for event in (ActorOverran("tools", 5.0), RecordingFailed("No space left"), WallClockJumped(-3600.0)):
        assert [type(c) for c in it.at(1.0, event)] == [Report]
    assert it.reports() == ["overrun", "recording-failed", "clock-jumped"]
    assert it.meeting.holder == "tech"
    it.at(4.0, PlaybackFinished("tech", 1, 1, 4.0, 4.0, "complete"))
    assert it.meeting.utterances()[0].heard == "One two three four."


def test_of_many_stalls_the_first_is_told():
    """Every stall is in the journal, and people read of it once, with its place if known."""
    it = speaking()
    first = it.at(1.0, LoopStalled(0.25, "look_up (prices.py:12)", "ToolExecutor._run"))
    assert first == [Noted("stalled", None, "0.25 s", "look_up (prices.py:12)")]
    assert it.at(2.0, LoopStalled(3.0)) == []
    assert it.meeting.holder == "tech"
