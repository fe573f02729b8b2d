"""What makes a tool call the same as one before: who asks, its id and arguments, until it is gone on from."""

import pytest
from attrs import evolve
from playbook import BIZ, TECH, Table, plan

from trialogue.brain.tools.calls import TRANSITIONS, Call, CallState, CallStep
from trialogue.errors import LocalProtocolError
from trialogue.model.commands import AnswerTool, CancelTool, RunTool
from trialogue.model.events import (
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionLost,
    SessionReady,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
)

ASK = ToolRequested("tech", 1, "call_0", "prices", '{"item": "edge", "n": 1}')
OTHER = evolve(ASK, arguments='{"item": "core", "n": 1}')
DONE = ToolFinished("tech", "call_0", "succeeded", "8")


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("step", CallStep)
def test_a_call_moves_by_its_table_only(state, step):
    """A step that is not in the table of a call's states is an error, and changes nothing."""
    call = Call("tech", "call_0", "prices", 1, state=state)
    after = TRANSITIONS.get((state, step))
    if after is None:
        with pytest.raises(LocalProtocolError, match=f"{state.value} cannot {step.value}"):
            call.take(step)
    else:
        call.take(step)
    assert call.state is (after or state)


def ran(arguments, run=0):
    """The order to run the tool with these arguments."""
    return RunTool("tech", "call_0", "prices", arguments, run)


@pytest.fixture
def table():
    """Two agents by text; tech holds the floor."""
    table = Table(plan(TECH, BIZ))
    table.open()
    return table


def test_other_arguments_are_another_call(table):
    """A model that gives each call the same id has each of them run, and each of them answered."""
    assert table.at(1, ASK) == [ran(ASK.arguments)]
    assert table.at(2, DONE) == [AnswerTool("tech", 1, "call_0", "prices", "8")]
    assert table.at(3, OTHER) == [ran(OTHER.arguments, 1)]
    finished = ToolFinished("tech", "call_0", "succeeded", "2", run=1)
    assert table.at(4, finished) == [AnswerTool("tech", 1, "call_0", "prices", "2", 1)]


def test_another_tool_is_another_call(table):
    """A model that reuses an id for another tool has that tool run, too."""
    table.at(1, ASK)
    assert table.at(1, evolve(ASK, tool="stock")) == [RunTool("tech", "call_0", "stock", ASK.arguments, 1)]


def test_other_arguments_while_the_first_runs(table):
    """Two calls under one id both run, and each gets its own result, in either order."""
    table.at(1, ASK)
    assert table.at(1, OTHER) == [ran(OTHER.arguments, 1)]
    late = ToolFinished("tech", "call_0", "succeeded", "2", run=1)
    assert table.at(2, late) == [AnswerTool("tech", 1, "call_0", "prices", "2", 1)]
    assert table.at(3, DONE) == [AnswerTool("tech", 1, "call_0", "prices", "8")]
    table.at(4, DONE)
    assert table.reports() == ["stale"]


@pytest.mark.parametrize(
    "written", [ASK.arguments, '{"n":1,"item":"edge"}'], ids=["same", "written otherwise"]
)
def test_the_same_arguments_before_the_answer_are_the_same_call(table, written):
    """A call that is repeated before its result runs once, and the latest session gets the result."""
    table.at(1, ASK)
    assert table.at(1, evolve(ASK, arguments=written)) == []
    table.at(1, SessionLost("tech", 1, "gone", 1.0))
    table.at(2, SessionReady("tech", 2))
    assert table.at(2, evolve(ASK, session=2, arguments=written)) == []
    assert table.at(3, DONE) == [AnswerTool("tech", 2, "call_0", "prices", "8")]
    assert len(table.commands(RunTool)) == 1


def test_an_answer_that_was_lost_is_given_again(table):
    """An agent that lost its session with a tool's result gets it again, without another run."""
    table.at(1, ASK)
    table.at(2, DONE)
    table.at(2, SessionLost("tech", 1, "gone", 1.0))
    table.at(3, SessionReady("tech", 2))
    assert table.at(4, evolve(ASK, session=2)) == [AnswerTool("tech", 2, "call_0", "prices", "8")]


@pytest.mark.parametrize(
    "gone_on",
    [
        [ReplyStarted("tech", 1), SentenceSaid("tech", 1, "Eight cents.", 0.0)],
        [ReplySent("tech", 1, 0.0)],
    ],
    ids=["a reply", "nothing to say"],
)
def test_an_agent_that_has_gone_on_asks_anew(table, gone_on):
    """A call that is repeated after its agent has used the result is a new call, and runs."""
    table.at(1, ASK)
    table.at(2, DONE)
    for event in gone_on:
        table.at(3, event)
    assert table.at(4, ASK) == [ran(ASK.arguments, 1)]


def test_another_agents_reply_does_not_follow_an_answer(table):
    """A reply of another agent does not make a repeated call a new one."""
    table.at(1, ASK)
    table.at(2, DONE)
    table.at(3, ReplyStarted("biz", 1))
    assert table.at(4, ASK) == [AnswerTool("tech", 1, "call_0", "prices", "8")]


def test_words_before_the_answer_are_no_going_on(table):
    """A reply that began before a tool's result does not make a repeated call a new one."""
    table.at(1, ASK)
    table.at(1, ReplyStarted("tech", 1))
    table.at(2, DONE)
    assert table.at(3, ASK) == [AnswerTool("tech", 1, "call_0", "prices", "8")]


def test_a_cancelled_call_may_be_asked_for_once_more_later(table):
    """A model that asks again after a cancellation, and after it went on, gets a new run."""
    table.at(1, ASK)
    assert table.at(1, ToolCallCancelled("tech", "call_0")) == [CancelTool("tech", "call_0")]
    assert table.commands(RunTool) == [ran(ASK.arguments)]
    table.at(2, ReplyStarted("tech", 1))
    assert table.at(3, ASK) == [ran(ASK.arguments, 1)]
    cancelled = ToolFinished("tech", "call_0", "cancelled", "the call was cancelled")
    assert not [command for command in table.at(3, cancelled) if isinstance(command, AnswerTool)]
    assert table.at(4, evolve(DONE, run=1)) == [AnswerTool("tech", 1, "call_0", "prices", "8", 1)]


def test_a_cancellation_names_the_run_that_goes_on(table):
    """Cancelling an id stops each of its two running calls."""
    table.at(1, ASK)
    table.at(1, OTHER)
    assert set(table.at(2, ToolCallCancelled("tech", "call_0"))) == {
        CancelTool("tech", "call_0"),
        CancelTool("tech", "call_0", 1),
    }
