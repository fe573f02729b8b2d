"""Notes on patterns that match no words of the scenario, or would if capital and small letters were alike.

Words are compared where they are known beforehand: lines, scripts, greetings and clips. That none match is
noted only where something waits for them, and where all that can be said is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from trialogue.model import patterns
from trialogue.model.escaped_words import as_said
from trialogue.model.patterns import PatternFault
from trialogue.scenario.agents import thinks_of
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Path, path_text
from trialogue.scenario.schema import AgentKeys, Document, ReplacementKeys
from trialogue.scenario.vocabulary import Seat
from trialogue.scenario.writing import plain

_ALIKE = "(?i)"
_OPERATORS = re.compile(r"[\\\[\](){}*+^$|]")
_SIGNS_DIFFER = "as commas or other signs differ"
_SIGNS = re.compile(r"\W+")


def case_notes(document: Document) -> Iterator[str]:
    """Line for each pattern that no words match, or that only the case of letters keeps from them."""
    words = {name: tuple(known_words(seat)) for name, seat in document.cast.items()}
    speaking = {name for name, seat in document.cast.items() if seat.role is not Seat.OBSERVER}
    open_ended = {name for name in speaking if not says_only_known(document, document.cast[name])}
    for path, pattern, by in _patterns(plain(document), ()):
        known = words.get(by, ()) if by else tuple(text for texts in words.values() for text in texts)
        whose = f"{by}'s words" if by else "the words of the scenario"
        if known and _differs(pattern, known):
            why = f"as small and capital letters differ: write {_ALIKE} before it to ignore that"
            yield f"{path_text(path)}: matches none of {whose}, {why}"
        elif known and _is_awaited(path) and not open_ended.intersection([by] if by else speaking):
            warnings = _warnings(document) if not by or document.cast[by].role is Seat.CHAIR else ()
            if not _matches(pattern, (*known, *warnings)):
                why = ": what it waits for never comes"
                if _matches_letters(pattern, known):
                    why = f", {_SIGNS_DIFFER}{why}"
                yield f"{path_text(path)}: matches none of {whose}{why}"
        elif path[:2] == ("expect", "never") and _is_near(pattern, known):
            yield f"{path_text(path)}: matches none of {whose}, {_SIGNS_DIFFER}"


def _warnings(document: Document) -> tuple[str, ...]:
    """Words that the meeting has the chair say when a point's time runs out."""
    points = (point for point in document.agenda or () if point.warn is not None)
    return tuple(f"{each.warn:g} seconds are left for this point: {each.title}." for each in points)


def _is_awaited(path: Path) -> bool:
    """Whether something waits for the words; `never` and `at_end` tell of them by themselves."""
    return path[-2:-1] == ("said",) and path[:2] not in {("expect", "never"), ("expect", "at_end")}


def says_only_known(document: Document, seat: AgentKeys) -> bool:
    """Whether the scenario has all words that the participant can say."""
    if isinstance(seat.via, ClipsKeys):
        clips = seat.via.clips
        return seat.via.scripted is None and all(clip.play is None for clip in clips)
    stages = thinks_of(seat)
    replaced = isinstance(seat.on_failure, ReplacementKeys)
    filled = any((document.tools or {})[tool].filler is not None for tool in seat.tools or ())
    if seat.is_person or replaced or filled or not stages:
        return False
    scripts = [stage.script if stage.is_scripted else None for stage in stages]
    whole = all(isinstance(script, tuple) for script in scripts)
    return whole and not any("${" in text for text in known_words(seat))


def _matches(pattern: str, words: tuple[str, ...]) -> bool:
    try:
        exact = patterns.compile(pattern)
    except PatternFault:
        return True
    return any(map(exact.search, (*words, " ".join(words))))


def _matches_letters(pattern: str, words: tuple[str, ...]) -> bool:
    """Whether a plain text is in the words where only letters and digits count."""
    plain = pattern.removeprefix(_ALIKE)
    letters = "" if _OPERATORS.search(plain) else _letters(plain)
    return bool(letters) and any(letters in _letters(text) for text in words)


def _is_near(pattern: str, words: tuple[str, ...]) -> bool:
    return _matches_letters(pattern, words) and not _matches(pattern, words)


def _letters(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", text).split()).casefold()


def _differs(pattern: str, words: tuple[str, ...]) -> bool:
    try:
        exact, alike = patterns.compile(pattern), patterns.compile(f"{_ALIKE}{pattern}")
    except PatternFault:
        return False
    return not any(map(exact.search, words)) and any(map(alike.search, words))


def _patterns(value: object, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Every pattern of words, with its place and the participant who must say them, if one is named."""
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _patterns(item, (*path, index))
    if not isinstance(value, Mapping):
        return
    for key, item in cast("Mapping[str, object]", value).items():
        inner = (*path, key)
        match key, item:
            case "said", {"match": str(pattern), "by": str(by)}:
                yield (*inner, "match"), pattern, by
            case "said", {"match": str(pattern)}:
                yield (*inner, "match"), pattern, ""
            case "heard", str(pattern):
                yield inner, pattern, ""
            case _:
                yield from _patterns(item, inner)


def known_words(seat: AgentKeys) -> Iterator[str]:
    """Words of a participant that are known beforehand."""
    if seat.greeting:
        yield as_said(seat.greeting)
    if isinstance(seat.via, ClipsKeys):
        yield from (clip.words if clip.say is None else as_said(clip.say) for clip in seat.via.clips)
    for think in thinks_of(seat):
        for entry in think.script if isinstance(think.script, tuple) else ():
            yield from (as_said(text) for text in (entry.say, entry.otherwise) if text)
