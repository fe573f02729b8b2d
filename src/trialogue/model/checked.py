"""Results of single expectations of a meeting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from trialogue.values import frozen

Outcome = Literal["met", "missed", "measured-nothing", "not-reached"]
"""Outcome of an expectation. One that *measured nothing* had nothing to observe, as the time to stop
where nobody was interrupted; one that was *not reached* stands in an order after an event that never came.
"""


@frozen
class Checked:
    """Result of one expectation, or of one of its limits for one participant."""

    place: str
    """Place in the scenario: `expect.at_end[2]`."""

    outcome: Outcome
    """Outcome."""

    expected: str
    """Expectation, in words."""

    found: str
    """What was found, in words: value, count, moment; without speech."""


def wholly(results: Iterable[Checked], outcome: Outcome) -> tuple[Checked, ...]:
    """First result of each expectation all of whose results have this outcome."""
    first: dict[str, Checked] = {}
    others = set[str]()
    for each in results:
        first.setdefault(each.place, each)
        if each.outcome != outcome:
            others.add(each.place)
    return tuple(each for place, each in first.items() if place not in others)
