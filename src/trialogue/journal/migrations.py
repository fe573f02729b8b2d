"""Old formats, lifted one step at a time to today's.

A step takes any line of format n (header, record or end, told apart by `kind`) as plain JSON and gives
the line of format n + 1. Steps are never edited after a release; a kept file of each format is read by
the tests for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from trialogue.journal.codec import JsonObject

FORMAT: Final = 1
"""The format that this version writes."""

Step = Callable[[JsonObject], JsonObject]

STEPS: Final[Mapping[int, Step]] = {}
"""Steps from format n to n + 1, by n: one entry for each format before `FORMAT`."""


def upcast(
    line: JsonObject, since: int, *, steps: Mapping[int, Step] = STEPS, until: int = FORMAT
) -> JsonObject:
    """The line as format `until` has it; KeyError where a step is missing."""
    for number in range(since, until):
        line = steps[number](line)
    return line
