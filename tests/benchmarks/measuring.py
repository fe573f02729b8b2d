"""Values of the benchmark suite: a row measures figures, a figure compares contenders.

1. A module of this folder that measures has `ROWS`; `suite.py` lists the modules.
2. A row is a generator of figures. It says what it is about to do (`Ask.say`), takes its contenders in turns
   (`Ask.alternate`), and raises `NotRun` with the reason where the machine lacks what it needs.
3. A figure's values stand in the order of the rounds, so that the ratio of two contenders is taken within a
   round: the machine's speed drifts, and both had the same of it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from attrs import field, frozen

T = TypeVar("T")
OURS = "trialogue"
"""The name of what is measured; the others are its peers."""


class NotRun(Exception):
    """A row cannot run here; the text says why."""


@frozen
class Goal:
    """A limit that was set for a figure."""

    at_most: float | None = None
    at_least: float | None = None
    beside: str = ""
    """The contender to which the limit is a ratio; empty for the figure itself."""

    def holds(self, value: float) -> bool:
        """Whether a value is within the limit."""
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )


@frozen
class Figure:
    """What contenders came to, in one unit."""

    title: str
    unit: str
    values: Mapping[str, tuple[float, ...]]
    """By contender, a value a round; trialogue's first."""

    goal: Goal | None = None
    note: str = ""
    """What a reader should know of this figure."""


@frozen
class Ask:
    """What a row is asked for, and where it says how far it is."""

    say: Callable[[str], None]
    is_quick: bool = False
    """Whether it shall only show that it works: one round, short windows."""

    missing: dict[str, str] = field(factory=dict)
    """Peers that could not take part, and why."""

    def rounds(self, usual: int) -> int:
        """How many rounds to take."""
        return 1 if self.is_quick else usual

    def alternate(
        self, rounds: int, contenders: Mapping[str, Callable[[], T]], *, is_silent: bool = False
    ) -> dict[str, tuple[T, ...]]:
        """What each contender gave, round by round; every second round goes backwards.

        A peer that raises `NotRun` is `missing` from then on; trialogue itself is not: the row ends.
        """
        found: dict[str, list[T]] = {name: [] for name in contenders}
        for number in range(rounds):
            order = [name for name in contenders if name not in self.missing]
            for name in order if number % 2 == 0 else reversed(order):
                if not is_silent:
                    self.say(f"round {number + 1} of {rounds}: {name}")
                try:
                    found[name].append(contenders[name]())
                except NotRun as reason:
                    if name == OURS:
                        raise
                    self.missing[name] = str(reason)
                    self.say(f"{name} takes no part: {reason}")
        return {name: tuple(values) for name, values in found.items() if name not in self.missing}


@frozen
class Row:
    """One row of the suite."""

    name: str
    about: str
    """What it measures and how, in a sentence or two: it stands on the page."""

    measure: Callable[[Ask], Iterator[Figure]]
    silent_about: str = ""
    """What its figures do not show."""


def ratios(figure: Figure, beside: str) -> tuple[float, ...]:
    """Ours over a contender's, round by round."""
    ours = next(iter(figure.values.values()))
    return tuple(a / b if b else float("inf") for a, b in zip(ours, figure.values[beside], strict=True))


def is_reached(figure: Figure) -> bool | None:
    """Whether the median is within the goal; None where there is no goal."""
    if figure.goal is None:
        return None
    values = ratios(figure, figure.goal.beside) if figure.goal.beside else next(iter(figure.values.values()))
    return figure.goal.holds(statistics.median(values))
