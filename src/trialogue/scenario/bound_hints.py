"""Hints at the bounds of a measure: what `turns` and `words` count, and bounds beside the measure."""

from __future__ import annotations

from typing import Final, cast

from trialogue.scenario.expecting import MANY, SINGLE, STATISTICS, SUMMED, UNITS
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.key_aliases import WANTED
from trialogue.scenario.patterns import EVENTS
from trialogue.scenario.problems import Path
from trialogue.scenario.tree import Entries, Items, Node, Pair, Scalar

_TOGETHER: Final = frozenset({"sum", "all", "together", "overall", "totals", "in_total"})
_EXACTLY: Final = frozenset({"exactly", "exact", "equal", "equals", "is", "count", "number", "value"})
_BOUNDS: Final = frozenset((*STATISTICS, "each", "total"))


def number_hint(node: Node, path: Path) -> str:
    """Hint for a single number in the place of bounds; begins with `: `, or is empty."""
    number = _number(node)
    if number is None or path[-1] not in SUMMED:
        return ""
    total = f"for all together write {{total: {{min: {number}, max: {number}}}}}"
    return f": {path[-1]} are counted for each participant; {total}"


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
        name, inside = measures[0].key, plain_of(measures[0].value)
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


def _bounded(bound: str, node: Node) -> dict[str, object]:
    value = plain_of(node)
    if bound == "each":
        return {"each": value if isinstance(node, Items) else [value]}
    return dict.fromkeys(("min", "max") if bound == "exactly" else (bound,), value)


def _number(node: Node) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
