"""Lines between a batch and its workers: a job or an outcome, as JSON in ASCII.

A path need not be UTF-8: Python holds the other bytes as lone surrogates, which orjson does not write and
json keeps.
"""

from __future__ import annotations

import json
from typing import Any, Final

__all__ = ["READY", "from_line", "to_line"]

READY: Final = b'"ready"\n'
"""First line of a worker: from then on it holds meetings."""


def to_line(value: dict[str, Any]) -> bytes:
    r"""A value as one line, with its end.

    >>> to_line({"file": chr(0xDCFF)})
    b'{"file": "\\udcff"}\n'
    """
    return json.dumps(value).encode("ascii") + b"\n"


def from_line(line: bytes) -> dict[str, Any]:
    """The value of a line that `to_line` made; ValueError for any other line.

    >>> from_line(to_line({"file": chr(0xDCFF)})) == {"file": chr(0xDCFF)}
    True
    """
    value: dict[str, Any] = json.loads(line)
    return value
