"""Faults of the JSON Schema of a tool's arguments, in the part that function calling uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import Path, shown
from trialogue.scenario.wrong_values import pattern_fault

TYPES: Final = ("object", "array", "string", "number", "integer", "boolean", "null")
"""Values of `type`."""

_DEEPEST: Final = 16

_MAPS: Final = ("properties", "$defs", "definitions", "patternProperties")
_LISTS: Final = ("anyOf", "oneOf", "allOf")
_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def schema_faults(schema: Mapping[str, object], path: Path, depth: int = 0) -> Iterator[tuple[Path, str]]:
    """Every invalid place of a JSON Schema, with its fault."""
    if depth > _DEEPEST:
        return
    yield from _type_faults(schema, path)
    yield from _value_faults(schema, path)
    for key in _MAPS:
        yield from _map_faults(schema, key, path, depth)
    for key in _LISTS:
        yield from _list_faults(schema, key, path, depth)
    for key in ("items", "additionalProperties", "not"):
        inner = schema.get(key)
        if isinstance(inner, dict):
            yield from schema_faults(cast("Mapping[str, object]", inner), (*path, key), depth + 1)
        elif inner is not None and not isinstance(inner, bool):
            yield (*path, key), "must be a schema: a map such as {type: string}"
    yield from _required_faults(schema, path)


def _type_faults(schema: Mapping[str, object], path: Path) -> Iterator[tuple[Path, str]]:
    if "type" not in schema:
        return
    wanted = schema["type"]
    words = cast("list[object]", wanted) if isinstance(wanted, list) else [wanted]
    for word in words:
        if word not in TYPES:
            hint = did_you_mean(word, TYPES) if isinstance(word, str) else ""
            said = f'"{shown(word)}"' if isinstance(word, str) else "no word"
            yield (*path, "type"), f"{said} is not a type; known types: {', '.join(TYPES)}{hint}"


def _value_faults(schema: Mapping[str, object], path: Path) -> Iterator[tuple[Path, str]]:
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        yield (*path, "enum"), "must be a list of the allowed values"
    for key in _COUNTS:
        value = schema.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            yield (*path, key), "must be a whole number, 0 or more"
    for key in _NUMBERS:
        value = schema.get(key, 0)
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield (*path, key), "must be a number"
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield (*path, low), f"is above {high}: no value can match"
    pattern = schema.get("pattern")
    if pattern is not None and not isinstance(pattern, str):
        yield (*path, "pattern"), "must be a regular expression"
    elif isinstance(pattern, str) and (wrong := pattern_fault(pattern)):
        yield (*path, "pattern"), wrong


def _map_faults(schema: Mapping[str, object], key: str, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    if key not in schema:
        return
    inner = schema[key]
    if not isinstance(inner, dict):
        yield (*path, key), "must be a map of names to schemas"
        return
    for name, part in cast("dict[str, object]", inner).items():
        if isinstance(part, dict):
            yield from schema_faults(cast("Mapping[str, object]", part), (*path, key, name), depth + 1)
        elif not isinstance(part, bool):
            yield (*path, key, name), "must be a schema: a map such as {type: string}"


def _list_faults(
    schema: Mapping[str, object], key: str, path: Path, depth: int
) -> Iterator[tuple[Path, str]]:
    if key not in schema:
        return
    inner = schema[key]
    if not isinstance(inner, list) or not inner:
        yield (*path, key), "must be a list of schemas"
        return
    for index, part in enumerate(cast("list[object]", inner)):
        if isinstance(part, dict):
            yield from schema_faults(cast("Mapping[str, object]", part), (*path, key, index), depth + 1)
        elif not isinstance(part, bool):
            yield (*path, key, index), "must be a schema: a map such as {type: string}"


def _required_faults(schema: Mapping[str, object], path: Path) -> Iterator[tuple[Path, str]]:
    required = schema.get("required")
    if required is None:
        return
    if not isinstance(required, list) or not all(isinstance(n, str) for n in cast("list[object]", required)):
        yield (*path, "required"), "must be a list of names such as [item]"
        return
    properties = schema.get("properties")
    known = list(cast("dict[str, object]", properties)) if isinstance(properties, dict) else []
    for index, name in enumerate(cast("list[str]", required)):
        if name not in known and "patternProperties" not in schema:
            yield (
                (*path, "required", index),
                f'unknown property "{shown(name)}"{did_you_mean(name, known)}',
            )
