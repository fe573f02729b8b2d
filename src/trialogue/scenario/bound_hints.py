"""Hints at what the bounds of `turns` and `words` count: each participant's, never those of all together."""

from __future__ import annotations

from typing import Final

from trialogue.scenario.problems import Path
from trialogue.scenario.tree import Node, Pair, Scalar

_OF_EACH: Final = frozenset({"turns", "words"})
_TOGETHER: Final = frozenset({"total", "sum", "all", "count", "together", "overall"})


def number_hint(node: Node, path: Path) -> str:
    """Hint for a single number in the place of bounds; begins with `: `, or is empty."""
    number = _number(node)
    if number is None or path[-1] not in _OF_EACH:
        return ""
    each = f"{path[-1]} are counted for each participant: write {{min: {number}, max: {number}}}"
    return f": {each}; {_together(path, number)}"


def total_hint(pair: Pair, path: Path) -> str:
    """Hint for a key such as `total`; begins with `; `, or is empty."""
    if pair.key.casefold() not in _TOGETHER or path[-1] not in _OF_EACH:
        return ""
    return f"; {path[-1]} are counted for each participant; {_together(path, _number(pair.value) or 40)}"


def _together(path: Path, number: int) -> str:
    if path[-1] == "turns":
        return f"all together can only be bounded, by run: {{limits: {{turns: {number}}}}}"
    return "all together cannot be expected"


def _number(node: Node) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
