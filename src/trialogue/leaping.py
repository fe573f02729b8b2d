"""Leaps of a virtual clock: who carries on by itself is asked before time moves, and may go far at once.

1. While every task waits until some moment, nothing happens before it but what goes on of its own: sound.
   Whoever makes it is told of that moment, and does all that lies before it and that nobody would notice.
2. What would be noticed keeps its own moment: whoever is asked sets a deadline for it.
3. What one does may let another go further, so all are asked in turn until none has anything left to do.
4. Where no clock leaps (real time, a clock that is told to tick) nobody is asked: all goes step by step.
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
"""A moment of the loop's clock, as far as is known: what is done before it may move it on."""


class Leaper(Protocol):
    """Goes on of its own while everybody waits. Never raises: what fails is told where it waits itself."""

    def set_out(self) -> None:
        """Wait for nothing but what is certain to be noticed: time is about to move."""
        ...

    def brings_at(self) -> float:
        """When it next brings what another may need; infinity for nothing."""
        ...

    def carry(self, next_deadline: Moment, next_brought: Moment, /) -> bool:
        """Do what lies before that deadline, as far as it can be done yet; whether there was anything.

        Who lacks something goes no further than to the moment at which anything is brought.
        """
        ...

    def arrive(self, next_deadline: Moment) -> None:
        """Wait for what is to come in its time, if nothing else comes before it."""
        ...


@define(eq=False)
class Leaps:
    """Parties that are asked before one loop's clock moves."""

    _asked: list[Leaper] = field(factory=list[Leaper], init=False)

    def before(self, next_deadline: Moment) -> None:
        """Let everybody do what lies before the next deadline."""
        for leaper in self._asked:
            leaper.set_out()
        while self._carry(next_deadline):
            pass
        for leaper in self._asked:
            leaper.arrive(next_deadline)

    def _carry(self, next_deadline: Moment) -> bool:
        """Let each of them go as far as it can now; whether any went further."""
        went = [leaper.carry(next_deadline, self._next_brought) for leaper in self._asked]
        return any(went)

    def _next_brought(self) -> float:
        return min(leaper.brings_at() for leaper in self._asked)

    @contextmanager
    def asking(self, leaper: Leaper) -> Generator[None]:
        """Ask this one, too, in the block."""
        self._asked.append(leaper)
        try:
            yield
        finally:
            self._asked.remove(leaper)


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
