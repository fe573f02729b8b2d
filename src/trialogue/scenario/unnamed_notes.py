"""Notes on agents whom a chair with fixed words never names, where the chair names who speaks next."""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.brain.floor.policies import BY_THE_CHAIR
from trialogue.brain.words.names import namings
from trialogue.model.participants import Participant
from trialogue.scenario.agents import thinks_of
from trialogue.scenario.checks import CHAIR_TOOLS, script_of
from trialogue.scenario.letter_case import known_words, says_only_known
from trialogue.scenario.problems import path_text
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.vocabulary import Seat

__all__ = ["unnamed_notes"]


def unnamed_notes(document: Document) -> Iterator[str]:
    """Line for each agent that nobody names, in a meeting whose chair names others."""
    policy = document.floor.policy if document.floor else None
    chair = next((name for name, seat in document.cast.items() if seat.role is Seat.CHAIR), None)
    if policy is None or policy.value not in BY_THE_CHAIR or chair is None or document.agenda:
        return
    seat = document.cast[chair]
    if not says_only_known(document, seat) or seat.prompt is not None or _calls(seat):
        return
    said = {name: tuple(known_words(seat)) for name, seat in document.cast.items()}
    others = {name: _participant(name, seat) for name, seat in document.cast.items() if name != chair}
    named = {name for name, one in others.items() if any(_names(one, text) for text in said[chair])}
    for name, seat in document.cast.items():
        is_asked = name == chair or any(_names(others[name], text) for each in said.values() for text in each)
        if named and not is_asked and not seat.is_person and seat.role is Seat.SPEAKER and not seat.greeting:
            told = f'write its name in one, as in "{others[name].label}, your view?"'
            yield (
                f"{path_text(('cast', name))}: no line of {chair} names it, "
                f"so the chair never gives it the floor; {told}"
            )


def _calls(seat: AgentKeys) -> bool:
    """Whether a script calls one of the chair's tools, with which it gives the floor too."""
    calls = (entry.call for think in thinks_of(seat) for entry in script_of(think))
    return any(call is not None and call.tool in CHAIR_TOOLS for call in calls)


def _participant(name: str, seat: AgentKeys) -> Participant:
    return Participant(name=name, title=seat.title or "", aliases=tuple(seat.aliases or ()))


def _names(one: Participant, text: str) -> bool:
    """Whether a text has a name of this participant, in whichever manner."""
    return bool(namings(text, (one,), ""))
