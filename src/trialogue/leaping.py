"""Leaps of a virtual clock: parties that continue by themselves are called before time moves.

1. While every task waits until some moment, only sound goes on before it. Its makers are called with that
   moment, and do everything before it that causes no event.
2. Anything that causes an event keeps its own moment: its maker sets a deadline for it.
3. One party's work may let another go further, so all are called in turn until none has anything left to do.
4. Where no clock leaps (real time, or a virtual clock set to tick) no party is called, and everything goes
   step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol, TypeAlias

from attrs import field

from trialogue.values import define

__all__ = ["Leaper", "Leaps", "Moment", "leaping", "leaps_of"]

Moment: TypeAlias = Callable[[], float]
"""Function that gives a moment of the loop's clock, as far as it is known: work before it may move it."""


class Leaper(Protocol):
    """Party that continues by itself while every task waits.

    Never raises: its errors are raised where it waits.
    """

    def set_out(self) -> None:
        """Set a deadline for the next certain event: time is about to move."""
        ...

    def brings_at(self) -> float:
        """Moment at which it next brings something that another party may need; infinity for never."""
        ...

    def carry(self, next_deadline: Moment, next_brought: Moment, /) -> bool:
        """Do everything before that deadline, as far as possible yet; whether there was anything.

        A party that lacks something goes no further than to the moment at which anything is brought.
        """
        ...

    def arrive(self, next_deadline: Moment) -> None:
        """Set a deadline for the next event in its time, if nothing else comes before it."""
        ...


@define(eq=False)
class Leaps:
    """Parties that are called before one loop's clock moves."""

    _asked: list[Leaper] = field(factory=list[Leaper], init=False)

    def before(self, next_deadline: Moment) -> None:
        """Let all parties do their work before the next deadline."""
        for leaper in self._asked:
            leaper.set_out()
        while self._carry(next_deadline):
            pass
        for leaper in self._asked:
            leaper.arrive(next_deadline)

    def _carry(self, next_deadline: Moment) -> bool:
        """Let each party go as far as it can now; whether any went further."""
        went = [leaper.carry(next_deadline, self._next_brought) for leaper in self._asked]
        return any(went)

    def _next_brought(self) -> float:
        return min(leaper.brings_at() for leaper in self._asked)

    @contextmanager
    def asking(self, leaper: Leaper) -> Generator[None]:
        """Call this party, too, in the block."""
        self._asked.append(leaper)
        try:
            yield
        finally:
            self._asked.remove(leaper)


_LEAPS: Final[ContextVar[Leaps | None]] = ContextVar("leaps", default=None)


def leaps_of() -> Leaps | None:
    """Leaps of the running loop's clock; None where it does not leap."""
    return _LEAPS.get()


@contextmanager
def leaping(leaps: Leaps | None) -> Generator[None]:
    """Give the loops that begin in the block these leaps, or none."""
    token = _LEAPS.set(leaps)
    try:
        yield
    finally:
        _LEAPS.reset(token)
