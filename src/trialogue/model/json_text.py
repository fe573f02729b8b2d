"""JSON of others: texts of services, clients, models and tools, and files that anybody may have written.

A reader in C goes down a level of its stack for each level of a value, and one that is deep enough takes the
process along, whatever it does. So how deep a text goes is known before it is read.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any, Final

import orjson

__all__ = ["MOST_LEVELS", "read_json"]

MOST_LEVELS: Final = 128
"""Levels of lists and objects in one value; what has as many can be written again inside of others."""

_BESIDE_BRACKETS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^\[\]{}"]++', re.DOTALL)
"""A string, as far as it goes; or whatever else is no bracket."""

_STEPS: Final = [(each in b"[{") - (each in b"]}") for each in range(256)]


def read_json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever it says
    """The value that a text says; `orjson.JSONDecodeError`, a ValueError, for what is no JSON or too deep.

    >>> read_json('{"a": [1]}')
    {'a': [1]}
    >>> read_json("[" * 1_000_000)
    Traceback (most recent call last):
    ...
    orjson.JSONDecodeError: nested more than 128 levels deep: line 1 column 1 (char 0)
    """
    if _openings(text) > MOST_LEVELS and _is_deep(text):
        raise orjson.JSONDecodeError(f"nested more than {MOST_LEVELS} levels deep", "", 0)
    return orjson.loads(text)  # noqa: TID251 - here it is safe


def _openings(text: str | bytes) -> int:
    if isinstance(text, str):
        return text.count("[") + text.count("{")
    return text.count(b"[") + text.count(b"{")


def _is_deep(text: str | bytes) -> bool:
    """Whether a text goes too deep, as far as it is JSON."""
    encoded = text.encode(errors="replace") if isinstance(text, str) else text
    levels = accumulate(map(_STEPS.__getitem__, _BESIDE_BRACKETS.sub(b"", encoded)))
    return any(map(MOST_LEVELS.__lt__, levels))
