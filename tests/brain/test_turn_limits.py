"""Limits of one turn."""

from __future__ import annotations

import pytest
from playbook import BIZ, GUEST, TECH, Table, of, opened, plan, timers

from trialogue.model.commands import EndTurn, Report
from trialogue.model.events import (
    EarReady,
    FloorRequested,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    SessionLost,
    SpeechStarted,
    Woke,
)
from trialogue.model.plan import AgendaItem, FloorRules, HoldRules


@pytest.mark.parametrize(("begins", "ends"), [(30.5, 30.5), (34.9, 34.9), (35.0, 35.0), (35.1, 30.0)])
def test_a_sentence_may_run_five_seconds_behind_the_limit(begins, ends):
    """A turn at its limit goes on to the end of a sentence that ends within five seconds; else it is cut."""
    table = Table(plan(TECH, BIZ, floor=FloorRules(hold=HoldRules(30.0))))
    table.open()
    table.at(0, ReplyStarted("tech", 1))
    table.at(0, SentenceSaid("tech", 1, "A long one.", 0.0))
    table.at(0, SentenceSaid("tech", 1, "Another.", begins))
    table.at(0, PlaybackStarted("tech", 1, 1, 0.0))
    answer = table.at(30, Woke("hold"))
    if ends > 30:
        assert of(answer, EndTurn) == []
        assert of(table.at(ends - 0.01, Woke("revoke")), EndTurn) == []
        answer = table.at(ends, Woke("revoke"))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "hold-limit")]


def test_a_timer_that_is_a_microsecond_early_is_due():
    """A timer that comes a microsecond early by rounding counts as due, and an earlier one does not."""
    for early, due in ((1e-6, True), (1e-5, False)):
        table = Table(plan(TECH, BIZ))
        table.open()
        assert bool(of(table.at(20.0 - early, Woke("think")), EndTurn)) is due


def speaks_at_length(**hold):
    """Dana has begun to speak at 1.0 s, under these limits."""
    table = Table(plan(TECH, BIZ, GUEST, floor=FloorRules("queue", "queue", hold=HoldRules(**hold))))
    table.open()
    table.at(0.5, EarReady("dana", 1))
    table.at(1.0, SpeechStarted("dana", 1.0))
    table.at(table.timers["begin"], Woke("begin"))
    assert table.meeting.holder == "dana"
    return table


def test_a_person_is_told_once_that_its_turn_is_long():
    """The warning comes once, counted from the person's first word."""
    table = speaks_at_length(warn_s=20.0)
    since = table.now
    assert timers(table, "warn") == [since + 20.0]
    table.at(since + 20.0, Woke("warn"))
    assert table.reports() == ["hold-warning"]
    assert timers(table, "warn") == [None]


def test_nobody_is_hurried_for_one_who_is_away():
    """A person's turn has its limit while another wants the floor who could have it."""
    table = speaks_at_length()
    assert timers(table, "hold") == [None]
    since = table.now
    table.at(3.0, FloorRequested("biz"))
    assert timers(table, "hold") == [since + 90.0]
    table.at(4.0, SessionLost("biz", 1, "1006", 0.1))
    assert timers(table, "hold") == [None]
    table.at(5.0, FloorRequested("dana"))
    assert timers(table, "hold") == [None]


def test_all_that_has_come_is_taken_at_one_look():
    """A busy process that looks late reports both overdue warnings at once."""
    table = opened(
        TECH,
        BIZ,
        floor=FloorRules(hold=HoldRules(90.0, warn_s=30.0)),
        agenda=(AgendaItem("one", "One", time_s=60.0, warn_s=20.0),),
    )
    table.begins("tech", "One two three.", 80.0)
    table.plays("tech")
    late = table.at(50.0, Woke("warn"))
    assert {each.code for each in late if isinstance(each, Report)} == {"hold-warning", "agenda-warning"}


def test_a_turn_behind_its_limit_ends_with_its_sentence():
    """An agent at its limit may end a sentence that ends soon; otherwise it is cut."""
    for offset, ends in ((31.0, 33.0), (50.0, 30.0)):
        table = Table(plan(TECH, BIZ, floor=FloorRules(hold=HoldRules(30.0))))
        table.open()
        table.at(0, ReplyStarted("tech", 1))
        table.at(0, SentenceSaid("tech", 1, "A long one.", 0.0))
        table.at(1, SentenceSaid("tech", 1, "Another.", offset))
        table.at(2, PlaybackStarted("tech", 1, 1, 2.0))
        answer = table.at(30, Woke("hold"))
        if ends > 30:
            assert of(answer, EndTurn) == []
            answer = table.at(ends, Woke("revoke"))
        assert of(answer, EndTurn) == [EndTurn("tech", 1, "hold-limit")]
