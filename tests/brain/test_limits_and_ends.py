"""The agenda, limits, and ends of a meeting."""

import pytest
from attrs import evolve
from playbook import BIZ, EAR, GUEST, LAW, TECH, WATCH, Table, of, passes, plan, timers

from trialogue.brain.meeting import Brain
from trialogue.errors import ScenarioError
from trialogue.model.commands import (
    CancelTool,
    Cue,
    Drop,
    EndMeeting,
    EndTurn,
    MoveAgenda,
    StopPlayout,
)
from trialogue.model.events import (
    FloorRequested,
    PlaybackFinished,
    SessionFailed,
    SessionLost,
    SessionReady,
    StopAsked,
    ToolRequested,
    Woke,
)
from trialogue.model.expectations import TimePattern, Trigger
from trialogue.model.plan import AgendaItem, FloorRules, Limits, OnFailure, Said

ITEMS = (
    AgendaItem("why", "Why\nnow", done_when=Said("(?i)that is why", by="tech")),
    AgendaItem("how", "How", time_s=5.0),
)


def test_the_agenda_moves_on():
    """Points end by the right speaker's words or by time, after a turn; the last ends the meeting."""
    table = Table(plan(TECH, BIZ, agenda=ITEMS))
    answer = table.open()
    assert answer[0] == MoveAgenda("why", "opened")
    assert of(answer, Cue)[0].text == "Point of the agenda: Why now\nIt is your turn."
    table.says("tech", "No.")
    table.says("biz", "That is why.")
    assert of(table.says("tech", "That is why."), MoveAgenda) == [MoveAgenda("how", "done")]
    assert table.meeting.item == ITEMS[1]
    assert of(table.says("biz"), MoveAgenda) == []
    answer = table.says("tech", length=3.0)
    assert of(answer, MoveAgenda, EndMeeting) == [MoveAgenda(None, "time"), EndMeeting("agenda-done")]


def test_a_meeting_may_go_on_behind_its_agenda():
    """A plan without `agenda-done` goes on when the last point is done."""
    table = Table(plan(TECH, BIZ, agenda=ITEMS[1:], end_with_agenda=False))
    table.open()
    assert of(table.says("tech", length=6.0), MoveAgenda) == [MoveAgenda(None, "time")]
    assert table.says("biz", length=6.0)[-1] == Cue("tech", 3, "Biz: Well.\nIt is your turn.")


def test_words_can_end_the_meeting():
    """Only words of the participant that the plan names end the meeting."""
    table = Table(plan(TECH, BIZ, end=(Said("thank you all", by="biz"), Said("stop"))))
    table.open()
    table.says("tech", "thank you all")
    assert table.says("biz", "thank you all")[-1] == EndMeeting("said")
    assert table.says("tech") == []


def test_bad_patterns_and_policies_are_the_scenarios_fault():
    """An invalid pattern or policy is an error before the meeting begins."""
    with pytest.raises(ScenarioError, match="not a regular expression"):
        Brain(plan(TECH, end=(Said("("),)))
    with pytest.raises(ScenarioError, match="a search in linear time cannot do that"):
        Brain(plan(TECH, end=(Said("(a+)+(?=b)$"),)))
    with pytest.raises(ScenarioError, match="unknown policy 'chaos'; known: addressed, agenda, auction,"):
        Brain(plan(TECH, floor=FloorRules(policy="chaos")))


def test_the_time_limit_is_sharp():
    """The meeting ends at its limit, in the middle of a turn if need be."""
    table = Table(plan(TECH, limits=Limits(time_s=60.0, silence_s=90.0)))
    table.open()
    table.begins("tech")
    expected = [StopPlayout("tech", 1), EndTurn("tech", 1, "meeting-ended"), EndMeeting("limit-time")]
    assert table.at(60, Woke("limit-time")) == expected


def test_a_time_that_the_plan_ends_at_is_waited_for_until_it_has_come():
    """A turn that goes on when the plan's time has come is the meeting's last."""
    table = Table(plan(TECH, BIZ, end=(Trigger(TimePattern(1.0)), Trigger(TimePattern(9.0)))))
    table.open()
    assert timers(table, "awaited") == [1.0]
    table.begins("tech")
    table.plays("tech")
    assert table.at(1.0, Woke("awaited")) == []
    assert timers(table, "awaited") == [None]
    assert table.ends("tech")[-1] == EndMeeting("happened")


def test_the_limit_on_turns():
    """The limit on turns counts turns that were heard, and not silent ones."""
    table = Table(plan(TECH, BIZ, limits=Limits(time_s=None, turns=2)))
    table.open()
    table.says("tech")
    passes(table, "biz")
    assert table.commands(EndMeeting) == []
    table.says("tech")
    assert table.commands(EndMeeting) == [EndMeeting("limit-turns")]


def test_the_limit_on_silence_is_off_while_somebody_is_heard():
    """The limit on silence counts from the end of sound, and ends no meeting in which somebody is heard."""
    table = Table(plan(TECH, limits=Limits(silence_s=5.0)))
    table.open()
    table.begins("tech", length=9.0)
    table.plays("tech")
    assert table.at(5, Woke("limit-silence")) == []
    table.at(9, PlaybackFinished("tech", 1, 1, 9, 9, "complete"))
    assert table.at(14, Woke("limit-silence"))[-1] == EndMeeting("silence")


def test_the_end_throws_away_what_nobody_will_hear():
    """Held replies are dropped and tools stopped, then nothing is decided any more."""
    table = Table(plan(TECH, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.at(1, ToolRequested("tech", 1, "c", "prices", "{}"))
    table.begins("law")
    assert table.at(2, StopAsked("terminated")) == [
        EndTurn("tech", 1, "meeting-ended"),
        Drop("law", 1, "ended"),
        CancelTool("tech", "c"),
        EndMeeting("terminated"),
    ]
    assert table.at(3, StopAsked("again")) == []


@pytest.mark.parametrize(("refused", "reason"), [(True, "refused"), (False, "all-failed")])
def test_the_meeting_ends_when_all_have_failed(refused, reason):
    """A meeting ends when all but observers have failed, and as `refused` only if each was refused."""
    table = Table(plan(TECH, BIZ, WATCH))
    table.open()
    table.at(1, SessionFailed("tech", "gone", refused=True))
    assert table.at(1, SessionFailed("biz", "gone", refused=refused))[-1] == EndMeeting(reason)


@pytest.mark.parametrize(("refused", "reason"), [(True, "refused"), (False, "participant-failed")])
def test_one_failure_can_be_the_end(refused, reason):
    """A meeting whose plan says so ends when one participant fails."""
    table = Table(plan(TECH, BIZ, on_failure=OnFailure.END))
    table.open()
    answer = table.at(1, SessionFailed("tech", "gone", refused=refused))
    assert of(answer, EndTurn, EndMeeting) == [EndTurn("tech", 1, "left"), EndMeeting(reason)]


def test_sessions_that_are_over_are_stale():
    """Reports of an old session, a second failure, and any session of a person are stale."""
    table = Table(plan(TECH, BIZ, GUEST))
    table.open()
    table.at(1, SessionReady("tech", 2))
    for event in (
        SessionReady("tech", 1),
        SessionReady("tech", 2),
        SessionLost("tech", 1, "?", 1.0),
        SessionReady("dana", 1),
        SessionLost("dana", 1, "?", 1.0),
        SessionFailed("dana", "?"),
    ):
        table.at(1, event)
    table.at(1, SessionFailed("biz", "gone"))
    table.at(1, SessionFailed("biz", "gone"))
    table.at(1, SessionReady("biz", 9))
    assert table.reports() == ["stale"] * 6 + ["participant-failed", "stale", "stale"]


def test_views():
    """The meeting's views show its state to the screen, and its repr is a status line."""
    table = Table(plan(TECH, BIZ))
    assert repr(table.meeting) == "<Brain test: new, 0 waiting>"
    table.open()
    table.says("tech", "Hello there.")
    table.at(2, FloorRequested("tech"))
    meeting = table.meeting
    assert repr(meeting) == "<Brain test: open, turn 2 biz, 1 waiting>"
    assert (meeting.turn, meeting.holder, meeting.item) == (2, "biz", None)
    assert [taken.heard for taken in meeting.turns] == ["Hello there."]
    assert [utterance.heard for utterance in meeting.utterances()] == ["Hello there."]
    assert [item.text for item in meeting.context("tech")] == ["It is your turn.", "Hello there."]
