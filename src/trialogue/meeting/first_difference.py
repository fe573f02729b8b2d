"""Comparison of two runs by turns: the first turn in which they differ, from which on a what-if is simulated.

`journal/comparing.py` compares journals line by line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from trialogue.model.transcript import Utterance
from trialogue.values import frozen

__all__ = ["Difference", "first_difference", "turns_told"]

_WORD: Final = re.compile(r"\w+")


@frozen
class Difference:
    """First difference between two meetings."""

    place: int
    """Number of the turn that was heard, from 1."""

    then: Utterance | None
    """Utterance in the first meeting; None where it has no such turn."""

    now: Utterance | None
    """Utterance in the second."""

    margin_s: float | None
    """Seconds by which it began later in the second run; None if either has no such turn."""

    def __str__(self) -> str:
        """One line for people, without speech."""
        then, now = (each.participant if each else "nobody" for each in (self.then, self.now))
        margin = "" if self.margin_s is None else f", {self.margin_s:+.2f} s"
        what = "is of" if then != now else "has other words, of"
        return f"turn {self.place} {what} {then} in the recording and {now} in the new run{margin}"


def turns_told(said: Sequence[Utterance]) -> list[Utterance]:
    """Turns with heard words, in their order; remarks beside turns are left out."""
    heard = [each for each in said if each.heard.strip() and not each.beside]
    return sorted(heard, key=lambda each: (each.start_s, each.turn))


def first_difference(then: Sequence[Utterance], now: Sequence[Utterance]) -> Difference | None:
    """First turn with another speaker or other words; None where all are the same.

    A turn that was cut off has the same words where one is the beginning of the other, since a moment can
    change a word. Capitals and punctuation do not count: a recognizer varies them for the same sound.
    """
    for place, (a, b) in enumerate(zip_longest(turns_told(then), turns_told(now)), 1):
        if a is None or b is None or a.participant != b.participant or not _same_words(a, b):
            margin = b.start_s - a.start_s if a is not None and b is not None else None
            return Difference(place, a, b, margin)
    return None


def _same_words(a: Utterance, b: Utterance) -> bool:
    one, other = (_WORD.findall(each.heard.casefold()) for each in (a, b))
    if a.was_cut or b.was_cut:
        shorter = min(len(one), len(other))
        return one[:shorter] == other[:shorter]
    return one == other
