"""Tool calls: what is run, what is answered, and to whom."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.model.commands import AnswerTool, RunTool
from trialogue.model.events import ToolCallCancelled, ToolFinished, ToolRequested
from trialogue.model.plan import OnInterrupt
from trialogue.rules import floor_tools, tool_waits
from trialogue.rules.state import State, TurnPhase
from trialogue.rules.tools import OWN, Call, CallState, key_of

ToolEvent: TypeAlias = ToolRequested | ToolFinished | ToolCallCancelled
"""What this module takes."""


def take(state: State, event: ToolEvent) -> None:
    """Decide on a tool call's event."""
    match event:
        case ToolRequested():
            _requested(state, event)
        case ToolFinished():
            _finished(state, event)
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
    call = state.calls.find(event)
    if call is not None:
        _again(state, call, event)
        return
    call = state.calls.open(event)
    turn = state.holds_floor(name)
    if turn is not None:
        turn.called_tool = True
    if event.tool in OWN:
        call.state = CallState.FINISHED
        _answer(state, call, floor_tools.answer(state, event))
        return
    call.key = key_of(event.tool, state.plan.tool(event.tool).identity, event.arguments)
    twin = state.calls.twin(call)
    if twin is not None and _is_known(state, twin):
        state.report("same-call", f"{event.tool} was called with these arguments already", name)
        call.same_as, call.outcome = twin, twin.outcome
        _answer(state, call, twin.content)
        return
    if turn is not None:
        turn.owes_reply = True
        state.timers.clear(turn.timer("think"), turn.timer("ear"))
        tool_waits.expect(state, turn, event.tool)
    if twin is not None and not twin.outcome:
        call.same_as = twin
        state.report("same-call", f"{event.tool} runs with these arguments already", name)
        return
    state.emit(RunTool(name, event.call_id, event.tool, event.arguments, call.run))


def _is_known(state: State, call: Call) -> bool:
    """Whether what came of a call stands for a further one, which then is not run.

    A tool that said itself that it failed may be asked again. What ran and was not seen to end may have had
    its effects: that, too, stands, unless the tool says that it may run twice.
    """
    if call.outcome in {"", "failed"}:
        return False
    return call.outcome == "succeeded" or not _may_repeat(state, call)


def _is_live(state: State, name: str, session: int) -> bool:
    return state.presence.is_ready(name) and session == state.presence.session(name)


def _again(state: State, call: Call, event: ToolRequested) -> None:
    """A call that is known is not run twice, unless it may be; the session that asked last is answered."""
    call.session = event.session
    match call.state:
        case CallState.FINISHED if call.outcome not in {"", "succeeded"} and _may_repeat(state, call):
            call.state, call.outcome, call.is_stopping = CallState.RUNNING, "", False
            state.emit(RunTool(call.participant, call.call_id, call.tool, event.arguments, call.run))
        case CallState.FINISHED:
            _answer(state, call, call.content)
        case CallState.CANCELLED | CallState.KEPT:
            state.stale("a cancelled call was asked for again", call.participant)
        case CallState.RUNNING:
            pass
        case _:  # pragma: no cover
            assert_never(call.state)


def _may_repeat(state: State, call: Call) -> bool:
    return state.plan.tool(call.tool).idempotent


def _answer(state: State, call: Call, content: str) -> None:
    call.state, call.content = CallState.FINISHED, content
    state.emit(AnswerTool(call.participant, call.session, call.call_id, call.tool, content, call.run))


def _finished(state: State, event: ToolFinished) -> None:
    call = state.calls.finished(event)
    if call is None or call.state is CallState.FINISHED or call.outcome:
        state.stale("a tool call finished that nobody waits for", event.participant)
        return
    call.outcome, call.content = event.outcome, event.content
    followers = state.calls.followers(call)
    if call.state is CallState.CANCELLED:
        state.stale("a tool call finished that nobody waits for", event.participant)
    else:
        _tell(state, call)
    for follower in followers:
        follower.outcome, follower.content = event.outcome, event.content
        _tell(state, follower)


def _tell(state: State, call: Call) -> None:
    """Answer a call; or let its agent know at its next turn, where it cannot be answered."""
    name = call.participant
    if call.state is CallState.RUNNING and _is_live(state, name, call.session):
        _answer(state, call, call.content)
    else:
        gone = "the session that called the tool is gone"
        state.report(
            "superseded", "the service had cancelled the call" if call.state is CallState.KEPT else gone, name
        )
        call.state = CallState.FINISHED
        if state.presence.is_ready(name):
            state.inboxes.add_note(name, f"Your tool call {call.tool} has finished: {call.content}")
    _think_again(state, name)


def _cancelled(state: State, name: str, call_id: str) -> None:
    calls = state.calls.cancelled(name, call_id)
    if not calls:
        state.stale("a tool call was cancelled that is over", name)
        return
    for call in calls:
        if state.plan.tool(call.tool).on_interrupt is OnInterrupt.KEEP and call.same_as is None:
            call.state = CallState.KEPT
        else:
            call.state = CallState.CANCELLED
            if not state.calls.followers(call):
                tool_waits.stop(state, call)
    _think_again(state, name)


def _think_again(state: State, name: str) -> None:
    """The holder waits for no tool any more: its time to think starts anew."""
    turn = state.holds_floor(name)
    if turn is not None and turn.phase is TurnPhase.THINKING and not state.calls.running(name):
        state.wake(turn.timer("think"), state.now + state.plan.floor.think_s)
