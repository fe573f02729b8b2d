"""Names in speech: participants who are spoken to, and those who are only spoken about.

1. A name is found as whole words: the participant's name, its label, its aliases, the longest first.
2. A name is *addressed* if it is separate: before a comma at a sentence's beginning, between commas,
   after one at its end (`Ben, what do you say to what Ann wrote?`, `What do you think, Jos\u00e9?`), or
   at the beginning of a sentence in the second person (`Tech what do you think`).
3. It is *invited* by words that hand the floor on: `over to Tech`, `let us hear from Tech`, `Tech is next`.
4. It is *mentioned* anywhere else; *thanked* after or before thanks; *passed over* after `not`, `before`,
   `except` and similar words.
5. Address counts before invitation, invitation before mention. Thanks ask no one to speak. Among equal names
   the one in the last sentence counts; among joined names (`Tech and Ben, your views?`) the first.
6. Speech that begins like the label of a digest's line is found here, too: the digest quotes it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import IntEnum, auto
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from attrs import evolve

from trialogue.brain.words.phrases import (
    ASKING,
    ASKING_IN_QUESTIONS,
    AUXILIARIES,
    BEFORE_A_LAST_NAME,
    INVITING,
    JOINTS,
    LATER,
    OPENERS,
    PASSING,
    TAKING,
    THANKS,
    Phrases,
)
from trialogue.brain.words.spelling import Break, Word, folded, spelled_out, words_of
from trialogue.model.participants import Participant
from trialogue.values import frozen

_LONGEST = max(len(phrase) for phrases in (INVITING, PASSING, TAKING) for phrase in phrases)
"""Most words of a phrase: words further from a name never say how it is meant."""

Cast = tuple[Participant, ...]
"""Cast of the meeting, in the plan's order."""


class Manner(IntEnum):
    """Manner in which a participant is named; the greater counts before the smaller."""

    PASSED_OVER = auto()
    THANKED = auto()
    MENTIONED = auto()
    INVITED = auto()
    ADDRESSED = auto()


@frozen
class Naming:
    """Name of a participant at one place in a text."""

    participant: str
    """Participant who is named."""

    manner: Manner
    """Manner of naming."""

    sentence: int
    """Number of the sentence, from 0."""


@frozen
class _Found:
    """Name among the words: `words[begin:end]`; a group of joined names counts as its first."""

    participant: Participant
    begin: int
    end: int
    first: int
    """Position where the sentence begins."""
    last: int
    """Position where the sentence ends: after its last word."""
    is_behind_thanks: bool
    """Whether the sentence has thanks before it."""


def spellings(participant: Participant) -> tuple[str, ...]:
    """Spellings of a participant in speech: its name, its label, its aliases."""
    spoken = participant.name.replace("_", " ").replace("-", " ")
    words = (participant.name, spoken, participant.label, *participant.aliases)
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))


Spelled: TypeAlias = tuple[str, ...]


@frozen
class _Index:
    """Index of the cast's spellings by their first word, the longest first."""

    by_first: dict[str, list[tuple[Spelled, Participant]]]
    joins_letters: bool


@lru_cache(maxsize=64)
def _index(cast: Cast) -> _Index:
    known = [(words_of(word), participant) for participant in cast for word in spellings(participant)]
    joins = not any(len(words) == 1 and words[0].is_initial for words, _ in known)
    by_first: dict[str, list[tuple[Spelled, Participant]]] = {}
    for words, participant in known:
        spelled = tuple(word.text for word in (spelled_out(words) if joins else words))
        for each in dict.fromkeys((spelled, ("".join(spelled),))) if spelled else ():
            by_first.setdefault(each[0], []).append((each, participant))
    for spelled_alike in by_first.values():
        spelled_alike.sort(key=lambda pair: -len(pair[0]))
    return _Index(by_first, joins)


def _read(text: str, cast: Cast) -> tuple[Word, ...]:
    words = words_of(text)
    return spelled_out(words) if _index(cast).joins_letters else words


def _at(words: tuple[Word, ...], place: int, index: _Index) -> tuple[Participant, int] | None:
    """Participant whose name begins at this word, and the position after the name; None without one."""
    for spelled, participant in index.by_first.get(words[place].text, ()):
        here = words[place : place + len(spelled)]
        if tuple(word.text for word in here) != spelled:
            continue
        if all(_within(before, word) for before, word in pairwise(here)):
            return participant, place + len(spelled)
    return None


def _within(before: Word, word: Word) -> bool:
    """Whether a name may continue over the text between two words: `Dr. Ann` is one name."""
    shortened = word.before is Break.END and len(before.text) <= 2  # `Dr.`, `St.`
    return word.before in {Break.NOTHING, Break.APOSTROPHE} or shortened


def _names(words: tuple[Word, ...], cast: Cast) -> list[_Found]:
    """Names in the words, in order, none within another."""
    raw = _raw_names(words, cast)
    inside = {inner for _, begin, end in raw for inner in range(begin + 1, end)}
    starts = [i for i, word in enumerate(words) if word.before is Break.END and i not in inside]
    bounds = [*starts, len(words)]
    thanks = [i for i, word in enumerate(words) if word.text in THANKS]
    found: list[_Found] = []
    for participant, begin, end in raw:
        first, last = starts[bisect_right(starts, begin) - 1], bounds[bisect_left(bounds, end)]
        is_behind_thanks = bisect_left(thanks, first) < bisect_left(thanks, begin)
        found.append(_Found(participant, begin, end, first, last, is_behind_thanks))
    return found


def _raw_names(words: tuple[Word, ...], cast: Cast) -> list[tuple[Participant, int, int]]:
    """Participants with the first position of their name and the one after it."""
    raw: list[tuple[Participant, int, int]] = []
    place, index = 0, _index(cast)  # looked up once: its key is the whole cast
    while place < len(words):
        found = _at(words, place, index)
        if found is not None:
            raw.append((found[0], place, found[1]))
        place = found[1] if found is not None else place + 1
    return raw


def _groups(words: tuple[Word, ...], found: list[_Found]) -> Iterator[list[_Found]]:
    """Groups of names that `and` or `or` joins, with the names that commas join to them."""
    group: list[_Found] = []
    for name in found:
        if group and not _joined(words, group[-1], name):
            yield from _split(words, group)
            group = []
        group.append(name)
    if group:
        yield from _split(words, group)


def _joined(words: tuple[Word, ...], left: _Found, right: _Found) -> bool:
    between = words[left.end : right.begin]
    return right.first == left.first and all(word.text in JOINTS for word in between)


def _split(words: tuple[Word, ...], group: list[_Found]) -> Iterator[list[_Found]]:
    """Split a group of names that only commas separate, unless the whole group is set apart."""
    joins = any(word.text in JOINTS for word in words[group[0].begin : group[-1].end])
    apart = _apart_before(words, group[0]) and _apart_behind(words, group[-1])
    if group[0].is_behind_thanks and _goes_on_to_you(words, group[-1]):
        joins = apart = False  # `Thank you, Ben, and Tech, your view?`
    if len(group) == 1 or joins or apart:
        yield group
    else:
        yield from ([name] for name in group)


def _before(words: tuple[Word, ...], name: _Found) -> tuple[str, ...]:
    """Last words between the last comma, or the sentence's beginning, and the name."""
    begin, first = name.begin, max(name.first, name.begin - _LONGEST)
    while begin > first and words[begin].before is not Break.COMMA:
        begin -= 1
    return tuple(word.text for word in words[begin : name.begin])


def _behind(words: tuple[Word, ...], name: _Found) -> tuple[str, ...]:
    """First words between the name and the sentence's end."""
    return tuple(word.text for word in words[name.end : min(name.last, name.end + _LONGEST)])


def _apart_before(words: tuple[Word, ...], name: _Found) -> bool:
    begin = name.begin
    while begin > name.first and words[begin].before is not Break.COMMA:
        begin -= 1
        if words[begin].text not in OPENERS:
            return False
    return True


def _apart_behind(words: tuple[Word, ...], name: _Found) -> bool:
    return name.end == name.last or words[name.end].before is Break.COMMA


def _follows(phrases: Phrases, before: tuple[str, ...]) -> bool:
    return any(before[-len(phrase) :] == phrase for phrase in phrases if len(phrase) <= len(before))


def _leads(phrases: Phrases, behind: tuple[str, ...]) -> bool:
    return any(behind[: len(phrase)] == phrase for phrase in phrases)


def _goes_on_to_you(words: tuple[Word, ...], name: _Found) -> bool:
    """Whether the sentence continues after the name as if to it: `Tech what do you`, `Tech can you`."""
    behind = _behind(words, name)
    if not behind or words[name.end].before is Break.APOSTROPHE:
        return False
    if behind[0] in ASKING or (words[name.begin].asks and behind[0] in ASKING_IN_QUESTIONS):
        return True
    return behind[0] in AUXILIARIES and "you" in behind[1:3]


def _thanks_before(words: tuple[Word, ...], since: int, name: _Found) -> bool:
    return any(word.text in THANKS for word in words[max(since, name.first) : name.begin])


def _is_thanked(words: tuple[Word, ...], name: _Found, since: int) -> bool:
    """Whether the thanks of the sentence are for this name; `since` is the end of the name before it."""
    if words[name.begin].asks and name.end == name.last:
        return False
    if _thanks_before(words, since, name):
        return True
    return bool(set(_behind(words, name)[:2]) & THANKS and not words[name.begin].asks)


def _manner(words: tuple[Word, ...], whole: _Found, since: int) -> Manner:
    """Manner in which a group of names, taken as one name, is named."""
    before, behind = _before(words, whole), _behind(words, whole)
    if _follows(PASSING, before) or (not before and _passed_before_comma(words, whole)):
        return Manner.PASSED_OVER
    starts = _apart_before(words, whole)
    if starts and _goes_on_to_you(words, whole):
        return Manner.ADDRESSED
    if _is_thanked(words, whole, since):
        return Manner.THANKED
    if _follows(INVITING, before) or _leads(TAKING, behind):
        return Manner.INVITED
    if starts and _apart_behind(words, whole):
        return Manner.ADDRESSED
    asked = words[whole.begin].asks and whole.end == whole.last
    if asked and before and before[-1] in BEFORE_A_LAST_NAME:
        return Manner.ADDRESSED
    return Manner.MENTIONED


def _passed_before_comma(words: tuple[Word, ...], name: _Found) -> bool:
    """Whether words before a comma pass the name over: `Not you, Ben.` does so."""
    return [word.text for word in words[max(name.first, name.begin - 2) : name.begin]] == ["not", "you"]


def _namings(words: tuple[Word, ...], cast: Cast, speaker: str) -> list[tuple[_Found, Manner]]:
    found: list[tuple[_Found, Manner]] = []
    since = 0
    for group in _groups(words, _names(words, cast)):
        first, last = group[0], group[-1]
        whole = evolve(first, end=last.end, last=last.last)
        manner = _manner(words, whole, since)
        since = last.end
        if found and set(_before(words, whole)[-1:]) & LATER:
            manner = min(manner, Manner.MENTIONED)  # `First Tech, then Ben.`
        others = [name for name in group if name.participant.name != speaker and name.participant.may_speak]
        found += [(others[0], manner)] if others else []
    return found


@lru_cache(maxsize=256)
def namings(text: str, cast: Cast, speaker: str) -> tuple[Naming, ...]:
    """Participants named in a text, in order, except its speaker and observers; of joined ones the first."""
    words = _read(text, cast)
    ends = [place for place, word in enumerate(words) if word.before is Break.END]
    return tuple(
        Naming(name.participant.name, manner, bisect_right(ends, name.begin) - 1)
        for name, manner in _namings(words, cast, speaker)
    )


def addressee(text: str, cast: Cast, speaker: str) -> str | None:
    """Participant whom a text asks to speak.

    Addressed counts before invited, invited before mentioned; among equal names the last sentence counts.
    None if no participant is named, or only in thanks or to be passed over; never the speaker or an observer.
    """
    asked = [naming for naming in namings(text, cast, speaker) if naming.manner >= Manner.MENTIONED]
    if not asked:
        return None
    best = max(naming.manner for naming in asked)
    return [naming for naming in asked if naming.manner is best][-1].participant


def last_addressee(text: str, cast: Cast, speaker: str) -> str | None:
    """Participant whom the last sentence of a text asks to speak.

    A sentence that only passes a participant over belongs to the one before: `Anna. Not Ben.` asks Anna.
    """
    words = _read(text, cast)
    ends = sum(word.before is Break.END for word in words)
    found = namings(text, cast, speaker)
    passed = {naming.sentence for naming in found if naming.manner is Manner.PASSED_OVER}
    asked = {naming.sentence for naming in found if naming.manner >= Manner.MENTIONED}
    last = ends - 1
    while last in passed - asked:
        last -= 1
    here = [naming for naming in found if naming.sentence == last and naming.manner >= Manner.MENTIONED]
    return max(reversed(here), key=lambda naming: naming.manner).participant if here else None


def find(word: str, cast: Cast) -> Participant | None:
    """Participant of exactly that name, label or alias; case, accents, hyphens do not matter."""
    words = _read(word, cast)
    found = _at(words, 0, _index(cast)) if words else None
    return found[0] if found is not None and found[1] == len(words) else None


@lru_cache(maxsize=64)
def _labels(cast: Cast, more: tuple[str, ...]) -> re.Pattern[str]:
    labels = [word for participant in cast for word in spellings(participant)] + list(more)
    parts = {r"\W{0,3}".join(re.escape(word.text) for word in words_of(label)) for label in labels}
    alternatives = "|".join(sorted(part for part in parts if part))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?>\s*)(?:\([^)]{{0,200}}\)(?>\s*))?:")


def holds_label(text: str, cast: Cast, *more: str) -> bool:
    """Whether a text contains something like a digest's label: a name, or one of `more`, and a colon."""
    return _labels(cast, more).search(folded(text)) is not None
