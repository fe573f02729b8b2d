"""What a tool declares of itself: whether it outlives an interruption, runs twice, and fills the silence."""

import pytest
from attrs import evolve
from playbook import BIZ, TECH, Table, plan

from trialogue.brain.tools.calls import key_of
from trialogue.model.commands import AnswerTool, CancelTool, EndTurn, Play, RunTool, Speak
from trialogue.model.events import (
    GrantAsked,
    InjectionRefused,
    SessionLost,
    SessionReady,
    StopAsked,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import Filler, ToolRules


def table(**rules):
    """Two agents by text; tech holds the floor and has a tool of these rules."""
    tools = (ToolRules("order", **rules),)
    table = Table(evolve(plan(TECH, BIZ), tools=tools))
    table.open()
    return table


def ask(call_id="c1", arguments='{"order_id": 7}', who="tech"):
    return ToolRequested(who, 1, call_id, "order", arguments)


def done(call_id="c1", outcome="succeeded", content="sent", who="tech"):
    return ToolFinished(who, call_id, outcome, content)


def answer(call_id="c1", content="sent", who="tech"):
    return AnswerTool(who, 1, call_id, "order", content)


def tools(commands):
    """The commands that concern tools."""
    return [c for c in commands if isinstance(c, AnswerTool | CancelTool | RunTool)]


# --- the same call ----------------------------------------------------------------------------------


def test_identifying_arguments_make_a_call():
    """A new id with the same order is the same order: it is not sent twice, whoever asks."""
    it = table(identity=("order_id",))
    it.at(1, ask())
    it.at(2, done())
    assert tools(it.at(3, ask("c2", '{"note": "again", "order_id": 7}'))) == [answer("c2")]
    assert tools(it.at(4, ask("c9", who="biz"))) == [answer("c9", who="biz")]
    assert len(tools(it.at(5, ask("c3", '{"order_id": 8}')))) == 1
    assert [c.call_id for c in it.commands(RunTool)] == ["c1", "c3"]
    assert it.reports() == ["same-call"] * 2


def test_a_call_that_runs_already_is_waited_for():
    """Two calls with equal identifying arguments run once, and each gets the result under its id."""
    it = table(identity=("order_id",))
    it.at(1, ask())
    assert tools(it.at(2, ask("c2"))) == []
    assert tools(it.at(3, done())) == [answer(), answer("c2")]


def test_a_call_that_others_wait_for_is_not_stopped():
    """A cancelled call goes on while another call waits for the same result."""
    it = table(identity=("order_id",))
    it.at(1, ask())
    it.at(2, ask("c2"))
    assert tools(it.at(3, ToolCallCancelled("tech", "c1"))) == []
    assert tools(it.at(4, done())) == [answer("c2")]


@pytest.mark.parametrize(
    ("outcome", "idempotent", "runs"),
    [
        ("succeeded", True, False),
        ("failed", False, True),
        ("timed-out", False, False),
        ("unknown", False, False),
        ("cancelled", False, False),
        ("timed-out", True, True),
        ("unknown", True, True),
    ],
)
def test_what_may_have_had_effects_is_not_run_again(outcome, idempotent, runs):
    """A tool that may have had effects runs again only if it failed in words or may run twice."""
    it = table(identity=("order_id",), idempotent=idempotent)
    it.at(1, ask())
    it.at(2, done(outcome=outcome, content="words"))
    again = tools(it.at(3, ask("c2")))
    assert again == ([RunTool("tech", "c2", "order", '{"order_id": 7}')] if runs else [answer("c2", "words")])


def test_an_idempotent_call_may_be_asked_for_again():
    """A repeated call of an idempotent tool runs again unless it has succeeded."""
    it = table(idempotent=True)
    it.at(1, ask())
    it.at(2, done(outcome="timed-out", content="late"))
    assert tools(it.at(3, ask())) == [RunTool("tech", "c1", "order", '{"order_id": 7}')]
    it.at(4, done())
    assert tools(it.at(5, ask())) == [answer()]


@pytest.mark.parametrize("arguments", ["", "[7]", "{", "{}", "[" * 100_000])
def test_arguments_that_identify_nothing(arguments):
    """A call without identifying arguments is never merged with another one."""
    assert key_of("order", ("order_id",), arguments) == ""
    assert key_of("order", (), '{"order_id": 7}') == ""


# --- interruptions ----------------------------------------------------------------------------------


# --- words while it runs ----------------------------------------------------------------------------


SLOW = {"filler": Filler(2.0, "One moment.")}


def test_words_fill_the_silence():
    """A filler is said once while a tool runs, and the turn goes on to the tool's answer."""
    it = table(**SLOW)
    it.at(1, ask())
    assert it.at(3, Woke("filler")) == [Speak("tech", 1, "One moment.", "queue")]
    assert it.begins("tech", "One moment.") == [Play("tech", 1, 1)]
    it.plays("tech")
    assert [c for c in it.ends("tech") if isinstance(c, EndTurn)] == []
    assert tools(it.at(9, done())) == [answer()]
    assert it.begins("tech", "It is sent.") == [Play("tech", 2, 1)]
    it.plays("tech")
    assert [c for c in it.ends("tech") if isinstance(c, EndTurn)] == [EndTurn("tech", 1, "finished")]


def test_a_quick_tool_needs_no_words():
    """No filler is said when the tool's result has come, or while the holder is heard."""
    it = table(**SLOW)
    it.at(1, ask())
    it.at(2, done())
    assert it.at(3, Woke("filler")) == []
    it = table(**SLOW)
    it.begins("tech", "Let me see.")
    it.plays("tech")
    it.at(1, ask())
    assert it.at(3, Woke("filler")) == []


def test_words_that_are_refused_are_let_go():
    """A refused filler is not tried again, and neither is the cue that began the turn."""
    it = table(**SLOW)
    it.at(1, ask())
    it.at(3, Woke("filler"))
    assert it.at(3.1, InjectionRefused("tech", 1, "busy")) == []
    assert tools(it.at(4, done())) == [answer()]


def test_sessions_and_ends_are_outlived():
    """A tool's result for a lost session or after the meeting's end is not sent as an answer."""
    it = table(**SLOW)
    it.at(1, ask())
    it.at(2, SessionLost("tech", 1, "gone", 1.0))
    it.at(3, SessionReady("tech", 2))
    assert tools(it.at(4, done())) == []
    it.at(5, GrantAsked("tech"))
    it.at(6, StopAsked("stopped"))
    assert it.at(7, done("c2")) == []
