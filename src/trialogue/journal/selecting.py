"""Selection of a journal's lines: by event or command, participant, time and text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import orjson

from trialogue.journal.codec import JsonObject
from trialogue.model.patterns import LinearPattern
from trialogue.values import frozen

__all__ = ["Selection", "names_in", "names_of"]


@frozen
class Selection:
    """Selection of a journal's lines. All conditions must hold; an empty field is none."""

    types: frozenset[str] = frozenset()
    """Names of events and commands, of which a record must have one."""

    participants: frozenset[str] = frozenset()
    """Participants, one of which the record's event or a command must concern; with `types`, one of those."""

    start_s: float = 0.0
    """Earliest time, in seconds since the meeting's start."""

    end_s: float = float("inf")
    """Latest time, in seconds since the meeting's start."""

    pattern: LinearPattern | None = None
    """Pattern that the line must match, in its JSON form."""

    def fits(self, line: JsonObject) -> bool:
        """Whether a line of a journal is selected; a line without a time, such as the end, is not."""
        at = line.get("at")
        if not isinstance(at, int | float) or not self.start_s <= at <= self.end_s:
            return False
        if (self.types or self.participants) and not any(map(self._fits_part, _parts(line))):
            return False
        return self.pattern is None or bool(self.pattern.search(orjson.dumps(line).decode()))

    def _fits_part(self, part: JsonObject) -> bool:
        is_wanted = not self.types or str(part.get("type")) in self.types
        return is_wanted and (not self.participants or bool(self.participants & names_in(part)))


def names_in(part: JsonObject) -> set[str]:
    """Participants that an event or a command concerns; of one who joins, the name is in its seat."""
    seat = part.get("seat")
    named = [part.get("participant"), part.get("to")]
    named += [cast("JsonObject", seat).get("name")] if isinstance(seat, dict) else []
    return {str(each) for each in named if each}


def names_of(lines: Iterable[JsonObject]) -> tuple[set[str], set[str]]:
    """Participants that these lines concern, and the names of their events and commands."""
    people, kinds = set[str](), set[str]()
    for line in lines:
        for part in _parts(line):
            people |= names_in(part)
            kinds.add(str(part.get("type")))
    return people, kinds


def _parts(line: JsonObject) -> Iterator[JsonObject]:
    """Event of a line, and its commands."""
    for each in (line.get("event"), line.get("wire"), *cast("list[object]", line.get("commands") or [])):
        if isinstance(each, dict):
            yield cast("JsonObject", each)
