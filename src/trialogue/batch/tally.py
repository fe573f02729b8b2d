"""Tally of repeats: pass rates with their confidence, spreads of figures, and regressions. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import median
from typing import Final, cast

import cattrs

from trialogue.batch.figures import FIGURES
from trialogue.batch.outcomes import Outcome
from trialogue.values import frozen

__all__ = [
    "Baseline",
    "GroupTally",
    "Regression",
    "baseline_of",
    "interval",
    "read_baseline",
    "regressions",
    "tallied",
]

_CONVERTER: Final = cattrs.Converter()

_Z: Final = 1.959963984540054
"""Standard deviations on each side that include 95 % of a normal distribution."""

NOTABLE: Final = 0.10
"""Share by which a figure must change to count."""

FORMAT: Final = 1
"""Format of a baseline's file."""

MOST_RUNS: Final = 10**9
"""Most runs of one meeting in a baseline."""


def interval(hits: int, n: int) -> tuple[float, float]:
    """Confidence interval at 95 % of a rate with `hits` of `n` (Wilson 1927).

    >>> [round(each, 3) for each in interval(20, 20)]
    [0.839, 1.0]
    """
    if n == 0:
        return 0.0, 1.0
    rate, square = hits / n, _Z * _Z
    middle = (rate + square / (2 * n)) / (1 + square / n)
    reach = _Z / (1 + square / n) * sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


@frozen
class GroupTally:
    """Tally of the repeats of one meeting."""

    group: str
    """Group: its file and its cell."""

    runs: int
    """Number of runs."""

    passed: int
    """Number of runs that passed."""

    figures: Mapping[str, tuple[float, ...]]
    """Figures of the runs, sorted, by name."""

    @property
    def rate(self) -> float:
        """Share of runs that passed, from 0 to 1."""
        return self.passed / self.runs if self.runs else 0.0

    @property
    def between(self) -> tuple[float, float]:
        """Interval of the true rate, at 95 %."""
        return interval(self.passed, self.runs)


def tallied(outcomes: Iterable[Outcome]) -> list[GroupTally]:
    """Tallies of the outcomes by group, in the order of their first outcomes."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.group, []).append(outcome)
    return [_tally(group, found) for group, found in groups.items()]


def _tally(group: str, found: Sequence[Outcome]) -> GroupTally:
    names = [figure.name for figure in FIGURES if any(figure.name in each.figures for each in found)]
    figures = {
        name: tuple(sorted(each.figures[name] for each in found if name in each.figures)) for name in names
    }
    return GroupTally(group, len(found), sum(each.passed for each in found), figures)


# --- baselines --------------------------------------------------------------------------------------

Baseline = Mapping[str, GroupTally]
"""Tallies of an earlier time, by group."""


@frozen
class Regression:
    """Figure that has become worse."""

    group: str
    """Name of the group."""

    name: str
    """Name of the figure; `pass rate` for the share of passed runs."""

    text: str
    """Value before and value now, in words."""


def baseline_of(tallies: Iterable[GroupTally]) -> dict[str, object]:
    """Tallies as plain JSON values, to be stored."""
    return {"trialogue": FORMAT, "kind": "baseline", "meetings": _CONVERTER.unstructure(list(tallies))}


def read_baseline(raw: object) -> Baseline:
    """Baseline from plain values; ValueError for invalid ones."""
    known = cast("dict[str, object]", raw) if isinstance(raw, dict) else {}
    if (known.get("trialogue"), known.get("kind")) != (FORMAT, "baseline"):
        raise ValueError("not a baseline of format 1")
    try:
        tallies = _CONVERTER.structure(known.get("meetings"), list[GroupTally])
    except (cattrs.BaseValidationError, TypeError) as error:
        raise ValueError(f"not a baseline: {type(error).__name__}") from error
    for each in tallies:
        if not 0 <= each.passed <= each.runs <= MOST_RUNS:
            raise ValueError(f"not a baseline: {each.group[:64]!r} has an impossible number of runs")
    return {each.group: each for each in tallies}


def regressions(baseline: Baseline, tallies: Iterable[GroupTally]) -> list[Regression]:
    """Regressions since the baseline.

    The pass rate is one where its interval lies wholly below the baseline's, or where all runs passed and one
    fails now. A figure is one where its median is worse than all values of the baseline, and by more than a
    tenth.
    """
    found: list[Regression] = []
    for now in tallies:
        before = baseline.get(now.group)
        if before is not None:
            found.extend(_worse(before, now))
    return found


def _worse(before: GroupTally, now: GroupTally) -> list[Regression]:
    found: list[Regression] = []
    fell = before.passed == before.runs and now.passed < now.runs
    if fell or now.between[1] < before.between[0]:
        text = f"{now.passed} of {now.runs} passed, before {before.passed} of {before.runs}"
        found.append(Regression(now.group, "pass rate", text))
    for figure in FIGURES:
        old, new = before.figures.get(figure.name, ()), now.figures.get(figure.name, ())
        if not figure.worse or not old or not new:
            continue
        middle, was = median(new), median(old)
        is_beyond = middle > max(old) if figure.worse == "more" else middle < min(old)
        if is_beyond and abs(middle - was) > NOTABLE * abs(was):
            text = f"{figure.told(middle)} (median), before {figure.told(was)}"
            found.append(Regression(now.group, figure.name, text))
    return found
