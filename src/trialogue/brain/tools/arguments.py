"""Check of a tool's arguments against its JSON Schema: the part of the standard that function calling uses.

1. Types, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, bounds, lengths,
   `pattern`, `anyOf`, `oneOf`, `allOf` are checked; the rest of a schema is left to the tool.
2. The answer is for the model: it names the place and the right form, and repeats no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from trialogue.model import patterns


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: _is_number(value) and float(cast("float", value)).is_integer(),
    "number": _is_number,
}

_BOUNDS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "minimum": (lambda value, bound: value >= bound, "at least"),
    "maximum": (lambda value, bound: value <= bound, "at most"),
    "exclusiveMinimum": (lambda value, bound: value > bound, "more than"),
    "exclusiveMaximum": (lambda value, bound: value < bound, "less than"),
}

_SIZES: Mapping[str, tuple[type, bool, str]] = {
    "minLength": (str, True, "characters"),
    "maxLength": (str, False, "characters"),
    "minItems": (list, True, "items"),
    "maxItems": (list, False, "items"),
}

DEEPEST = 32
"""Greatest depth of arguments that is compared; deeper ones do not fit."""


def misfit(schema: Mapping[str, object], arguments: object) -> str | None:
    """First reason for which `arguments` do not fit, in words for a model; None if they fit."""
    return next(_misfits(schema, arguments, "arguments", DEEPEST), None)


def _misfits(schema: Mapping[str, object], value: object, at: str, depth: int) -> Iterator[str]:
    wanted = _texts(schema.get("type"))
    if depth == 0:
        yield f"{at}: is nested too deeply"
    elif wanted and not any(_TYPES[name](value) for name in wanted if name in _TYPES):
        yield f"{at}: must be {_listed(wanted)}"
    else:
        yield from _wrong_word(schema, value, at)
        yield from _out_of_bounds(schema, value, at)
        yield from _combined(schema, value, at, depth)
        yield from _wrong_parts(schema, value, at, depth)


def _wrong_parts(schema: Mapping[str, object], value: object, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _wrong_members(schema, cast("dict[str, object]", value), at, depth)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _misfits(cast("Mapping[str, object]", items), item, f"{at}[{index}]", depth - 1)


def _wrong_word(schema: Mapping[str, object], value: object, at: str) -> Iterator[str]:
    choices = schema.get("enum")
    if isinstance(choices, list) and not any(_same(value, one) for one in cast("list[object]", choices)):
        yield f"{at}: must be {_listed([repr(choice) for choice in cast('list[object]', choices)[:20]])}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{at}: must be {schema['const']!r}"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and isinstance(value, str) and not _matches(pattern, value):
        yield f"{at}: must match {pattern}"


def _matches(pattern: str, value: str) -> bool:
    try:
        return patterns.compile(pattern).search(value)
    except patterns.PatternFault:
        return True  # a pattern that is not supported here is left to the tool


def _same(value: object, other: object) -> bool:
    """Whether two values are equal in JSON, in which true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _out_of_bounds(schema: Mapping[str, object], value: object, at: str) -> Iterator[str]:
    if _is_number(value):
        for key, (holds, words) in _BOUNDS.items():
            bound = schema.get(key)
            if _is_number(bound) and not holds(cast("float", value), cast("float", bound)):
                yield f"{at}: must be {words} {bound}"
    for key, (kind, is_least, unit) in _SIZES.items():
        bound = schema.get(key)
        if not isinstance(value, kind) or not _is_number(bound):
            continue
        size = len(cast("str", value))
        if size < cast("int", bound) if is_least else size > cast("int", bound):
            yield f"{at}: must have {'at least' if is_least else 'at most'} {bound} {unit}"


def _combined(schema: Mapping[str, object], value: object, at: str, depth: int) -> Iterator[str]:
    for part in _schemas(schema.get("allOf")):
        yield from _misfits(part, value, at, depth - 1)
    for key in ("anyOf", "oneOf"):
        parts = _schemas(schema.get(key))
        reasons = [next(_misfits(part, value, at, depth - 1), None) for part in parts]
        fitting = reasons.count(None)
        if parts and fitting == 0:
            yield " or ".join(dict.fromkeys(filter(None, reasons)))
        elif key == "oneOf" and fitting > 1:
            yield f"{at}: fits more than one of what it may be"


def _wrong_members(
    schema: Mapping[str, object], value: Mapping[str, object], at: str, depth: int
) -> Iterator[str]:
    properties = schema.get("properties")
    known = cast("dict[str, object]", properties) if isinstance(properties, dict) else {}
    for name in _texts(schema.get("required")):
        if name not in value:
            yield f"{at}.{name}: is missing"
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        part = known.get(name, others)
        if isinstance(part, dict):
            yield from _misfits(cast("Mapping[str, object]", part), item, f"{at}.{name[:40]}", depth - 1)
        elif name not in known and part is False:
            yield f"{at}.{name[:40]}: is not known; there are {_listed(list(known)) or 'none'}"


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in cast("list[object]", value) if isinstance(one, str)] if _is_list(value) else []


def _schemas(value: object) -> list[Mapping[str, object]]:
    if not _is_list(value):
        return []
    return [cast("Mapping[str, object]", one) for one in cast("list[object]", value) if isinstance(one, dict)]


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _listed(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
