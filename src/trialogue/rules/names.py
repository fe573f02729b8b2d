"""Who is named in what somebody said."""

from __future__ import annotations

import re
from functools import lru_cache

from trialogue.model.participants import Participant


def spellings(participant: Participant) -> tuple[str, ...]:
    """All words by which speech may name a participant: its name, its label, its aliases."""
    spoken = participant.name.replace("_", " ").replace("-", " ")
    words = (participant.name, spoken, participant.label, *participant.aliases)
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))


@lru_cache(maxsize=64)
def _pattern(cast: tuple[Participant, ...]) -> tuple[re.Pattern[str], tuple[Participant, ...]]:
    """One alternative a spelling, the longest first, so that `Tech lead` is not taken for `Tech`."""
    named = [(spelling, participant) for participant in cast for spelling in spellings(participant)]
    named.sort(key=lambda pair: -len(pair[0]))
    parts = (r"\s+".join(map(re.escape, spelling.split())) for spelling, _ in named)
    alternatives = "|".join(f"({part})" for part in parts)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE), tuple(p for _, p in named)


def last_named(text: str, cast: tuple[Participant, ...], speaker: str) -> str | None:
    """The name of the participant that `text` names last, other than its speaker and observers.

    Case does not matter, word boundaries do; where one spelling fits two, the earlier in the cast is meant.
    """
    pattern, owners = _pattern(cast)
    found: str | None = None
    for match in pattern.finditer(text):
        named = owners[(match.lastindex or 1) - 1]
        if named.name != speaker and named.may_speak:
            found = named.name
    return found


_END_OF_SENTENCE = re.compile(r"(?<=[.!?\u2026])[\"')\]]*\s+")


def last_sentence(text: str) -> str:
    """The last sentence of a text; all of it where it has one only."""
    return _END_OF_SENTENCE.split(text.strip())[-1]


def find(word: str, cast: tuple[Participant, ...]) -> Participant | None:
    """The participant of exactly that name, label or alias; case and spaces around do not matter."""
    wanted = " ".join(word.split()).casefold()
    for participant in cast:
        if wanted in {spelling.casefold() for spelling in spellings(participant)}:
            return participant
    return None
