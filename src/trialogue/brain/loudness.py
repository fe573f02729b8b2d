"""Loudness of a turn, which depends on the speech beside it."""

from __future__ import annotations

from trialogue.brain.interruptions import SpeechSort
from trialogue.brain.mouths import DUCKED_DB, Loudness
from trialogue.brain.owners import Owners
from trialogue.brain.turn.agent import AgentTurn
from trialogue.model.commands import DuckPlayout, PausePlayout, ResumePlayout, UnduckPlayout
from trialogue.model.plan import WhileUnsure

_WHILE_UNSURE = {
    WhileUnsure.TALK: Loudness.FULL,
    WhileUnsure.DUCK: Loudness.DUCKED,
    WhileUnsure.PAUSE: Loudness.PAUSED,
}


def set_loudness(o: Owners) -> None:
    """Set the loudness of the current turn."""
    turn = o.turns.current
    if not isinstance(turn, AgentTurn):
        return
    wanted, before = _wanted(o), o.mouths.loudness
    if wanted is before or not (turn.is_playing or wanted is Loudness.FULL):
        return  # a turn that is not played yet is lowered or paused once it is
    name = turn.holder.name
    if before is Loudness.DUCKED:
        o.emit(UnduckPlayout(name, turn.number))
    elif before is Loudness.PAUSED:
        o.emit(ResumePlayout(name, turn.number))
    if wanted is Loudness.DUCKED:
        o.emit(DuckPlayout(name, turn.number, DUCKED_DB))
    elif wanted is Loudness.PAUSED:
        o.emit(PausePlayout(name, turn.number))


def _wanted(o: Owners) -> Loudness:
    """Loudness that the turn should have: lowered or paused while speech beside it is unsure."""
    is_unsure = any(entry.sort is SpeechSort.UNSURE for entry in o.beside.entries())
    return _WHILE_UNSURE[o.plan.floor.interrupt.while_unsure] if is_unsure else Loudness.FULL
