"""Hints at the bounds of a measure: what `turns` and `words` count, and bounds beside the measure."""

from __future__ import annotations

import re
from typing import Final, cast

from trialogue.scenario.expecting import EXAMPLES, MANY, SINGLE, STATISTICS, SUMMED, UNITS, Unit
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.key_aliases import MEASURES, WANTED
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LEFT_OUT, NAME, is_quantity
from trialogue.scenario.patterns import EVENTS
from trialogue.scenario.problems import Path
from trialogue.scenario.quantities import dollars, percent
from trialogue.scenario.time_hints import time_of
from trialogue.scenario.tree import Entries, Items, Node, Pair, Scalar

_TOGETHER: Final = frozenset({"sum", "all", "together", "overall", "totals", "in_total"})
_EXACTLY: Final = frozenset(
    ("exactly", "exact", "equal", "equals", "equal_to", "eq", "is", "=", "==", "count", "number", "value")
)
_SPELLED: Final = re.compile(
    r"\$?\s*(\d{1,6}(?:\.\d{1,4})?)\s*(?:\$|usd|dollars?|percent|%)?", re.ASCII | re.IGNORECASE
)
_OWNERS: Final = ("each", "participant", "by", "speaking", "of", "who", "speaker", "agent", "person")
_BOUNDS: Final = frozenset((*STATISTICS, "each", "total"))


def meant_limit(unit: Unit, value: object) -> str | int | float | None:
    """Limit of a measure that a plain value is or probably means; None if it means none."""
    if unit == "time":
        return time_of(value)
    if isinstance(value, str):
        if (unit == "share" and percent(value)) or (unit == "money" and dollars(value)):
            return value
        found = _SPELLED.fullmatch(value.strip())
        if found is None:
            return None
        value = float(found[1]) if "." in found[1] else int(found[1])
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        return None
    if unit == "share":
        part = value * 100 if value <= 1 else value
        return f"{part:g}%" if part <= 100 else None
    return f"{value:.2f} USD" if unit == "money" else value


def meant_bounds(measure: str, node: Node) -> dict[str, object] | None:
    """Bounds of a measure that a value means: a map of them, or a single limit; None if it means none."""
    unit = UNITS[measure]
    if not isinstance(node, Entries):
        limit = meant_limit(unit, plain_of(node))
        return (
            None if limit is None else dict.fromkeys(("min", "max") if unit == "count" else ("max",), limit)
        )
    found: dict[str, object] = {}
    for pair in node.pairs:
        bound, limit = _bound(pair.key), meant_limit(unit, plain_of(pair.value))
        if bound is None or bound in {"each", "total"} or limit is None:
            return None
        found.update(dict.fromkeys(("min", "max") if bound == "exactly" else (bound,), limit))
    return found or None


def measure_of(key: str) -> str | None:
    """Measure that a key is or means."""
    return key if key in UNITS else MEASURES.get(key.casefold().replace("-", "_"))


def entries_of(measure: str, node: Node, names: OwnNames) -> list[str]:
    """Expectations that a value of a measure means: one for each group of names with the same bounds."""
    groups: dict[str, list[str]] = {}
    for pair in node.pairs if isinstance(node, Entries) else ():
        seat, bounds = names.meant(pair.key), meant_bounds(measure, pair.value)
        if seat is not None and bounds is not None and measure in SINGLE:
            groups.setdefault(_inside(bounds), []).append(seat)
    if groups:
        return [f"{measure}: {{each: {flow(seats)}, {bounds}}}" for bounds, seats in groups.items()]
    bounds = meant_bounds(measure, node)
    if bounds is None:
        return []
    if measure in SUMMED and not isinstance(node, Entries):
        return [f"{measure}: {{total: {flow(bounds)}}}"]
    return [f"{measure}: {flow(bounds)}"]


def bounds_hint(pair: Pair, path: Path, names: OwnNames) -> str:
    """Hint at bounds of a measure that a key within it means, such as a participant's name or `is`."""
    measure = str(path[-1]) if path and path[-1] in UNITS else ""
    seat = names.meant(pair.key) if measure in SINGLE else None
    if seat is not None:
        bounds = meant_bounds(measure, pair.value)
        return (
            f"; write {{each: [{seat}], {_inside(bounds) if bounds else f'max: {EXAMPLES[UNITS[measure]]}'}}}"
        )
    if _bound(pair.key) == "exactly":
        value = meant_limit(UNITS.get(measure, "count"), plain_of(pair.value))
        return f"; write {_inside(dict.fromkeys(('min', 'max'), 7 if value is None else value))}"
    return ""


def _inside(bounds: dict[str, object]) -> str:
    return flow(bounds)[1:-1]


def number_hint(node: Node, path: Path, around: Entries | None = None) -> str:
    """Hint for a single number in the place of bounds; begins with `: `, or is empty."""
    number = _number(node)
    if number is None or path[-1] not in SUMMED:
        return ""
    if owner_of(around) is not None:
        return f": {path[-1]} of one participant are bounded with each, which stands for the name beside them"
    total = f"for all together write {{total: {{min: {number}, max: {number}}}}}"
    return f": {path[-1]} are counted for each participant; {total}"


def owner_of(entry: Entries | None) -> str | None:
    """Participant whose measure is meant, which is named beside it instead of within it."""
    named = (pair.value for pair in entry.pairs if pair.key in _OWNERS) if entry is not None else ()
    names = (each.value for each in named if isinstance(each, Scalar))
    return next((each for each in names if isinstance(each, str) and NAME.fullmatch(each)), None)


def total_hint(pair: Pair, path: Path) -> str:
    """Hint for a word such as `sum`; begins with `; `, or is empty."""
    if pair.key.casefold() not in _TOGETHER or path[-1] not in SUMMED:
        return ""
    number = _number(pair.value) or 7
    total = f"write total: {{min: {number}, max: {number}}}"
    return f"; {path[-1]} are counted for each participant; for all together {total}"


def beside_hint(pair: Pair, entry: Entries) -> str:
    """Hint at the measure, or the event, that a bound beside it belongs to; begins with `; `, or is empty."""
    bound = _bound(pair.key)
    if bound is None:
        return ""
    measures = [each for each in entry.pairs if each.key in UNITS and _takes(each.key, bound)]
    if measures:
        name, inside = measures[0].key, _told(plain_of(measures[0].value))
        own = cast("dict[str, object]", inside) if isinstance(inside, dict) else dict[str, object]()
        given = {**own, **_bounded(bound, pair.value)}
        return f"; it belongs under {name}: {name}: {flow(given)}"
    if bound not in {"min", "max", "exactly"} or not any(each.key in EVENTS for each in entry.pairs):
        return ""
    name = "called" if entry.find("tool") is not None else "times"
    return f"; it belongs under {name}: {name}: {flow(_bounded(bound, pair.value))}"


def _bound(key: str) -> str | None:
    """Bound that a key means: one of a measure's, or `exactly`."""
    word = key.casefold().replace("-", "_")
    if word in _EXACTLY:
        return "exactly"
    return word if word in _BOUNDS else WANTED["BoundKeys"].get(word)


def _takes(measure: str, bound: str) -> bool:
    if bound in {"each", "total"}:
        return measure in (SINGLE if bound == "each" else SUMMED)
    return measure in MANY or not bound.startswith("p")


def _told(value: object) -> object:
    """Plain value without texts that are no names and no quantities, which may be personal."""
    match value:
        case str():
            return value if is_quantity(value) or NAME.fullmatch(value) else LEFT_OUT
        case dict():
            return {key: _told(each) for key, each in cast("dict[str, object]", value).items()}
        case list():
            return [_told(each) for each in cast("list[object]", value)]
        case _:
            return value


def _bounded(bound: str, node: Node) -> dict[str, object]:
    value = _told(plain_of(node))
    if bound == "each":
        return {"each": value if isinstance(node, Items) else [value]}
    return dict.fromkeys(("min", "max") if bound == "exactly" else (bound,), value)


def _number(node: Node) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
