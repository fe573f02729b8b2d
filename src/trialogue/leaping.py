"""Leaps of a virtual clock: who carries on by itself is asked before time moves, and may go far at once.

1. While every task waits until some moment, nothing happens before it but what goes on of its own: sound.
   Whoever makes it is told of that moment, and does all that lies before it and that nobody would notice.
2. What would be noticed keeps its own moment: whoever is asked sets a deadline for it.
3. Where no clock leaps (life, tests, a clock that is told to tick) nobody is asked: all goes step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

from attrs import define, field

__all__ = ["Leap", "Leaps", "leaping", "leaps_of"]

Leap: TypeAlias = Callable[[Callable[[], float]], None]
"""Does what it can do before the next deadline, which it asks for: what it does may move that on."""


@define(eq=False)
class Leaps:
    """Who is asked before one loop's clock moves."""

    _asked: list[Leap] = field(factory=list[Leap], init=False)

    def before(self, next_deadline: Callable[[], float]) -> None:
        """Let everybody do what lies before the next deadline."""
        for leap in self._asked:
            leap(next_deadline)

    @contextmanager
    def asking(self, leap: Leap) -> Generator[None]:
        """Ask this one, too, in the block."""
        self._asked.append(leap)
        try:
            yield
        finally:
            self._asked.remove(leap)


_LEAPS: Final[ContextVar[Leaps | None]] = ContextVar("leaps", default=None)


def leaps_of() -> Leaps | None:
    """The leaps of the running loop's clock; None where it does not leap."""
    return _LEAPS.get()


@contextmanager
def leaping(leaps: Leaps | None) -> Generator[None]:
    """Let the loops that begin in the block have these leaps, or none."""
    token = _LEAPS.set(leaps)
    try:
        yield
    finally:
        _LEAPS.reset(token)
