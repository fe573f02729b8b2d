"""Hearing table: who hears whom, computed from the state after each event.

1. An agent that hears audio hears all others that may speak, except those who are muted or have left; never
   itself.
2. An agent that holds the floor does not hear people, because its service would stop at a cough. Nor does an
   agent that a person has just cut off, until that person's turn is over: it reads those words.
3. An agent that hears text gets no speech: people have their own ears.
4. A participant who is muted or has left is not heard: its source is silent, so that no absent participant
   speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.brain.owners import Owners
from trialogue.brain.turn.person import PersonTurn
from trialogue.model.commands import Hearing, SetHearing
from trialogue.model.participants import Kind, Participant


def table(o: Owners) -> SetHearing:
    """Hearing table as it should be now."""
    return SetHearing(tuple(_rows(o)), o.cast.silenced)


def _rows(o: Owners) -> Iterator[Hearing]:
    there = [p for p in o.cast.everybody if not o.cast.has_left(p.name)]
    heard = [p for p in there if p.may_speak and not o.cast.is_muted(p.name)]
    for agent in there:
        if not o.cast.hears_by_ear(agent.name):
            continue
        deaf = _is_deaf(o, agent)
        speakers = (p.name for p in heard if p.kind is Kind.AGENT or not deaf)
        yield Hearing(agent.name, tuple(name for name in speakers if name != agent.name))


def _is_deaf(o: Owners, agent: Participant) -> bool:
    """Whether an agent must not hear people now."""
    turn = o.turns.current
    if turn is None:
        return False
    return agent.name == (turn.cut if isinstance(turn, PersonTurn) else turn.holder.name)
