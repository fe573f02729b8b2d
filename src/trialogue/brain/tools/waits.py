"""Waits for a tool: words that fill the silence, and interruptions that stop it."""

from __future__ import annotations

from trialogue.brain import hook_asking
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import PromptKind
from trialogue.brain.tools.calls import Call
from trialogue.brain.turn.agent import AgentTurn
from trialogue.model.commands import CancelTool
from trialogue.model.plan import OnInterrupt


def expect(o: Owners, turn: AgentTurn, tool: str) -> None:
    """Plan the words with which the holder fills a long wait for its tool, if the tool has any."""
    filler = o.plan.tool(tool).filler
    if filler is not None:
        turn.fill(filler.say, o.now + filler.after_s)


def fill(o: Owners, turn: AgentTurn) -> None:
    """Have the holder fill the silence, unless the result is there or a participant is heard."""
    name = turn.holder.name
    turn.filled()
    if turn.is_playing or o.audible() or not o.calls.running(name):
        return
    prompt = o.prompts.tell(name, PromptKind.FILLER, turn.number, turn.filler)
    o.prompts.queues(prompt)
    turn.prompt(PromptKind.FILLER, o.now)
    hook_asking.tell(o, prompt)


def interrupted(o: Owners, name: str) -> None:
    """Stop the tools of an agent that was cut off; those that an interruption cancels end as cancelled.

    A run continues if another call waits for its result.
    """
    for call in o.calls.running(name):
        shall_stop = o.plan.tool(call.tool).on_interrupt is OnInterrupt.CANCEL
        if shall_stop and not o.calls.followers(call):
            stop(o, call)


def stop(o: Owners, call: Call) -> None:
    """Stop a call's run, once; a call that waits for another's result has no run of its own."""
    if o.calls.stop(call):
        o.emit(CancelTool(call.participant, call.call_id, call.run))
