"""Tools of an agent that a person cuts off, or whose words the app takes from it."""

import pytest
from attrs import evolve
from playbook import BIZ, TECH, Noted, Table, plan

from trialogue.model.commands import AnswerTool, CancelTool, Cue, RunTool
from trialogue.model.events import (
    RevokeAsked,
    SessionLost,
    SessionReady,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.plan import OnInterrupt, ToolRules


def speaking(**rules):
    """Tech is heard, and its tool of these rules runs."""
    table = Table(evolve(plan(TECH, BIZ), tools=(ToolRules("order", **rules),)))
    table.open()
    table.begins("tech", "I am looking for it.", 8.0)
    table.plays("tech")
    table.at(1.0, ask())
    return table


def ask(call_id="c1", who="tech"):
    return ToolRequested(who, 1, call_id, "order", '{"order_id": 7}')


def of(commands, kind):
    return [each for each in commands if isinstance(each, kind)]


@pytest.mark.parametrize(
    ("rule", "stopped"),
    [(OnInterrupt.CANCEL, [CancelTool("tech", "c1")]), (OnInterrupt.KEEP, [])],
)
def test_a_cut_stops_what_shall_not_outlive_it(rule, stopped):
    """An interruption stops the tools that are to end with it, and no others."""
    table = speaking(on_interrupt=rule)
    assert of(table.at(2.0, RevokeAsked("tech")), CancelTool) == stopped
    assert of(table.at(2.1, RevokeAsked("tech")), CancelTool) == []


def test_a_cut_stops_no_run_that_another_waits_for():
    """An interruption does not stop a tool whose result another agent waits for."""
    table = speaking(on_interrupt=OnInterrupt.CANCEL, identity=("order_id",))
    table.at(1.5, ask("c2", who="biz"))
    assert of(table.at(2.0, RevokeAsked("tech")), CancelTool) == []
    answers = of(table.at(3.0, ToolFinished("tech", "c1", "succeeded", "sent")), AnswerTool)
    assert ("biz", "c2", "sent") in [(each.participant, each.call_id, each.content) for each in answers]


def test_a_run_is_told_to_stop_once():
    """A call that its service cancels is not stopped a second time by an interruption."""
    table = speaking(on_interrupt=OnInterrupt.CANCEL)
    assert of(table.at(1.5, ToolCallCancelled("tech", "c1")), CancelTool) == [CancelTool("tech", "c1")]
    assert of(table.at(2.0, RevokeAsked("tech")), CancelTool) == []


def test_a_call_that_runs_again_can_be_stopped_again():
    """A call that was stopped and asked for again can be stopped again."""
    table = speaking(on_interrupt=OnInterrupt.CANCEL, idempotent=True)
    table.at(2.0, RevokeAsked("tech"))
    table.at(2.5, ToolFinished("tech", "c1", "cancelled", "cancelled"))
    assert of(table.at(3.0, ask()), RunTool) != []
    assert of(table.at(3.5, ToolCallCancelled("tech", "c1")), CancelTool) != []


def test_a_result_whose_session_is_gone_is_told_at_the_next_turn():
    """A tool's result for a lost session is in its agent's next cue, once."""
    table = speaking()
    table.at(2.0, SessionLost("tech", 1, "1006", 1.0))
    table.at(3.0, SessionReady("tech", 2))
    decided = table.at(4.0, ToolFinished("tech", "c1", "succeeded", "sent"))
    assert Noted("superseded", "tech") in decided
    table.now = 5.0
    for _ in range(6):
        if table.meeting.holder is not None:
            table.says(table.meeting.holder)
    told = [cue for cue in table.commands(Cue) if "Your tool call order has finished: sent" in cue.text]
    assert [cue.to for cue in told] == ["tech"]
