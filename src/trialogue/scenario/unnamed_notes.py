"""Notes on agents whom a chair with fixed words never names, where the chair names who speaks next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from trialogue.brain.floor.policies import BY_THE_CHAIR
from trialogue.brain.words.names import namings, spellings
from trialogue.brain.words.spelling import spelled_out, words_of
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
    others = tuple(_participant(name, seat) for name, seat in document.cast.items() if name != chair)
    named = _named(said[chair], others)
    asked = {chair, *_named((text for each in said.values() for text in each), others)}
    for name, seat in document.cast.items():
        is_agent = not seat.is_person and seat.role is Seat.SPEAKER
        if named and name not in asked and is_agent and not seat.greeting:
            told = f'write its name in one, as in "{_participant(name, seat).label}, your view?"'
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


def _named(texts: Iterable[str], cast: Sequence[Participant]) -> set[str]:
    """Names of the participants whom a text names, in whichever manner.

    A text is searched only for those whose rarest word it has: a large cast has many texts.
    """
    forms = {one: [form for each in spellings(one) for form in _forms(each)] for one in cast}
    common = Counter(word for each in forms.values() for form in each for word in form)
    by_word: defaultdict[str, list[Participant]] = defaultdict(list)
    for one, own in forms.items():
        for form in own:
            by_word[min(form, key=lambda word: common[word])].append(one)
    found: set[str] = set()
    for text in texts:
        words = {word for form in _forms(text) for word in form}
        meant = dict.fromkeys(one for word in words for one in by_word.get(word, ()))
        found.update(one.name for one in meant if one.name not in found and namings(text, (one,), ""))
    return found


def _forms(text: str) -> Iterator[tuple[str, ...]]:
    """Words of a text: as they stand, with spelled letters joined, and all in one."""
    words = words_of(text)
    for form in (words, spelled_out(words)):
        if form:
            yield tuple(word.text for word in form)
            yield ("".join(word.text for word in form),)
