"""Converter from JSON values to protocol classes, with cattrs; it converts no type into another.

1. A value must have the JSON type that its field declares; any other is a misfit. The one exception is an int
   for a declared float, since SDKs write `1.0` as `1`.
2. `null` for an optional field counts as absent.
3. The class of a union is chosen by the JSON type first, then by the tags `type` and `version`, never by
   trial.
4. Undeclared keys are kept in `extra`.
5. A misfit is described by JSON types, never by the value: values are personal.
6. Lists are bounded, and read up to the first misfit, so that a hostile message costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter, override
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ClassValidationError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from trialogue.services.deepgram.settings import HistoryContent, HistoryFunctionCalls
from trialogue.services.deepgram.wire import JsonObject, WireObject

Hook: TypeAlias = Callable[[Any, Any], Any]
"""cattrs' form of a reader: (JSON value, declared type) to a value."""

_TAGS = ("type", "version")

_MOST_UNDECLARED = 1_000
"""Most undeclared keys of one object."""

_MOST_ITEMS = 4_096
"""Most items of one list, more than any app has of functions, turns or words."""

_JSON_NAMES: Mapping[type, str] = {
    NoneType: "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class Misfit(ValueError):
    """A value that does not fit its declaration."""

    def __init__(self, wanted: str, value: object) -> None:
        super().__init__(f"expected {wanted}, not {_JSON_NAMES[type(value)]}")


def _too_much(most: int, what: str) -> ValueError:
    """Misfit for a value whose size only an attack explains."""
    return ValueError(f"expected at most {most} {what}")


def _misfit_at(name: str, wanted: str) -> ClassValidationError:
    """Misfit of one field, in the form in which cattrs keeps the field's path."""
    fault = ValueError(f"expected {wanted}")
    fault.add_note(AttributeValidationNote(f"tag {name}", name, str))
    # pyright reads the `__init__` of ExceptionGroup rather than cattrs' own `__new__`.
    return ClassValidationError("wrong tag", [fault], WireObject)  # pyright: ignore[reportCallIssue]


@cache
def converter(*, detailed: bool) -> Converter:
    """Converter of the hot path, or the slower `detailed` one, whose errors have a path."""
    made = Converter(detailed_validation=detailed)
    made.register_structure_hook_factory(_is_wire_object, _wire_object_factory)
    made.register_structure_hook_factory(_is_union, _union_factory)
    made.register_structure_hook_factory(_is_tuple, _tuple_factory)
    made.register_structure_hook_factory(_is_literal, _literal_factory)
    made.register_structure_hook_factory(_is_mapping, _mapping_factory)
    made.register_structure_hook_func(_is_opaque, _opaque)
    made.register_structure_hook(str, _text)
    made.register_structure_hook(bool, _flag)
    made.register_structure_hook(int, _integer)
    made.register_structure_hook(float, _number)
    return made


# --- leaves -----------------------------------------------------------------------------------------


def _opaque(value: object, _: object) -> object:
    return value


def _text(value: object, _: object) -> str:
    if type(value) is str:
        return value
    raise Misfit("a string", value)


def _flag(value: object, _: object) -> bool:
    if type(value) is bool:
        return value
    raise Misfit("a boolean", value)


def _integer(value: object, _: object) -> int:
    if type(value) is int:
        return value
    raise Misfit("a whole number", value)


def _number(value: object, _: object) -> float:
    if type(value) is float or type(value) is int:
        return float(value)
    raise Misfit("a number", value)


def _is_opaque(declared: object) -> bool:
    return declared is object


# --- containers -------------------------------------------------------------------------------------


def _is_literal(declared: object) -> bool:
    return get_origin(declared) is Literal


def _literal_factory(declared: object, _: Converter) -> Hook:
    options: tuple[object, ...] = get_args(declared)
    # Equality does not suffice: 1 == True.
    allowed = {(type(option), option) for option in options}
    wanted = "one of " + ", ".join(map(str, options))

    def structure(value: object, _: object) -> object:
        if type(value) in (str, bool) and (type(value), value) in allowed:
            return value
        fault = ValueError(f"expected {wanted}")
        raise fault

    return structure


def _is_tuple(declared: object) -> bool:
    return get_origin(declared) is tuple


def _tuple_factory(declared: object, made: Converter) -> Hook:
    if made.detailed_validation:
        items = _to_the_first_misfit(get_args(declared)[0], made)
    else:
        items = homogenous_tuple_structure_factory(cast(type, declared), made)

    def structure(value: object, _: object) -> object:
        if type(value) is not list:
            raise Misfit("an array", value)
        if len(cast("list[object]", value)) > _MOST_ITEMS:
            raise _too_much(_MOST_ITEMS, "items")
        return items(value, declared)

    return structure


def _to_the_first_misfit(member: object, made: Converter) -> Hook:
    """Reader of a list like cattrs', but with one misfit: thousands would cost as many exceptions."""
    hook = made.get_structure_hook(member)

    def structure(value: list[object], _: object) -> tuple[object, ...]:
        found: list[object] = []
        for index, item in enumerate(value):
            try:
                found.append(hook(item, member))
            except (ValueError, KeyError, BaseValidationError) as fault:
                fault.add_note(IterableValidationNote(f"item {index}", index, member))
                # pyright reads the `__init__` of ExceptionGroup rather than cattrs' own `__new__`.
                raise IterableValidationError("wrong item", [fault], tuple) from None  # pyright: ignore[reportCallIssue]
        return tuple(found)

    return structure


def _is_mapping(declared: object) -> bool:
    return get_origin(declared) is Mapping


def _mapping_factory(declared: object, made: Converter) -> Hook:
    member = get_args(declared)[1]
    hook = made.get_structure_hook(member)

    def structure(value: object, _: object) -> object:
        # A misfit names the mapping, not the key: a header's name may be confidential.
        return {key: hook(item, member) for key, item in _object(value).items()}

    return structure


# --- objects ----------------------------------------------------------------------------------------


def _object(value: object) -> dict[str, object]:
    if type(value) is dict:
        return cast(dict[str, object], value)
    raise Misfit("an object", value)


def _is_wire_object(declared: object) -> bool:
    return isinstance(declared, type) and issubclass(declared, WireObject)


def tags_of(declared: type[WireObject]) -> dict[str, str]:
    """Fixed keys with which a class is written: its class variables among `type` and `version`."""
    found = {name: getattr(declared, name, None) for name in _TAGS}
    return {name: tag for name, tag in found.items() if isinstance(tag, str)}


def _wire_object_factory(declared: type[WireObject], made: Converter) -> Hook:
    fields = make_dict_structure_fn(declared, made, extra=override(omit=True))
    tags = tags_of(declared)
    known = frozenset(attrs.fields_dict(declared)) - {"extra"} | frozenset(tags)
    tag = tags.get("type")

    def structure(value: object, _: object) -> WireObject:
        raw = _object(value)
        if len(raw) > len(known) + _MOST_UNDECLARED:
            raise _too_much(_MOST_UNDECLARED, "undeclared keys")
        if tag is not None and raw.get("type") != tag:
            raise _misfit_at("type", tag)
        found = fields(raw, declared)
        if raw.keys() <= known:
            return found
        return attrs.evolve(found, extra={key: raw[key] for key in raw if key not in known})

    return structure


# --- unions -----------------------------------------------------------------------------------------


def _is_union(declared: object) -> bool:
    return get_origin(declared) in (UnionType, Union)


_SHAPES: Mapping[Any, tuple[type, ...]] = {
    NoneType: (NoneType,),
    bool: (bool,),
    int: (int,),
    float: (int, float),
    str: (str,),
    Literal: (str,),
    tuple: (list,),
    Mapping: (dict,),
}
"""JSON types from which a declared type is read; protocol objects come from dicts."""


def _union_factory(declared: object, made: Converter) -> Hook:
    members = get_args(declared)
    objects = tuple(member for member in members if _is_wire_object(member))
    hooks: dict[type, Callable[[Any], object]] = {}
    for member in members:
        if member not in objects:
            hook = _absent if member is NoneType else made.get_structure_hook(member)
            shapes = _SHAPES[get_origin(member) or member]
            hooks |= dict.fromkeys(shapes, partial(_apply, hook, member))
    if objects:
        hooks[dict] = _object_chooser(objects, made)
    wanted = " or ".join(dict.fromkeys(_JSON_NAMES[shape] for shape in hooks if shape is not NoneType))

    def structure(value: object, _: object) -> object:
        shape: type = type(value)
        hook = hooks.get(shape)
        if hook is None:
            raise Misfit(wanted, value)
        return hook(value)

    return structure


def _absent(_: object, __: object) -> None:
    return None


def _apply(hook: Hook, declared: object, value: object) -> object:
    return hook(value, declared)


def _object_chooser(objects: tuple[type[WireObject], ...], made: Converter) -> Callable[[Any], object]:
    choose = _chooser_of_class(objects)
    hooks: dict[type[WireObject], Hook] = {}  # filled as classes occur: few of a union's ever do

    def structure(value: object) -> object:
        declared = choose(_object(value))
        hook = hooks.get(declared)
        if hook is None:
            hook = hooks[declared] = made.get_structure_hook(declared)
        return hook(value, declared)

    return structure


def _chooser_of_class(objects: tuple[type[WireObject], ...]) -> Callable[[JsonObject], type[WireObject]]:
    if len(objects) == 1:
        return lambda _: objects[0]
    return history_class if HistoryContent in objects else partial(_tagged_class, _by_tags(objects))


def history_class(value: JsonObject) -> type[HistoryContent | HistoryFunctionCalls]:
    """Class of a `History` by the shape of its object."""
    return HistoryFunctionCalls if "function_calls" in value else HistoryContent


_Versions: TypeAlias = dict[str | None, type[WireObject]]


def _by_tags(objects: tuple[type[WireObject], ...]) -> dict[str, _Versions]:
    found: dict[str, _Versions] = {}
    for declared in objects:
        tags = tags_of(declared)
        found.setdefault(tags["type"], {})[tags.get("version")] = declared
    return found


def _tagged_class(by_tags: dict[str, _Versions], value: JsonObject) -> type[WireObject]:
    """Class that the tags name; the first one for an object without `version`."""
    tag = value.get("type")
    if type(tag) is not str or tag not in by_tags:
        raise _misfit_at("type", "one of " + ", ".join(by_tags))
    versions = by_tags[tag]
    if None in versions:
        return versions[None]
    version = value.get("version")
    if version is None:
        version = "v1"
    if type(version) is not str or version not in versions:
        raise _misfit_at("version", "one of " + ", ".join(map(str, versions)))
    return versions[version]
