"""State of a decider, as comparable facts: each has a path and a value, with speech masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, cast

import attrs

from trialogue.journal.personal import mask_code
from trialogue.values import frozen

_DEPTH: Final = 12
"""Greatest depth of a fact: a decider's state is a tree, and this ends the walk through a cycle."""


def facts(decider: object) -> dict[str, str]:
    """Every number, name, flag and text that is reached by fields, keys and places.

    Functions are left out, and attrs fields whose metadata has `{"is_fact": False}`. An object that is
    reached in two ways is listed once, at the first.
    """
    return dict(_Walk(set()).walk(decider, "", _DEPTH))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Line for each fact that changed, appeared or disappeared, in the order of their paths."""
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return tuple(f"{path}: {before.get(path, '(none)')} -> {after.get(path, '(none)')}" for path in paths)


@frozen
class _Walk:
    """Walk through a tree of values."""

    met: set[int]

    def walk(self, value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
        """Facts below a value."""
        match value:
            case None | bool() | int() | float():
                yield path, repr(value)
            case Enum():
                yield path, str(value.value)
            case str():
                yield path, repr(mask_code(value))
            case _ if depth and id(value) not in self.met:
                if not getattr(
                    type(value), "__hash__", None
                ):  # it is mutable, so it is one object, not a value
                    self.met.add(id(value))
                for name, each in _parts(value):
                    yield from self.walk(each, f"{path}.{name}" if path else name, depth - 1)
            case _:
                pass


def _parts(value: object) -> Iterator[tuple[str, object]]:
    match value:
        case Mapping():
            for key, each in cast("Mapping[object, object]", value).items():
                yield mask_code(_key(key)), each
        case list() | tuple():
            yield from ((str(place), each) for place, each in enumerate(cast("list[object]", value)))
        case set() | frozenset():
            yield from ((mask_code(_key(each)), True) for each in cast("set[object]", value))
        case _:
            yield from _fields(value)


def _fields(value: object) -> Iterator[tuple[str, object]]:
    kind = type(value)
    if attrs.has(kind):
        names = [each.name for each in attrs.fields(kind) if each.metadata.get("is_fact", True)]
    elif kind.__module__.partition(".")[0] in {"builtins", "re", "random"} or callable(value):
        return
    else:
        names = list(cast("dict[str, Any]", getattr(value, "__dict__", {})))
    for name in names:
        if hasattr(value, name):
            yield name.lstrip("_"), getattr(value, name)


def _key(key: object) -> str:
    if isinstance(key, Enum):
        return str(key.value)
    if isinstance(key, tuple):
        return "/".join(_key(each) for each in cast("tuple[object, ...]", key))
    return str(key)
