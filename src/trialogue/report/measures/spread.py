"""Statistics of observations of one kind: their number, and their spread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

from trialogue.values import frozen

ENOUGH: Final = 10
"""Fewest observations that support a conclusion; fewer are reported without one."""


@frozen
class Spread:
    """Spread of observations of one kind, in seconds unless stated otherwise."""

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
        """Whether there are enough observations for a conclusion."""
        return self.n >= ENOUGH


@frozen
class Rate:
    """Rate of an event among the cases in which it could have happened."""

    n: int
    """Number of cases in which it could have happened."""

    hits: int
    """Number of cases in which it did happen."""

    rate: float | None
    """`hits` over `n`; None where it could not happen."""

    @property
    def is_enough(self) -> bool:
        """Whether there are enough cases for a conclusion."""
        return self.n >= ENOUGH


def spread(observations: Iterable[float]) -> Spread:
    """Count, median, 95th and 99th percentile (by nearest rank) of observations."""
    ordered = sorted(observations)
    if not ordered:
        return Spread(0, None, None, None)
    return Spread(len(ordered), median(ordered), _rank(ordered, 0.95), _rank(ordered, 0.99))


def rate(outcomes: Iterable[bool]) -> Rate:
    """Rate of the outcomes that are true."""
    found = list(outcomes)
    return Rate(len(found), sum(found), ratio(sum(found), len(found)))


def ratio(part: float, whole: float) -> float | None:
    """Quotient of a part and a whole; None for an empty whole."""
    return part / whole if whole > 0 else None


def _rank(ordered: Sequence[float], part: float) -> float:
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]
