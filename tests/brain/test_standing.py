"""Standing of the meeting, for whoever looks at it from outside: what each participant does, and why."""

from __future__ import annotations

from playbook import BIZ, GUEST, LAW, TECH, WATCH, Table, opened, plan

from trialogue.model.events import (
    FloorRequested,
    Left,
    MeetingStarted,
    MuteAsked,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.plan import FloorRules

QUEUE = FloorRules("queue", "queue")


def does(table, name):
    """What a participant does, and why."""
    found = table.meeting.state(table.now).of(name)
    return found.activity, found.why


def test_the_meeting_says_who_is_heard_and_who_holds_the_floor():
    """An app sees who speaks and who has the floor; before the first turn, nobody."""
    table = opened(TECH, BIZ)
    table.begins("tech")
    quiet = table.meeting.state(0.5)
    assert (quiet.holder, quiet.turn, quiet.speaking, quiet.at) == ("tech", 1, (), 0.5)
    table.plays("tech")
    heard = table.meeting.state(0.5)
    assert (heard.holder, heard.speaking) == ("tech", ("tech",))
    assert [each.has_floor for each in heard.participants] == [True, False]


def test_a_holder_thinks_until_it_is_heard():
    """An app sees that the holder thinks until it is heard, and who chose it."""
    table = opened(TECH, BIZ)
    assert does(table, "tech") == ("thinking", "it has the floor, turn 1, chosen by round-robin")
    assert does(table, "biz") == ("listening", "it listens")
    table.begins("tech")
    table.plays("tech")
    assert does(table, "tech") == ("speaking", "it has the floor, turn 1, chosen by round-robin")


def test_a_holder_that_waits_for_a_tool_says_which():
    """An app sees which tool a holder waits for, and none once it is answered or the holder speaks."""
    table = opened(TECH, BIZ)
    table.at(0.1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(0.1, ToolRequested("tech", 1, "c2", "stock", "{}"))
    assert does(table, "tech")[1].endswith("; it waits for the tool prices")
    table.at(0.2, ToolFinished("tech", "c1", "succeeded", "1", 0.1))
    assert does(table, "tech")[1].endswith("; it waits for the tool stock")
    table.begins("tech")
    table.plays("tech")
    assert does(table, "tech") == ("speaking", "it has the floor, turn 1, chosen by round-robin")


def test_a_session_that_is_not_there_says_so():
    """An app can tell an agent that is not ready yet from a lost and a failed one."""
    table = Table(plan(TECH, BIZ, LAW))
    table.at(0.0, MeetingStarted())
    table.at(0.0, SessionReady("tech", 1))
    assert does(table, "biz") == ("joining", "its first session is not ready yet")
    table.at(0.1, SessionReady("biz", 1))
    table.at(0.1, SessionReady("law", 1))
    table.at(0.2, SessionLost("biz", 1, "reset", 1.0))
    assert does(table, "biz") == ("away", "its session was lost or is renewed, and is dialled again")
    table.at(0.3, SessionFailed("law", "no key", refused=True))
    assert does(table, "law") == ("failed", "its sessions have failed for good")
    assert [each.is_ready for each in table.meeting.state(0.3).participants] == [True, False, False]


def test_who_left_and_who_is_muted_is_told():
    """An app sees that a participant has left, and that a muted one only listens."""
    table = opened(TECH, BIZ, LAW)
    table.at(0.1, Left("biz"))
    table.at(0.2, MuteAsked("law", muted=True))
    assert does(table, "biz") == ("left", "it has left the table")
    assert does(table, "law") == ("listening", "it is muted")
    state = table.meeting.state(0.2)
    assert [each.is_muted for each in state.participants] == [False, False, True]


def test_a_raised_hand_waits_with_its_priority():
    """An app sees since when a hand is up, in seconds of the meeting, and its priority."""
    table = opened(TECH, BIZ, floor=QUEUE)
    table.at(1.0, FloorRequested("tech"))
    table.at(1.5, FloorRequested("biz", 1))
    assert does(table, "biz") == ("waiting", "its hand is up since 1.5 s, priority 1")


def test_a_person_speaks_before_and_beside_a_turn():
    """An app sees that a person speaks beside a turn."""
    table = opened(TECH, GUEST)
    table.begins("tech")
    table.plays("tech")
    table.at(1.0, SpeechStarted("dana", 1.0))
    assert does(table, "dana") == ("speaking", "it speaks beside the turn")
    assert table.meeting.state(1.0).speaking == ("tech", "dana")


def test_turns_and_seconds_are_counted_for_each():
    """An app sees how many turns each participant has had, and how long it was heard in them."""
    table = opened(TECH, BIZ)
    table.says("tech", length=2.0)
    table.says("biz", length=1.5)
    state = table.meeting.state(table.now)
    assert [(each.turns, each.spoken_s) for each in state.participants] == [(1, 2.0), (1, 1.5)]


def test_an_observer_is_ready_while_it_is_here():
    """An app sees an observer as ready while it is at the table."""
    table = opened(TECH, WATCH)
    assert table.meeting.state(0.0).of("watch").is_ready
