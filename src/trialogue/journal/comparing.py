"""Two journals side by side: how far they tell the same, and what they have more and less of.

The first turn that two meetings tell otherwise is found by `meeting/first_difference.py`.
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
    """Comparison of two journals: the lines that are the same, and the first that differ."""

    same: int
    """Number of lines after the header that are the same, from the first on."""

    first: JsonObject | None
    """The first's line where they part; None where it has no more, or they never part."""

    second: JsonObject | None
    """The second's line there."""

    differs_in: tuple[str, ...]
    """Members in which these lines differ: `at`, `event`, `commands`."""

    counts: Mapping[str, tuple[int, int]]
    """Events and commands by type, of which one has more: in the first, in the second."""

    @property
    def is_equal(self) -> bool:
        """Whether they tell the same to their ends."""
        return self.first is None and self.second is None


def compare(first: Reading, second: Reading) -> Compared:
    """Compare two journals line by line; JournalError for damage. The header's run is left aside."""
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
