"""Sums of floats that are equal to the bit on every Python."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

__all__ = ["summed"]


def summed(amounts: Iterable[float]) -> float:
    """Sum of `amounts`, added from left to right; the whole number 0 of none, as in kept documents.

    `sum` itself compensates rounding from Python 3.12 on: a meeting that was decided or measured on 3.11
    would differ there in its last digits, and a decision that hangs on them could be another.
    """
    return reduce(add, amounts, 0)
