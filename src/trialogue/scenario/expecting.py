"""Conversion of an author's expectations into the form that is checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import attrs

from trialogue.model.expectations import Bound, Expectations, Expected, Question, Statistic, Whenever
from trialogue.model.kinds import record_of
from trialogue.scenario.expect_keys import BoundKeys, ExpectationKeys, TimesKeys
from trialogue.scenario.pattern_reading import pattern_of
from trialogue.scenario.patterns import EVENTS, EventKeys
from trialogue.scenario.quantities import dollars, percent, read_duration
from trialogue.scenario.schema import Document
from trialogue.values import frozen

__all__ = [
    "EXAMPLES",
    "MANY",
    "SINGLE",
    "STATISTICS",
    "SUMMED",
    "UNITS",
    "Unit",
    "bounds_of",
    "expectations_of",
    "limit_of",
    "measures_of",
]

Unit = Literal["time", "share", "count", "money"]
"""Unit of a measure."""

STATISTICS: Final[tuple[Statistic, ...]] = ("min", "max", "p50", "p95", "p99")
"""Statistics of a measure that can be bounded."""

UNITS: Final[dict[str, Unit]] = {
    "response-latency": "time",
    "stop-latency": "time",
    "turn-length": "time",
    "silence": "time",
    "floor-transfer": "time",
    "overlap-ratio": "share",
    "floor-share": "share",
    "silence-share": "share",
    "turns": "count",
    "words": "count",
    "interruptions": "count",
    "duration": "time",
    "cost": "money",
}
"""Units of the measures."""

MANY: Final = frozenset({"response-latency", "stop-latency", "turn-length", "silence", "floor-transfer"})
"""Measures with many observations, which have percentiles."""

SINGLE: Final = frozenset(
    {"response-latency", "stop-latency", "turn-length", "floor-transfer", "floor-share", "turns", "words"}
)
"""Measures of single participants."""

SUMMED: Final = frozenset({"turns", "words"})
"""Measures of single participants that can be added."""

EXAMPLES: Final[dict[Unit, str]] = {"time": "2.5s", "share": "8%", "count": "3", "money": "1.50 USD"}
"""Examples of a bound, by unit."""


def expectations_of(document: Document) -> Expectations:
    """Expectations of a completed document."""
    expect = document.expect
    if expect is None:
        return Expectations()
    ready = _Ready(document)
    asked = expect.judge.ask if expect.judge else ()
    return Expectations(
        always=tuple(ready.always(expect.always or ())),
        in_order=tuple(ready.events("in_order", expect.in_order or ())),
        never=tuple(ready.events("never", expect.never or ())),
        at_end=tuple(ready.at_end(expect.at_end or ())),
        questions=tuple(Question(ask, f"expect.judge.ask[{index}]") for index, ask in enumerate(asked)),
    )


def measures_of(keys: ExpectationKeys) -> list[tuple[str, BoundKeys]]:
    """Measures that an expectation can limit, by their names in the file."""
    attributes = {member.key: member.attribute for member in record_of(ExpectationKeys).members}
    found = ((name, getattr(keys, attributes[name])) for name in UNITS)
    return [(name, bounds) for name, bounds in found if bounds is not None]


def bounds_of(bounds: BoundKeys) -> list[tuple[Statistic, object]]:
    """Statistics of a measure that have a limit, each with the limit as written."""
    return [(each, getattr(bounds, each)) for each in STATISTICS if getattr(bounds, each) is not None]


def _totals(bounds: BoundKeys) -> list[tuple[Statistic, int]]:
    """Bounds of the sum over all participants."""
    total = bounds.total or TimesKeys()
    limits: tuple[tuple[Statistic, int | None], ...] = (("min", total.min), ("max", total.max))
    return [(statistic, number) for statistic, number in limits if number is not None]


def _limit_text(statistic: Statistic, value: object, bounds: BoundKeys | TimesKeys | None) -> str:
    """Limit in words: `min 5`, or `exactly 5 (min)` for one of two that leave a single value."""
    is_exact = bounds is not None and value == bounds.min == bounds.max
    return f"exactly {value} ({statistic})" if is_exact else f"{statistic} {value}"


def limit_of(unit: Unit, value: object) -> float | None:
    """Limit as a number; None if it is not one."""
    match unit, value:
        case _, bool():
            return None
        case "count", int() | float():
            return float(value)
        case "time", str():
            sign, text = (-1.0, value[1:]) if value.startswith("-") else (1.0, value)
            read = read_duration(text)
            return 0.0 if text == "0s" else None if read is None else sign * read
        case "share", str():
            return 0.0 if value.strip() == "0%" else percent(value)
        case "money", str():
            return dollars(value)
        case _:
            return None


@frozen
class _Ready:
    """Converts the expectations of one document."""

    document: Document

    def always(self, written: tuple[ExpectationKeys, ...]) -> Iterator[Whenever | Bound]:
        for index, keys in enumerate(written):
            place = f"expect.always[{index}]"
            if keys.when is not None and keys.then is not None:
                yield Whenever(self._event(keys.when, place), self._event(keys.then, place), place)
            yield from self._bounds(keys, place)

    def at_end(self, written: tuple[ExpectationKeys, ...]) -> Iterator[Expected | Bound]:
        for index, keys in enumerate(written):
            place = f"expect.at_end[{index}]"
            if any(getattr(keys, each) is not None for each in EVENTS):
                expected, times = self._event(keys, place), keys.times or keys.called or TimesKeys()
                yield attrs.evolve(expected, least=times.min, most=times.max)
            yield from self._bounds(keys, place)

    def events(self, section: str, written: tuple[EventKeys, ...]) -> Iterator[Expected]:
        for index, keys in enumerate(written):
            yield self._event(keys, f"expect.{section}[{index}]")

    def _bounds(self, keys: ExpectationKeys, place: str) -> Iterator[Bound]:
        for measure, bounds in measures_of(keys):
            for statistic, value in bounds_of(bounds):
                limit = limit_of(UNITS[measure], value)
                if limit is not None:
                    text = f"{measure} {_limit_text(statistic, value, bounds)}"
                    yield Bound(measure, statistic, limit, bounds.each or (), text, place, keys.excepted)
            for statistic, number in _totals(bounds):
                text = f"{measure} of all together {_limit_text(statistic, number, bounds.total)}"
                yield Bound(measure, statistic, number, (), text, place, is_total=True)

    def _event(self, keys: EventKeys, place: str) -> Expected:
        pattern, text = pattern_of(self.document, keys)
        return Expected(
            pattern=pattern,
            text=text,
            place=place,
            nth=keys.nth or 1,
            after_s=keys.after or 0.0,
            within_s=keys.within,
            excepted=keys.excepted,
        )
