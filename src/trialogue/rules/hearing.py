"""Who hears whom: the one table, made anew from the state after each event.

1. An agent by ear hears all others that may speak, except who is muted; never itself.
2. While it holds the floor it does not hear people, since its service would fall silent at a cough; nor
   does one that a person has just cut off, until that person's turn is over: it reads those words.
   An agent that is alone with people hears them always: nobody else could.
3. Where people sit at the table, one other agent listens to them, so that their words are written down:
   an agent that hears text before one that hears sound, since its ear has nothing else to hear; and
   whoever listens already before all others, until a person who speaks has had its turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.model.commands import Hearing, SetHearing
from trialogue.model.participants import Hears, Kind, Participant
from trialogue.rules.state import State


def refresh(state: State) -> None:
    """Replace the hearing table where it is not what it should be."""
    state.listener = _listener(state)
    table = SetHearing(tuple(_rows(state)), tuple(name for name in state.cast if name in state.muted))
    if table != state.table:
        state.table = table
        state.emit(table)


def _listener(state: State) -> str | None:
    """Whose ear people's words are read from; None where nobody is free to listen, or nobody need."""
    if not people(state):
        return None
    agents = [
        p for p in state.plan.participants if p.kind is Kind.AGENT and p.name not in state.presence.gone()
    ]
    free = [p for p in agents if not _is_deaf(state, p)]
    listening = state.listener if _person_is_on(state) else None
    free.sort(key=lambda p: (p.name != listening, not p.may_speak, p.hears is Hears.AUDIO))
    return free[0].name if free else None


def _person_is_on(state: State) -> bool:
    """Whether a person speaks, or words of its turn may still come."""
    turn = state.turn
    return bool(state.speaking) or (
        turn is not None and turn.holder.kind is not Kind.AGENT and turn.was_heard
    )


def people(state: State) -> tuple[str, ...]:
    """The people, and recordings that stand in for them, that may speak."""
    return tuple(p.name for p in state.plan.participants if p.kind is not Kind.AGENT and p.may_speak)


def _is_deaf(state: State, agent: Participant) -> bool:
    """Whether an agent must not hear people now."""
    turn = state.turn
    if turn is None or agent.name not in {turn.holder.name, turn.cut}:
        return False
    gone = state.presence.gone()
    return any(
        p.kind is Kind.AGENT and p.name not in gone and p.name != agent.name for p in state.plan.participants
    )


def _rows(state: State) -> Iterator[Hearing]:
    heard = tuple(p for p in state.plan.participants if p.may_speak and p.name not in state.muted)
    for agent in state.plan.participants:
        if agent.kind is not Kind.AGENT:
            continue
        if agent.hears is Hears.AUDIO:
            deaf = bool(people(state)) and _is_deaf(state, agent)
            speakers = (p for p in heard if p.kind is Kind.AGENT or not deaf)
        elif agent.name == state.listener:
            speakers = (p for p in heard if p.kind is not Kind.AGENT)
        else:
            continue
        yield Hearing(agent.name, tuple(p.name for p in speakers if p.name != agent.name))
