"""Check of measures against their bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from trialogue.expect.excused import windows
from trialogue.expect.findings import Finding, HeldRecords, Looked
from trialogue.expect.observing import (
    MEASURES,
    Measured,
    Observed,
    Unit,
)
from trialogue.expect.occurrences import Occurrence
from trialogue.model.checked import Checked
from trialogue.model.expectations import Bound, Kind, Section
from trialogue.report.measures import spread
from trialogue.report.stretches import joined, length_until, spans_with, stretches

SETTLED_S: Final = 60.0
"""Seconds of a meeting before shares are checked."""

NOTHING: Final = "no values"
"""Result of a bound without observations."""

UNKNOWN: Final = "words that were heard are not known"
"""Result of an upper bound of words where somebody was heard without any known word."""


def bound_results(
    bound: Bound, held: HeldRecords, section: Section, turns: Sequence[float]
) -> Iterator[Looked]:
    """Result for each participant of a bound, or for the meeting, with a miss where the measure is out of it.

    `turns` are the ends of turns at which shares are checked, besides the end.
    """
    measure = MEASURES[bound.measure]
    felt = windows(held.records, bound.excepted)
    observed = [
        each
        for each in measure.observe(Measured(held.records, held.result))
        if not any(window.holds(each.at, each.participant or window.participant) for window in felt)
    ]
    if bound.is_total:
        at, is_known = held.result.duration_s, all(each.is_known for each in observed)
        total = Observed(at, sum(each.value for each in observed), is_known=is_known)
        yield _judged(bound, [total], section, None)
        return
    for name in bound.names or (None,):
        own = [each for each in observed if name is None or each.participant == name]
        if measure.unit == "share" and name_of_share(bound.measure):
            own = [*_earlier(bound.measure, held, name, turns), *own]
        yield _judged(bound, own, section, name)


def name_of_share(measure: str) -> bool:
    """Whether a measure can be checked in the middle of a meeting."""
    return measure in {"overlap-ratio", "floor-share"}


def _earlier(measure: str, held: HeldRecords, name: str | None, turns: Iterable[float]) -> Iterator[Observed]:
    """Shares at the ends of turns: of one participant, of each where no name is given, or of the meeting."""
    heard, moments = stretches(held.records), [at for at in turns if at >= SETTLED_S]
    if measure == "overlap-ratio":
        one, two = (length_until(spans_with(heard, least), moments) for least in (1, 2))
        shares = zip(moments, one, two, strict=True)
        yield from (Observed(at, part / whole) for at, whole, part in shares if whole > 0)
        return
    spans: dict[str, list[tuple[float, float]]] = {each: [] for each in held.result.participants}
    for each in joined(heard):
        if each.participant in spans:
            spans[each.participant].append((each.start_s, each.end_s))
    spoken = {who: list(length_until(own, moments)) for who, own in spans.items()}
    for place, at in enumerate(moments):
        whole = sum(each[place] for each in spoken.values())
        yield from (
            Observed(at, each[place] / whole, who)
            for who, each in spoken.items()
            if whole > 0 and name in {None, who}
        )


def _judged(bound: Bound, observed: Sequence[Observed], section: Section, name: str | None) -> Looked:
    wanted = f"{bound.text} of {name}" if name else bound.text
    if not observed:  # neither met nor missed: an event expectation says what must happen
        return Looked(Checked(bound.place, "measured-nothing", wanted, NOTHING))
    by_value = sorted(observed, key=lambda each: each.value)
    worst = by_value[0] if bound.statistic == "min" else by_value[-1]
    value = _value(bound, by_value)
    is_out = value < bound.limit - 1e-9 if bound.statistic == "min" else value > bound.limit + 1e-9
    happened = _happened(bound, value, worst, len(observed), name=name)
    if bound.statistic == "max" and not (is_out or all(each.is_known for each in observed)):
        return Looked(Checked(bound.place, "measured-nothing", wanted, UNKNOWN))
    result = Checked(bound.place, "missed" if is_out else "met", wanted, happened)
    if not is_out:
        return Looked(result)
    kind: Kind = "timing" if MEASURES[bound.measure].unit == "time" else "behaviour"
    place = Occurrence(worst.at, 0, worst.participant or name)
    if _is_of_each(bound, name) and MEASURES[bound.measure].unit == "count":
        happened += f" (each of {len(observed)} participants is counted; total counts all together)"
    return Looked(result, (Finding(bound.place, section, wanted, happened, place, kind),))


def _is_of_each(bound: Bound, name: str | None) -> bool:
    """Whether the one figure of each participant is compared, though none is named."""
    measure = MEASURES[bound.measure]
    return measure.each and not measure.many and name is None and not bound.is_total


def _value(bound: Bound, by_value: Sequence[Observed]) -> float:
    """Value of observations that the bound limits."""
    if bound.statistic in {"min", "max"}:
        return by_value[0 if bound.statistic == "min" else -1].value
    found = spread(each.value for each in by_value)
    return {"p50": found.p50, "p95": found.p95}.get(bound.statistic, found.p99) or 0.0


def _happened(bound: Bound, value: float, worst: Observed, count: int, *, name: str | None) -> str:
    """Value in words: whose, when, and of how many observations."""
    measure = MEASURES[bound.measure]
    told, at = _figure(bound, value), f"at {worst.at:.2f} s"
    if _is_of_each(bound, name):
        return f"{worst.participant} had {told}{f' {at}' if measure.unit == 'share' else ''}"
    if count == 1 and not measure.many:
        return told
    who = "" if name or worst.participant is None else f", of {worst.participant}"
    if count == 1:
        return f"{told} {at}{who}, the only one"
    if bound.statistic in {"min", "max"}:
        rank = "lowest" if bound.statistic == "min" else "highest"
        return f"{told} {at}{who}, the {rank} of {count}"
    return f"{bound.statistic} {told} of {count}; the highest is {_figure(bound, worst.value)} {at}{who}"


def _figure(bound: Bound, value: float) -> str:
    """Figure in the unit of its limit, or with what is counted: `1 turn`."""
    unit = MEASURES[bound.measure].unit
    if unit == "time" and bound.text.endswith("ms"):
        return f"{value * 1000:.{0 if value >= 0.01 else 1}f} ms"
    if unit != "count":
        return quantity(value, unit)
    return f"{quantity(value, unit)} {bound.measure.removesuffix('s') if value == 1 else bound.measure}"


def quantity(value: float, unit: Unit) -> str:
    """Figure with its unit."""
    match unit:
        case "time":
            return f"{value:.3f} s"
        case "share":
            return f"{value:.1%}"
        case "money":
            return f"{value:.2f} USD"
        case "count":
            return f"{value:g}"
