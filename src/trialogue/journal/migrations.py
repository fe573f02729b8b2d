"""Migrations of old formats, one step at a time, to the present one.

A step takes any line of format n (header, record or end, by its `kind`) as plain JSON and returns the line of
format n + 1. Steps are never changed after a release; the tests read a kept file of each format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from trialogue.journal.codec import JsonObject

FORMAT: Final = 1
"""Format that this version writes."""

Step = Callable[[JsonObject], JsonObject]

STEPS: Final[Mapping[int, Step]] = {}
"""Steps from format n to n + 1, by n: one entry for each format before `FORMAT`."""


def upcast(
    line: JsonObject, since: int, *, steps: Mapping[int, Step] = STEPS, until: int = FORMAT
) -> JsonObject:
    """Line in format `until`; KeyError where a step is missing."""
    for number in range(since, until):
        line = steps[number](line)
    return line
