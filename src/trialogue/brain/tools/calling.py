"""Tool calls: the choice of those that run, and of the agents that get each result.

1. A call has its agent, its id and its arguments, until it is answered and the agent has continued; then the
   same id is another call. It runs at most once, over reconnects too.
2. Two calls that are the same by their tool's identifying arguments run once, for any agents.
3. The result of a call goes to the session that asked last; else into the agent's next cue.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.brain import hook_asking
from trialogue.brain.owners import Owners
from trialogue.brain.tools import floor_tools, waits
from trialogue.brain.tools.calls import OWN, Call, CallState, key_of
from trialogue.model.commands import AnswerTool
from trialogue.model.events import ToolCallCancelled, ToolFinished, ToolRequested
from trialogue.model.plan import OnInterrupt

ToolEvent: TypeAlias = ToolRequested | ToolFinished | ToolCallCancelled
"""Events that this module takes."""


def take(o: Owners, event: ToolEvent) -> None:
    """Decide on a tool call's event."""
    match event:
        case ToolRequested():
            _requested(o, event)
        case ToolFinished():
            _finished(o, event)
        case ToolCallCancelled(participant=name, call_id=call_id):
            _cancelled(o, name, call_id)
        case _:  # pragma: no cover
            assert_never(event)


def _requested(o: Owners, event: ToolRequested) -> None:
    if not event.ours:
        return
    name = event.participant
    if not o.agents.is_live(name, event.session):
        o.stale("a tool was wanted by a session that is over", name)
        return
    known = o.calls.same(event)
    if known is not None:
        _again(o, known, event)
        return
    is_own = event.tool in OWN
    key = "" if is_own else key_of(event.tool, o.plan.tool(event.tool).identity, event.arguments)
    call = o.calls.open(event, key)
    turn = o.turns.agent(name)
    if turn is not None:
        turn.call()
    if is_own:
        _answer(o, call, floor_tools.answer(o, event))
    else:
        _run(o, call, event)


def _run(o: Owners, call: Call, event: ToolRequested) -> None:
    """Run a call, unless it takes the result of another that is the same."""
    name, turn = event.participant, o.turns.agent(event.participant)
    twin = o.calls.twin(call) if call.key else None
    if twin is not None and _is_known(o, twin):
        o.report("same-call", f"{event.tool} was called with these arguments already", name)
        o.calls.follow(call, twin)
        _answer(o, call, twin.content)
        return
    if turn is not None:
        turn.owe()
        waits.expect(o, turn, event.tool)
    if twin is not None and not twin.outcome:
        o.calls.follow(call, twin)
        o.report("same-call", f"{event.tool} runs with these arguments already", name)
        return
    hook_asking.run_tool(o, call, event.arguments)


def _is_known(o: Owners, call: Call) -> bool:
    """Whether a call's outcome also counts for a further call, which then does not run.

    A tool that reported its own failure may be called again. A run without a known end may have had effects,
    so it counts, unless the tool may run twice.
    """
    if call.outcome in {"", "failed"}:
        return False
    return call.outcome == "succeeded" or not _may_repeat(o, call)


def _may_repeat(o: Owners, call: Call) -> bool:
    return o.plan.tool(call.tool).idempotent


def _again(o: Owners, call: Call, event: ToolRequested) -> None:
    """Answer a repeated call to the session that asked last; it runs again only if it may run twice."""
    o.calls.asked_by(call, event.session)
    match call.state:
        case CallState.FINISHED if call.outcome not in {"", "succeeded"} and _may_repeat(o, call):
            o.calls.run_again(call)
            hook_asking.run_tool(o, call, event.arguments)
        case CallState.FINISHED:
            _answer(o, call, call.content)
        case CallState.CANCELLED | CallState.KEPT:
            o.stale("a cancelled call was asked for again", call.participant)
        case CallState.RUNNING:
            pass
        case _:  # pragma: no cover
            assert_never(call.state)


def _answer(o: Owners, call: Call, content: str) -> None:
    o.calls.finish(call, content)
    o.emit(AnswerTool(call.participant, call.session, call.call_id, call.tool, content, call.run))


def _finished(o: Owners, event: ToolFinished) -> None:
    call = o.calls.finished(event)
    if call is None or call.state is CallState.FINISHED or call.outcome:
        o.stale("a tool call finished that nobody waits for", event.participant)
        return
    end(o, call, event.outcome, event.content)


def end(o: Owners, call: Call, outcome: str, content: str) -> None:
    """End a call: its agent gets the result, and so do the agents whose calls wait for it."""
    o.calls.ended(call, outcome, content)
    followers = o.calls.followers(call)
    if call.state is CallState.CANCELLED:
        o.stale("a tool call finished that nobody waits for", call.participant)
    else:
        _tell(o, call)
    for follower in followers:
        o.calls.ended(follower, outcome, content)
        _tell(o, follower)


def _tell(o: Owners, call: Call) -> None:
    """Answer a call; if it cannot be answered, let its agent know the result at its next turn."""
    name = call.participant
    if call.state is CallState.RUNNING and o.agents.is_live(name, call.session):
        _answer(o, call, call.content)
    else:
        was_kept = call.state is CallState.KEPT
        gone = "the session that called the tool is gone"
        o.report("superseded", "the service had cancelled the call" if was_kept else gone, name)
        o.calls.finish(call, call.content)
        if o.agents.is_ready(name):
            o.inboxes.add_note(name, f"Your tool call {call.tool} has finished: {call.content}")
    _think_again(o, name)


def _cancelled(o: Owners, name: str, call_id: str) -> None:
    calls = o.calls.running_of(name, call_id)
    if not calls:
        o.stale("a tool call was cancelled that is over", name)
        return
    for call in calls:
        if o.plan.tool(call.tool).on_interrupt is OnInterrupt.KEEP and call.same_as is None:
            o.calls.keep(call)
            continue
        o.calls.cancel(call)
        if not o.calls.followers(call):
            waits.stop(o, call)
    _think_again(o, name)


def _think_again(o: Owners, name: str) -> None:
    """Restart the holder's time to think if it waits for no tool any more."""
    turn = o.turns.agent(name)
    if turn is not None and not turn.is_playing and not o.calls.running(name):
        turn.think(o.now)
