"""Notes on patterns that match no words of the scenario, but would if capital and small letters were alike.

Words are compared where they are known beforehand: lines, scripts, greetings and clips.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from trialogue.model import patterns
from trialogue.model.patterns import PatternFault
from trialogue.scenario.agents import thinks_of
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Path, path_text
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.writing import plain

_ALIKE = "(?i)"


def case_notes(document: Document) -> Iterator[str]:
    """Line for each pattern that only the case of letters keeps from the words that it looks for."""
    words = {name: tuple(_words(seat)) for name, seat in document.cast.items()}
    for path, pattern, by in _patterns(plain(document), ()):
        known = words.get(by, ()) if by else tuple(text for texts in words.values() for text in texts)
        if known and _differs(pattern, known):
            whose = f"{by}'s words" if by else "the words of the scenario"
            why = f"as small and capital letters differ: write {_ALIKE} before it to ignore that"
            yield f"{path_text(path)}: matches none of {whose}, {why}"


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


def _words(seat: AgentKeys) -> Iterator[str]:
    """Words of a participant that are known beforehand."""
    if seat.greeting:
        yield seat.greeting
    if isinstance(seat.via, ClipsKeys):
        yield from (clip.say or clip.text or "" for clip in seat.via.clips)
    for think in thinks_of(seat):
        for entry in think.script if isinstance(think.script, tuple) else ():
            yield from (text for text in (entry.say, entry.otherwise) if text)
