"""What goes on while a tool runs: words that fill the silence, and interruptions that stop it."""

from __future__ import annotations

from trialogue.model.commands import CancelTool, Speak
from trialogue.model.plan import OnInterrupt
from trialogue.rules.state import State, Turn, TurnPhase
from trialogue.rules.tools import Call

FILLER = "filler"
"""The timer of a turn at which its holder says that it still waits."""


def expect(state: State, turn: Turn, tool: str) -> None:
    """A tool of the holder has begun: it will say so if that takes long."""
    filler = state.plan.tool(tool).filler
    if filler is not None:
        turn.filler = filler.say
        state.wake(turn.timer(FILLER), state.now + filler.after_s)


def fill(state: State, turn: Turn) -> None:
    """Say that it takes a while, unless the result is there or somebody is being heard."""
    name = turn.holder.name
    if turn.filler and turn.phase is TurnPhase.THINKING and state.calls.running(name):
        turn.is_filling = True
        state.emit(Speak(name, turn.number, turn.filler))


def interrupted(state: State, name: str) -> None:
    """An agent was cut off: its tools that shall not outlive that are stopped, and end as cancelled.

    A run whose result another call waits for goes on.
    """
    for call in state.calls.running(name):
        shall_stop = state.plan.tool(call.tool).on_interrupt is OnInterrupt.CANCEL
        if shall_stop and not state.calls.followers(call):
            stop(state, call)


def stop(state: State, call: Call) -> None:
    """Stop a call's run, once; a call that waits for another's result has none."""
    if call.same_as is None and not call.is_stopping:
        call.is_stopping = True
        state.emit(CancelTool(call.participant, call.call_id, call.run))
