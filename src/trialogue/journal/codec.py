"""Codec of events, commands and plans as JSON values: strict, without conversions or omissions.

1. A member of a closed union is an object with its class name under `type`, then its fields.
2. The members of the unions are the known names; any other name raises `UnknownType`.
3. A float that JSON cannot carry is written as the string `inf`, `-inf` or `nan`.
4. An absent field takes its default; an unknown field is an error here. `without_surplus` removes such fields
   and names them, as a newer version may have written them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
from attrs import AttrsInstance
from cattrs import Converter
from cattrs.errors import CattrsError
from cattrs.gen import make_dict_structure_fn

from trialogue.model.commands import Command
from trialogue.model.events import Event
from trialogue.model.expectations import EventPattern, Trigger
from trialogue.model.plan import MeetingPlan, Said
from trialogue.model.wire import WireFact

JsonObject = dict[str, Any]
"""JSON object as the parser gives it."""

_T = TypeVar("_T")
_NOT_FINITE: Final = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}

MISFITS: Final = (AttributeError, CattrsError, KeyError, TypeError, ValueError)
"""Errors of decoding an invalid JSON value. Their texts may hold speech: do not show them."""


class UnknownType(ValueError):
    """Event or command of a class that this version lacks; `args[0]` is the name."""


def _exactly(kind: type[_T]) -> Callable[[Any, Any], _T]:
    """Hook that accepts only values of this exact type."""

    def check(value: object, _: object) -> _T:
        # Not isinstance: a bool is no number.
        if type(value) is not kind:
            raise TypeError(f"not a {kind.__name__}: a {type(value).__name__}")
        return value

    return check


def _structure_float(value: object, _: object) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    if type(value) is str:
        return _NOT_FINITE[value]
    raise TypeError(f"not a number: a {type(value).__name__}")


def _unstructure_float(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _is_row(kind: object) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _row_hook(kind: object, converter: Converter) -> Callable[[object, object], tuple[object, ...]]:
    """Hook for `tuple[X, ...]` that accepts only JSON arrays; a string is no row of letters."""
    item = get_args(kind)[0]
    structure = converter.get_structure_hook(item)

    def row(value: object, _: object) -> tuple[object, ...]:
        if type(value) is not list:
            raise TypeError(f"not an array: a {type(value).__name__}")
        return tuple([structure(each, item) for each in cast("list[object]", value)])

    return row


def _converter() -> Converter:
    converter = Converter(detailed_validation=False, forbid_extra_keys=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook(float, _structure_float)
    converter.register_unstructure_hook(float, _unstructure_float)
    converter.register_structure_hook_factory(_is_row, _row_hook)
    _register_patterns(converter)
    return converter


def _register_patterns(converter: Converter) -> None:
    """Register the hooks of a plan's patterns: a class name under `type`; speech patterns have own keys."""
    kinds = {kind.__name__: kind for kind in get_args(EventPattern)}

    def pattern(raw: JsonObject, _: object) -> object:
        fields = {name: value for name, value in raw.items() if name != "type"}
        return converter.structure(fields, kinds[raw["type"]])

    def written(value: AttrsInstance) -> JsonObject:
        return {"type": type(value).__name__, **converter.unstructure(value, type(value))}

    def awaited(raw: JsonObject, _: object) -> object:
        return converter.structure(raw, Trigger if "when" in raw else Said)

    def written_awaited(value: AttrsInstance) -> JsonObject:
        return cast("JsonObject", converter.unstructure(value, type(value)))

    converter.register_structure_hook(EventPattern, pattern)
    converter.register_unstructure_hook(EventPattern, written)
    converter.register_structure_hook(Said | Trigger, awaited)
    converter.register_unstructure_hook(Said | Trigger, written_awaited)
    optional = Said | Trigger | None
    converter.register_structure_hook(optional, lambda raw, _: None if raw is None else awaited(raw, _))
    converter.register_unstructure_hook(
        optional, lambda value: None if value is None else written_awaited(value)
    )


_CONVERTER: Final = _converter()

EVENTS: Final[Mapping[str, type[AttrsInstance]]] = {kind.__name__: kind for kind in get_args(Event)}
"""Classes of events by name."""

COMMANDS: Final[Mapping[str, type[AttrsInstance]]] = {kind.__name__: kind for kind in get_args(Command)}
"""Classes of commands by name."""

WIRE: Final[Mapping[str, type[AttrsInstance]]] = {kind.__name__: kind for kind in get_args(WireFact)}
"""Classes of a session's protocol facts by name."""

_WRITTEN: Final = frozenset({*EVENTS.values(), *COMMANDS.values(), *WIRE.values()})

Encode = Callable[[object], JsonObject]
Decode = Callable[[JsonObject], object]


@cache
def _encoder(kind: type[AttrsInstance]) -> Encode:
    if kind not in _WRITTEN:
        raise TypeError(f"not an event, a command or a fact: a {kind.__name__}")
    fields = cast("Encode", _CONVERTER.get_unstructure_hook(kind, cache_result=False))
    name = kind.__name__

    def encode(value: object) -> JsonObject:
        return {"type": name, **fields(value)}

    return encode


@cache
def _decoder(kind: type[AttrsInstance]) -> Decode:
    # One comparison of key sets costs half as much as the converter's own check for extra keys.
    structure = make_dict_structure_fn(kind, _CONVERTER, _cattrs_forbid_extra_keys=False)
    known = frozenset({"type", *(field.name for field in attrs.fields(kind))})

    def decode(raw: JsonObject) -> object:
        if raw.keys() != known and not raw.keys() <= known:
            raise ValueError("an unknown field")
        return structure(raw, kind)

    return decode


def encode(value: Event | Command | WireFact) -> JsonObject:
    """JSON value with the class name under `type`, then the fields."""
    kind: type[AttrsInstance] = type(value)
    return _encoder(kind)(value)


def decode_event(raw: JsonObject) -> Event:
    """Event that `encode` wrote; UnknownType for a class of another version, else an error of `MISFITS`."""
    kind = EVENTS.get(raw["type"])
    if kind is None:
        raise UnknownType(raw["type"])
    return cast("Event", _decoder(kind)(raw))


def decode_command(raw: JsonObject) -> Command:
    """Command that `encode` wrote; UnknownType for a class of another version, else an error of `MISFITS`."""
    kind = COMMANDS.get(raw["type"])
    if kind is None:
        raise UnknownType(raw["type"])
    return cast("Command", _decoder(kind)(raw))


def decode_wire(raw: JsonObject) -> WireFact:
    """Protocol fact that `encode` wrote; an error of `MISFITS` for any other."""
    return cast("WireFact", _decoder(WIRE[raw["type"]])(raw))


def without_surplus(
    raw: JsonObject, known: Mapping[str, type[AttrsInstance]]
) -> tuple[JsonObject, list[str]]:
    """Event or command without the fields that this version does not know, and their names."""
    found: list[str] = []
    kind = known.get(raw["type"])
    if kind is None:
        return raw, found
    fields = {name: value for name, value in raw.items() if name != "type"}
    return {"type": raw["type"], **cast("JsonObject", _tidied(kind, fields, kind.__name__, found))}, found


def plan_without_surplus(raw: JsonObject) -> tuple[JsonObject, list[str]]:
    """Plan without the fields that this version does not know, and their names."""
    found: list[str] = []
    return cast("JsonObject", _tidied(MeetingPlan, raw, "plan", found)), found


def _tidied(hint: object, value: object, where: str, found: list[str]) -> object:
    """Value without members for which its type has no field; their paths are added to `found`."""
    if isinstance(hint, type) and attrs.has(hint) and isinstance(value, dict):
        hints = get_type_hints(hint)
        members = cast("JsonObject", value)
        found.extend(f"{where}.{name}" for name in members if name not in hints)
        kept = {name: each for name, each in members.items() if name in hints}
        return {name: _tidied(hints[name], each, f"{where}.{name}", found) for name, each in kept.items()}
    if _is_row(hint) and isinstance(value, list):
        inner = get_args(hint)[0]
        return [_tidied(inner, each, where, found) for each in cast("list[object]", value)]
    if get_origin(hint) in {Union, UnionType} and value is not None:
        (inner, *others) = [each for each in get_args(hint) if each is not type(None)]
        return value if others else _tidied(inner, value, where, found)
    return value


def encode_plan(plan: MeetingPlan) -> JsonObject:
    """Whole plan, including defaults: a journal must not depend on later defaults."""
    return cast("JsonObject", _CONVERTER.unstructure(plan, MeetingPlan))


def decode_plan(raw: JsonObject) -> MeetingPlan:
    """Plan that `encode_plan` wrote."""
    return _CONVERTER.structure(raw, MeetingPlan)
