"""Comparison of two journals: their common beginning, and the counts in which they differ.

`meeting/first_difference.py` finds the first turn in which two meetings differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from typing import Final, cast

from trialogue.journal.codec import JsonObject
from trialogue.journal.reader import Reading, SoundLine
from trialogue.values import frozen

__all__ = ["Compared", "compare"]

_OF_THE_FILE: Final = frozenset({"hash", "ts"})
"""Members that differ between two files of the same meeting."""


@frozen
class Compared:
    """Comparison of two journals: the number of equal lines, and the first that differs."""

    same: int
    """Number of equal lines after the header."""

    first: JsonObject | None
    """First journal's line where they diverge; None where it has none, or they are equal."""

    second: JsonObject | None
    """Second journal's line there."""

    differs_in: tuple[str, ...]
    """Members in which these lines differ: `at`, `event`, `commands`."""

    counts: Mapping[str, tuple[int, int]]
    """Counts of events and commands by type, where they differ: in the first, in the second."""

    @property
    def is_equal(self) -> bool:
        """Whether they are equal to their ends."""
        return self.first is None and self.second is None


def compare(first: Reading, second: Reading) -> Compared:
    """Compare two journals line by line; JournalError for damage. The header's run is ignored."""
    same = 0
    apart: tuple[JsonObject | None, JsonObject | None] = (None, None)
    seen: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for a, b in zip_longest(first.lines(), second.lines()):
        one, other = _told(a), _told(b)
        for line, counter in zip((one, other), seen, strict=True):
            counter.update(_types(line))
        if apart == (None, None):
            if one == other:
                same += 1
            else:
                apart = one, other
    here, there = apart[0] or {}, apart[1] or {}
    members = sorted(here.keys() | there.keys())
    return Compared(
        same=same,
        first=apart[0],
        second=apart[1],
        differs_in=tuple(
            name for name in members if (apart[0] or {}).get(name) != (apart[1] or {}).get(name)
        ),
        counts={
            name: (seen[0][name], seen[1][name])
            for name in sorted(seen[0] | seen[1])
            if seen[0][name] != seen[1][name]
        },
    )


def _told(line: SoundLine | None) -> JsonObject | None:
    return None if line is None else {key: each for key, each in line.raw.items() if key not in _OF_THE_FILE}


def _types(line: JsonObject | None) -> list[str]:
    if line is None:
        return []
    parts = cast("list[JsonObject | None]", [line.get("event"), *(line.get("commands") or [])])
    return [str(each["type"]) for each in parts if each is not None and "type" in each]
