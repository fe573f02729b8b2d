"""JSON from outside: texts of services, clients, models and tools, and files of unknown origin.

A tool's result, an argument or the path of a file can hold lone surrogates, which UTF-8 cannot encode:
`write_json` writes U+FFFD for each.

orjson reads 1,024 levels of lists and objects, and writes 254: a text between the two could be read but never
written to a log, a record or an operator. So it is refused where it comes in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, cast

import orjson

__all__ = ["MOST_LEVELS", "read_json", "read_loose_json", "read_whole_numbers", "write_json"]

MOST_LEVELS: Final = 128
"""Most levels of lists and objects in one value, so that it can be written inside others."""


_SHALLOW: Final = 2 * MOST_LEVELS
"""Length of a text that cannot have more levels than that."""


def read_json(text: str | bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value that a text says; `orjson.JSONDecodeError`, a ValueError, for what is no JSON or too deep.

    >>> read_json('{"a": [1]}')
    {'a': [1]}
    >>> read_json("[" * 200 + "]" * 200)
    Traceback (most recent call last):
    ...
    orjson.JSONDecodeError: nested more than 128 levels deep: line 1 column 1 (char 0)
    """
    value = orjson.loads(text)  # noqa: TID251 - the one place that checks the depth
    if len(text) > _SHALLOW and _openings(text) > MOST_LEVELS and _is_deep(value):
        raise orjson.JSONDecodeError(f"nested more than {MOST_LEVELS} levels deep", "", 0)
    return value


def read_whole_numbers(text: str) -> object:
    """Value of a JSON text, with exact whole numbers, which `read_json` rounds; the same errors.

    >>> read_whole_numbers("12345678901234567890123")
    12345678901234567890123
    """
    read_json(text)  # raises first: json would recurse too deep, or return text that cannot be written
    return cast("object", json.loads(text))


def read_loose_json(text: str) -> Any:  # noqa: ANN401 - as above
    r"""Value of a text that may hold what some programs write for JSON; the same errors.

    `NaN`, `Infinity` and `-Infinity` are read as their names. Halves of a character (surrogates), whose other
    half may be in the next text, stay.

    >>> read_loose_json('["\\ud83d", NaN]')
    ['\ud83d', 'NaN']
    """
    try:
        return read_json(text)
    except orjson.JSONDecodeError as wrong:
        try:
            value: object = json.loads(text, parse_constant=str)
        except (ValueError, RecursionError):
            raise wrong from None
        if _is_deep(value):
            raise
        return value


def write_json(value: object, option: int | None = None) -> bytes:
    """A value as JSON, with orjson's options; U+FFFD stands for each lone surrogate.

    >>> write_json(chr(0xDCFF)) == '"\ufffd"'.encode()
    True
    """
    try:
        return orjson.dumps(value, option=option)
    except TypeError:
        return orjson.dumps(_mended(value), option=option)


def _mended(value: object) -> object:
    """Value with U+FFFD for each lone surrogate."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_mended(key): _mended(each) for key, each in cast("dict[object, object]", value).items()}
        case list() | tuple():
            return [_mended(each) for each in cast("list[object]", value)]
        case _:
            return value


def _openings(text: str | bytes) -> int:
    if isinstance(text, str):
        return text.count("[") + text.count("{")
    return text.count(b"[") + text.count(b"{")


def _is_deep(value: object) -> bool:
    """Whether a list or an object lies deeper than so many levels, without recursion."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [inner for each in level for inner in _inside(each)]
    return any(isinstance(each, dict | list) for each in level)


def _inside(value: object) -> Iterable[object]:
    match value:
        case dict():
            return cast("dict[str, object]", value).values()
        case list():
            return cast("list[object]", value)
        case _:
            return ()
