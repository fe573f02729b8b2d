"""Results of tools, as agents get them: text unchanged, anything else as JSON, and of limited length.

1. A value that JSON cannot hold is a failure that names the tool and the value's path.
2. A result that is too long keeps its form: in JSON the largest values are cut, each with a mark that names
   the tool and the path; the others stay whole.
3. Text that is JSON is cut as JSON; other text at its end.
4. Secrets are hidden in what is cut, before it is cut: half a key would not be recognized after that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Final, TypeAlias, cast

import orjson
from attrs import evolve

from trialogue.arguments import kind_of
from trialogue.errors import ToolFailed
from trialogue.model.json_text import MOST_LEVELS, read_json
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.model.text import well_formed
from trialogue.values import frozen

RESULT_BYTES: Final = 32 * 1024
"""Most bytes of a result."""

_SMALLEST: Final = 256
"""Fewest bytes of a value: where there are not so many for each, the last values are left out."""

_DEEPEST: Final = MOST_LEVELS
"""Greatest depth of nested values."""

_PATH_CHARS: Final = 80
"""Most characters of a path: its end matters most."""

_UNUSUAL: Final = re.compile(r"[^\w.\[\]-]", re.ASCII)

_Json: TypeAlias = "str | int | float | list[_Json] | dict[str, _Json] | None"


def as_content(tool: str, result: object, secrets: Secrets = NO_SECRETS) -> str:
    """Content of a tool's result for its agent; `ToolFailed` for a value that JSON cannot hold.

    What is too long is cut, and holds none of the `secrets`.
    """
    place = _Place(tool)
    if not isinstance(result, str):
        text = _said(place, result)
        try:
            return text.decode() if len(text) <= RESULT_BYTES else _shortened(place, secrets.hide_bytes(text))
        except orjson.JSONDecodeError:
            raise place.unsayable("is nested too deeply") from None
    text = well_formed(result).encode()
    if len(text) <= RESULT_BYTES:
        return text.decode()
    text = secrets.hide_bytes(text)
    try:
        return _shortened(place, text)
    except orjson.JSONDecodeError:
        return text[: RESULT_BYTES - len(place.mark)].decode(errors="ignore") + place.mark


@frozen
class _Place:
    """Place of a value in a tool's result."""

    tool: str
    path: str = "result"
    depth: int = 0

    def under(self, key: object) -> _Place:
        part = f"[{key}]" if isinstance(key, int) else f".{key}"
        return evolve(self, path=self.path + part, depth=self.depth + 1)

    @property
    def name(self) -> str:
        path = self.path if len(self.path) <= _PATH_CHARS else "..." + self.path[-_PATH_CHARS:]
        return f"{_UNUSUAL.sub('?', self.tool)[:_PATH_CHARS]}: {_UNUSUAL.sub('?', path)}"

    @property
    def mark(self) -> str:
        """Mark in the place of a cut part: ASCII that JSON need not escape."""
        return f" ... [{self.name} is cut at {RESULT_BYTES // 1024} KiB]"

    def unsayable(self, what: str) -> ToolFailed:
        error = {"error": f"{self.name} {what}"}
        return ToolFailed(orjson.dumps(error).decode(), code="unsayable")


# --- encoding -----------------------------------------------------------------------------------------


def _said(place: _Place, value: object) -> bytes:
    try:
        text = _dumped(value)
    except TypeError:
        return _dumped(_sayable(place, value))
    if b"null" in text:  # also written for a number that is not finite
        _sayable(place, value)
    return text


def _dumped(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def _sayable(place: _Place, value: object) -> object:
    """Value with its text repaired; `ToolFailed` names the first value that JSON cannot hold."""
    if place.depth > _DEEPEST:
        raise place.unsayable("is nested too deeply")
    match value:
        case str():
            return well_formed(value)
        case dict():
            members = cast("dict[object, object]", value).items()
            return {_key(place, key): _sayable(place.under(key), each) for key, each in members}
        case list() | tuple():
            return [_sayable(place.under(i), each) for i, each in enumerate(cast("Sequence[object]", value))]
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {field.name: cast("object", getattr(value, field.name)) for field in fields(value)}
            return _sayable(place, parts)
        case _:
            return _leaf(place, value)


def _key(place: _Place, key: object) -> object:
    if isinstance(key, str):
        return well_formed(key)
    try:
        _dumped({key: None})
    except TypeError:
        raise place.unsayable(f"has a key that is {kind_of(key)}, which is not JSON") from None
    return key


def _leaf(place: _Place, value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise place.unsayable("is not a finite number, which is not JSON")
    try:
        _dumped(value)
    except TypeError:
        what = "an integer beyond 64 bits" if isinstance(value, int) else kind_of(value)
        raise place.unsayable(f"is {what}, which is not JSON") from None
    return value


# --- cutting ----------------------------------------------------------------------------------------


def _shortened(place: _Place, text: bytes) -> str:
    return _dumped(_fitted(place, cast("_Json", read_json(text)), RESULT_BYTES)).decode()


def _fitted(place: _Place, value: _Json, room: int) -> _Json:
    """Value in at most `room` bytes of JSON, which are at least `_SMALLEST`."""
    if len(_dumped(value)) <= room:
        return value
    match value:
        case list():
            places = [place.under(index) for index in range(len(value))]
            kept = _fitted_members(places, value, [0] * len(value), room - _taken_by(place))
            return [*kept, place.mark] if len(kept) < len(value) else kept
        case dict():
            places = [place.under(key) for key in value]
            keys = [len(_dumped(key)) + 1 for key in value]
            kept = _fitted_members(places, list(value.values()), keys, room - _taken_by(place))
            cut: dict[str, _Json] = dict(zip(value, kept, strict=False))
            return {**cut, "...": place.mark} if len(kept) < len(value) else cut
        case _:
            return _cut_text(place, str(value), room)


def _taken_by(place: _Place) -> int:
    """Bytes of a list or an object besides its members, with a mark in it."""
    return len('{"...":""}') + len(place.mark)


def _fitted_members(places: list[_Place], values: list[_Json], keys: list[int], room: int) -> list[_Json]:
    """Members that fit, from the first; the largest of them are cut."""
    sizes = [len(_dumped(value)) for value in values]
    room -= sum(keys) + len(values)
    level = _level(sizes, room)
    if level >= _SMALLEST:
        return [_fitted(place, value, level) for place, value in zip(places, values, strict=True)]
    room += sum(keys) + len(values)
    kept: list[_Json] = []
    for value, size, key in zip(values, sizes, keys, strict=True):
        room -= size + key + 1
        if room < 0:
            break
        kept.append(value)
    return kept


def _level(sizes: Iterable[int], room: int) -> int:
    """Length at which all fit if longer ones are cut to it."""
    left = sorted(sizes)
    while left and left[0] * len(left) <= room:
        room -= left.pop(0)
    return room // len(left) if left else room


def _cut_text(place: _Place, text: str, room: int) -> str:
    room -= len(place.mark) + 2
    count = room * len(text) // len(_dumped(text))
    while count and len(_dumped(text[:count])) - 2 > room:
        count = count * 9 // 10
    return text[:count] + place.mark
