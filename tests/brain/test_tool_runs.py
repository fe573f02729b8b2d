"""Runs of tools: identified, told to the session that asked last, filled with words."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, EAR, TECH, Noted, of, opened, timers

from trialogue.model.commands import (
    AnswerTool,
    CancelTool,
    Report,
    RunTool,
    Speak,
)
from trialogue.model.events import (
    InjectionRefused,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import (
    Filler,
    FloorRules,
    ToolRules,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def shop(**rules):
    """Tech holds the floor and has a tool of these rules."""
    return opened(TECH, BIZ, tools=(ToolRules("order", **rules),))


def tools(commands):
    """The commands that concern tools."""
    return of(commands, AnswerTool, CancelTool, RunTool)


def test_a_session_that_is_over_calls_nothing():
    """A tool that an ended session requested does not run."""
    table = shop()
    assert tools(table.at(1, evolve(ORDER, session=2))) == []


def test_calls_that_nothing_identifies_are_all_run():
    """Equal calls of a tool without identifying arguments all run."""
    table = shop()
    table.at(1, ORDER)
    assert tools(table.at(1, evolve(ORDER, call_id="c2"))) == [RunTool("tech", "c2", "order", '{"id": 7}')]
    assert table.reports() == []


def test_identifying_arguments_may_be_written_in_any_order():
    """Two calls are the same if their identifying arguments are equal as JSON."""
    table = shop(identity=("id",))
    table.at(1, evolve(ORDER, arguments='{"id": {"a": 1, "b": 2}}'))
    assert tools(table.at(2, evolve(ORDER, call_id="c2", arguments='{"id": {"b": 2, "a": 1}}'))) == []
    assert table.commands(Report) == [Noted("same-call", "tech", "order")]


def test_the_session_that_asked_last_is_answered():
    """A new session that asks for the same call again waits for its result."""
    table = shop()
    table.at(1, ORDER)
    table.at(2, SessionLost("tech", 1, "gone", 0.1))
    table.at(3, SessionReady("tech", 2))
    assert tools(table.at(4, evolve(ORDER, session=2))) == []
    assert tools(table.at(5, ToolFinished("tech", "c1", "succeeded", "sent"))) == [
        AnswerTool("tech", 2, "c1", "order", "sent")
    ]


def test_filling_words_have_their_time_and_no_second_try():
    """A filler comes at its time after the tool's start, and is not tried again if refused."""
    table = shop(filler=Filler(2.0, "One moment."))
    table.at(1, ORDER)
    assert timers(table, "filler", "think") == [3.0, None]
    assert table.at(3, Woke("filler")) == [Speak("tech", 1, "One moment.", "queue")]
    table.at(3.1, InjectionRefused("tech", 1, "busy", 2))
    assert timers(table, "retry") == [None]
    table.at(4, ToolFinished("tech", "c1", "succeeded", "sent"))
    table.at(4.1, InjectionRefused("tech", 1, "busy", 1))
    assert timers(table, "retry") == [4.6]


def test_filling_words_that_a_session_did_not_say_are_let_go():
    """A filler that was lost with its session is not said by the next one."""
    table = shop(filler=Filler(2.0, "One moment."))
    table.at(1, ORDER)
    table.at(3, Woke("filler"))
    table.at(3.5, SessionLost("tech", 1, "gone", 0.1))
    table.at(4, SessionReady("tech", 2))
    while len(table.grants()) < 3:
        table.says(table.meeting.holder)
    assert table.grants()[-1] == "tech"
    assert [words.text for words in table.commands(Speak)] == ["One moment."]


def test_a_tool_that_ran_before_the_turn_is_waited_for_in_it():
    """A holder whose tool still runs keeps the floor until its answer to the result."""
    table = shop()
    table.at(1, evolve(ORDER, participant="biz"))
    table.says("tech")
    table.says("biz", "One moment.")
    assert table.meeting.holder == "biz"
    table.at(table.now + 1, ToolFinished("biz", "c1", "succeeded", "sent"))
    table.says("biz", "It is sent.")
    assert table.grants() == ["tech", "biz", "tech"]
