"""Tool calls: what is run, what is answered, and to whom."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.model.commands import AnswerTool, CancelTool, RunTool
from trialogue.model.events import ToolCallCancelled, ToolFinished, ToolRequested
from trialogue.rules import floor_tools
from trialogue.rules.state import State, TurnPhase
from trialogue.rules.tools import OWN, Call, CallState

ToolEvent: TypeAlias = ToolRequested | ToolFinished | ToolCallCancelled
"""What this module takes."""


def take(state: State, event: ToolEvent) -> None:
    """Decide on a tool call's event."""
    match event:
        case ToolRequested():
            _requested(state, event)
        case ToolFinished(participant=name, call_id=call_id, content=content):
            _finished(state, name, call_id, content)
        case ToolCallCancelled(participant=name, call_id=call_id):
            _cancelled(state, name, call_id)
        case _:  # pragma: no cover
            assert_never(event)


def _requested(state: State, event: ToolRequested) -> None:
    if not event.ours:
        return
    name = event.participant
    if not _is_live(state, name, event.session):
        state.stale("a tool was wanted by a session that is over", name)
        return
    call = state.calls.find(name, event.call_id)
    if call is not None:
        _again(state, call, event.session)
        return
    call = state.calls.open(event)
    turn = state.holds_floor(name)
    if turn is not None:
        turn.called_tool = True
    if event.tool in OWN:
        call.state = CallState.FINISHED
        _answer(state, call, floor_tools.answer(state, event))
        return
    if turn is not None:
        turn.owes_reply = True
        state.timers.clear(turn.timer("think"), turn.timer("ear"))
    state.emit(RunTool(name, event.call_id, event.tool, event.arguments))


def _is_live(state: State, name: str, session: int) -> bool:
    return state.presence.is_ready(name) and session == state.presence.session(name)


def _again(state: State, call: Call, session: int) -> None:
    """A call that is known is never run twice; the session that asked last is answered."""
    call.session = session
    match call.state:
        case CallState.FINISHED:
            _answer(state, call, call.content)
        case CallState.CANCELLED:
            state.stale("a cancelled call was asked for again", call.participant)
        case CallState.RUNNING:
            pass
        case _:  # pragma: no cover
            assert_never(call.state)


def _answer(state: State, call: Call, content: str) -> None:
    call.state, call.content = CallState.FINISHED, content
    state.emit(AnswerTool(call.participant, call.session, call.call_id, call.tool, content))


def _finished(state: State, name: str, call_id: str, content: str) -> None:
    call = state.calls.find(name, call_id)
    if call is None or call.state is not CallState.RUNNING:
        state.stale("a tool call finished that nobody waits for", name)
        return
    if _is_live(state, name, call.session):
        _answer(state, call, content)
    else:
        call.state, call.content = CallState.FINISHED, content
        state.report("superseded", "the session that called the tool is gone", name)
        if state.presence.is_ready(name):
            state.inboxes.add_note(name, f"Your tool call {call.tool} has finished: {content}")
    _think_again(state, name)


def _cancelled(state: State, name: str, call_id: str) -> None:
    call = state.calls.find(name, call_id)
    if call is None or call.state is not CallState.RUNNING:
        state.stale("a tool call was cancelled that is over", name)
        return
    call.state = CallState.CANCELLED
    state.emit(CancelTool(name, call_id))
    _think_again(state, name)


def _think_again(state: State, name: str) -> None:
    """The holder waits for no tool any more: its time to think starts anew."""
    turn = state.holds_floor(name)
    if turn is not None and turn.phase is TurnPhase.THINKING and not state.calls.running(name):
        state.wake(turn.timer("think"), state.now + state.plan.floor.think_s)
