"""Observations of one kind: how many there are, and how they are spread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

from trialogue.values import frozen

ENOUGH: Final = 10
"""Fewer observations than this are told, and nothing is concluded from them."""


@frozen
class Spread:
    """Spread of observations of one kind, in seconds unless it is said otherwise."""

    n: int
    """Number of observations."""

    p50: float | None
    """The median: the middle one, or the mean of the two in the middle; None for none."""

    p95: float | None
    """The 95th percentile, by nearest rank; None for none."""

    p99: float | None
    """The 99th percentile, by nearest rank; None for none."""

    @property
    def is_enough(self) -> bool:
        """Whether anything may be concluded from it."""
        return self.n >= ENOUGH


@frozen
class Rate:
    """Rate of an event among the cases in which it could have happened."""

    n: int
    """Number of cases in which it could have happened."""

    hits: int
    """Number of cases in which it did."""

    rate: float | None
    """`hits` over `n`; None where it could not happen."""

    @property
    def is_enough(self) -> bool:
        """Whether anything may be concluded from it."""
        return self.n >= ENOUGH


def spread(observations: Iterable[float]) -> Spread:
    """Count, median, 95th and 99th percentile (by nearest rank) of some observations."""
    ordered = sorted(observations)
    if not ordered:
        return Spread(0, None, None, None)
    return Spread(len(ordered), median(ordered), _rank(ordered, 0.95), _rank(ordered, 0.99))


def rate(outcomes: Iterable[bool]) -> Rate:
    """Rate of outcomes that were so."""
    found = list(outcomes)
    return Rate(len(found), sum(found), ratio(sum(found), len(found)))


def ratio(part: float, whole: float) -> float | None:
    """A part of a whole; None where there is no whole."""
    return part / whole if whole > 0 else None


def _rank(ordered: Sequence[float], part: float) -> float:
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]
