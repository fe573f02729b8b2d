"""Text of a value as an author writes it within `{ }`, for the forms in messages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, cast

from trialogue.scenario.tree import Entries, Hole, Items, Node, Scalar, plain_value

_PLAIN: Final = re.compile(r"[A-Za-z0-9_][\w.%/ -]*(?<! )", re.ASCII)
"""Text that needs no quotes within brackets, unless it is read as something else."""


def flow(value: object) -> str:
    """Text of a plain value: a scalar, a list or a map."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.12g}" if isinstance(value, float) else str(value)
        case str():
            is_plain = _PLAIN.fullmatch(value) and isinstance(plain_value(value), str)
            return value if is_plain else json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = cast("Mapping[str, object]", value).items()
            return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, cast("list[object]", value))) + "]"
        case _:
            return str(value)


def plain_of(node: Node) -> object:
    """Plain value of a node; `...` stands for one that could not be read."""
    match node:
        case Scalar(value=value):
            return value
        case Items(nodes=nodes):
            return [plain_of(each) for each in nodes]
        case Entries(pairs=pairs):
            return {pair.key: plain_of(pair.value) for pair in pairs}
        case Hole():
            return "..."
