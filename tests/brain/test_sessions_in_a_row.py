"""Sessions that follow one another, and what was lost with the one before."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, LAW, TECH, Noted, Table, moderated, of, opened, plan, timers

from trialogue.model.commands import (
    Drop,
    EndTurn,
    GrantFloor,
    Report,
    RollOver,
)
from trialogue.model.events import (
    MeetingResumed,
    ReplyFailed,
    ReplyStarted,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import OnFailure
from trialogue.model.plan import (
    FloorRules,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def test_reports_of_an_old_session_change_nothing():
    """Reports of an old session, of its loss, start or end, are stale."""
    table = opened(TECH, BIZ)
    table.at(1, SessionReady("tech", 2))
    for event in (SessionLost("tech", 1, "gone", 0.1), SessionReady("tech", 1), SessionEnding("tech", 1)):
        assert [command.code for command in table.at(2, event)] == ["stale"]
    assert table.meeting.holder == "tech"
    table.at(3, SessionLost("tech", 2, "gone", 0.1))
    assert table.meeting.holder == "biz"
    assert [command.code for command in table.at(3, SessionReady("tech", 1))] == ["stale"]
    assert table.meeting.floor_view.queue == ()
    table.at(4, SessionReady("tech", 3))
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["tech"]
    table.says("biz")
    assert table.commands(RollOver) == []


def test_the_end_of_a_session_that_is_over_rolls_nobody_over():
    """A late warning about an old session's end does not replace the current one."""
    table = opened(TECH, BIZ)
    table.at(1, SessionReady("tech", 2))
    table.at(1, SessionEnding("tech", 1))
    table.says("tech")
    assert table.commands(RollOver) == []


def test_a_new_process_says_so():
    """A resumed meeting has one report of it, for people."""
    table = opened(TECH, BIZ)
    (report, *_) = of(table.at(1, MeetingResumed("0" * 64)), Report)
    assert report == Noted("resumed")


def test_a_new_session_may_greet():
    """An unprompted reply of a new session is held for the agent's next turn."""
    table = opened(TECH, BIZ)
    table.says("tech")
    table.at(2, SessionLost("tech", 1, "gone", 0.1))
    table.at(3, SessionReady("tech", 2))
    assert table.at(3, ReplyStarted("tech", 2)) == []
    assert [(w.participant, w.is_prepared) for w in table.meeting.floor_view.queue] == [("tech", True)]


def test_a_loss_is_made_good_again_once_the_last_one_is_over():
    """A turn lost twice is given up; the next one that is lost is taken again."""
    table = opened(TECH, BIZ)
    for session in (1, 2, 3):
        while table.meeting.holder != "tech":
            table.says(table.meeting.holder)
        table.at(table.now, SessionLost("tech", session, "gone", 0.1))
        table.at(table.now, SessionReady("tech", session + 1))
    again = [waiting.participant for waiting in table.meeting.floor_view.queue]
    reasons = [grant.reason for grant in table.commands(GrantFloor) if grant.to == "tech"]
    assert (reasons, again) == (["next in order", "asked for", "next in order"], ["tech"])


def test_a_seat_is_empty_until_its_fallback_is_there():
    """An agent that failed is absent until its fallback is ready."""
    table = opened(evolve(TECH, on_failure=OnFailure.REPLACE), BIZ, LAW)
    table.at(1, SessionFailed("tech", "gave up"))
    assert table.meeting.floor_view.present == ("biz", "law")
    table.at(2, SessionReady("tech", 2))
    assert table.meeting.floor_view.present == ("tech", "biz", "law")


def rolling():
    """Tech's session is closed just now to go on in a new one; biz's comes to its end too."""
    table = opened(SOUND, BIZ, LAW)
    table.at(1, SessionEnding("tech", 1))
    table.at(1, SessionEnding("biz", 1))
    table.begins("tech")
    table.plays("tech")
    table.at(1.5, ReplyStarted("tech", 2))
    table.now = 0
    table.ends("tech")
    assert table.commands(RollOver) == [RollOver("tech", 1)]
    return table


def test_an_agent_that_rolls_over_is_away_and_what_it_held_is_gone():
    """An agent whose session is being replaced is absent, and no other is replaced meanwhile."""
    table = rolling()
    assert Drop("tech", 2, "withdrawn") in table.commands(Drop)
    assert (table.meeting.floor_view.present, table.meeting.holder) == (("biz", "law"), "biz")
    table.says("biz")
    table.says("law")
    assert table.commands(RollOver) == [RollOver("tech", 1)]


@pytest.mark.parametrize("event", [SessionLost("tech", 1, "gone", 9.0), SessionFailed("tech", "401")])
def test_a_roll_over_that_goes_wrong_is_not_waited_for(event):
    """A failed roll-over of one session does not keep the others from theirs."""
    table = rolling()
    table.at(3, event)
    table.says("biz")
    assert table.commands(RollOver) == [RollOver("tech", 1), RollOver("biz", 1)]


def test_a_reply_that_failed_is_not_owed_any_more():
    """A failed reply is waited for neither after a tool's result nor after words that were heard."""
    table = opened(TECH, BIZ)
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(1, ToolFinished("tech", "c1", "succeeded", "0.08"))
    table.at(1, ReplyFailed("tech", 1, "FAILED_TO_THINK"))
    table.now = 0
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]
    ear = Table(moderated(CHAIR, SOUND, BIZ))
    ear.open()
    ear.says("mod", "Well.")
    ear.at(3, WordsHeard("tech", "well"))
    ear.at(4, ReplyFailed("tech", 0, "FAILED_TO_THINK"))
    ear.at(8, Woke("choose"))
    assert (ear.meeting.holder, timers(ear, "ear")) == ("tech", [14.0])


def test_a_turn_lost_after_one_that_was_taken_again_in_full():
    """A finished turn clears the count: the next loss is made good again."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for session in (1, 2):
        assert table.meeting.holder == "tech"
        table.at(table.now, SessionLost("tech", session, "gone", 0.1))
        table.at(table.now, SessionReady("tech", session + 1))
        table.says("biz")
        table.says("tech")
        table.says("biz")
    grants = [grant.reason for grant in table.commands(GrantFloor)]
    assert grants.count("asked for") == 2
