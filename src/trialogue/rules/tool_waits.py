"""What goes on while a tool runs: words that fill the silence, and interruptions that stop it."""

from __future__ import annotations

from trialogue.model.commands import CancelTool, Speak
from trialogue.model.plan import OnInterrupt
from trialogue.rules.state import State, Turn, TurnPhase

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
    turn.filler = ""


def interrupted(state: State, name: str) -> None:
    """An agent was cut off: its tools that shall not outlive that are stopped, and end as cancelled."""
    for call in state.calls.running(name):
        if call.same_as is None and state.plan.tool(call.tool).on_interrupt is OnInterrupt.CANCEL:
            state.emit(CancelTool(name, call.call_id))
