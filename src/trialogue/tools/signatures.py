"""Signatures of Python functions for models: arguments as JSON Schema, purpose in words.

1. Every parameter needs a type hint that JSON can express: `str`, `int`, `float`, `bool`, `None`, `list[T]`,
   `dict[str, T]`, `Literal[...]`, unions of these, `object` or `Any` for anything.
2. `Annotated[T, "words"]` describes a parameter; so does its line under `Args:` in the docstring.
3. The docstring's first paragraph is the tool's description.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from trialogue.errors import SetupError
from trialogue.values import frozen

_SCALARS: Mapping[object, Mapping[str, object]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    types.NoneType: {"type": "null"},
    list: {"type": "array"},
    dict: {"type": "object"},
    object: {},
    Any: {},
}
_JSON_TYPES: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", types.NoneType: "null"}
_ARGUMENT = re.compile(r"^\s+\**(\w+)(?:\s*\([^)]*\))?:\s*(.+)$")


@frozen
class Signature:
    """Signature of a function, for a model."""

    description: str
    """Description of its use; empty where the function has no docstring."""

    schema: Mapping[str, object]
    """JSON Schema of its arguments."""


SILENT = Signature("", {"type": "object"})
"""Signature of a tool without a description."""


def describe(function: Callable[..., object], what: str = "") -> Signature:
    """Describe a callable by its signature and docstring; `SetupError` names a hint that JSON cannot express.

    `what` is the callable's name in errors. Arguments bound by a partial are not part of it.
    """
    named, bound = _unbound(function)
    said = named if inspect.isroutine(named) or inspect.isclass(named) else _call_of(named)
    name = what or f"tool {getattr(named, '__name__', type(named).__name__)}"
    own = inspect.getdoc(said) if said.__doc__ else None  # else getdoc returns the docstring of its type
    documentation = own or inspect.getdoc(named) or ""
    try:
        hints = typing.get_type_hints(said, include_extras=True)
    except NameError as unknown:
        raise SetupError(f"{name}: a type hint uses the unknown name {unknown.name}") from unknown
    except TypeError as unknown:
        raise SetupError(f"{name}: its arguments are unknown; give the tool a schema") from unknown
    told = (_ARGUMENT.match(line) for line in documentation.splitlines())
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError as unknown:
        raise SetupError(f"{name}: its arguments are unknown; give the tool a schema") from unknown
    words: dict[str, str] = {found[1]: found[2] for found in told if found}
    properties: dict[str, object] = {}
    required: list[str] = []
    for parameter in parameters:
        if parameter.name in bound:
            continue
        properties[parameter.name] = _property(name, parameter, hints, words)
        if parameter.default is parameter.empty:
            required.append(parameter.name)
    schema: dict[str, object] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    return Signature(" ".join(documentation.split("\n\n")[0].split()), schema)


def _unbound(function: Callable[..., object]) -> tuple[Callable[..., object], frozenset[str]]:
    """Function that a partial finally calls, and the names that it has bound."""
    bound: frozenset[str] = frozenset()
    while isinstance(function, partial):
        bound |= function.keywords.keys()
        function = function.func
    return function, bound


def _call_of(called: Callable[..., object]) -> Callable[..., object]:
    """Method that a call of an object runs: it has the hints."""
    return cast("Callable[..., object]", getattr(called, "__call__"))  # noqa: B004, B009 - any callable has it, and it is examined, not called


def _property(
    tool: str, parameter: inspect.Parameter, hints: Mapping[str, object], words: Mapping[str, str]
) -> Mapping[str, object]:
    where = f"{tool}: parameter {parameter.name}"
    if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
        raise SetupError(
            f"{where}: arguments are passed by name, so positional-only and * parameters are not possible"
        )
    if parameter.name not in hints:
        raise SetupError(f"{where}: needs a type hint, or give the tool a schema")
    said = _schema(hints[parameter.name], where)
    if parameter.name in words and "description" not in said:
        said = {**said, "description": words[parameter.name]}
    if isinstance(parameter.default, str | int | float | bool):
        said = {**said, "default": parameter.default}
    return said


def _schema(hint: object, where: str) -> Mapping[str, object]:
    if (isinstance(hint, type | types.NoneType) or hint is Any) and hint in _SCALARS:
        return _SCALARS[hint]
    origin = cast("Any", typing.get_origin(hint))
    arguments = cast("tuple[object, ...]", typing.get_args(hint))
    if origin is typing.Annotated:
        words = next((one for one in arguments[1:] if isinstance(one, str)), None)
        return {**_schema(arguments[0], where), **({"description": words} if words else {})}
    if origin is typing.Literal:
        return _choice(arguments, where)
    if origin in {typing.Union, types.UnionType}:
        return {"anyOf": [_schema(one, where) for one in arguments]}
    if origin in {list, Sequence}:
        return {"type": "array", "items": _schema(arguments[0], where)}
    if origin in {dict, Mapping} and arguments[0] is str:
        return {"type": "object", "additionalProperties": _schema(arguments[1], where)}
    shown = hint.__name__ if isinstance(hint, type) else str(hint)
    raise SetupError(f"{where}: {shown} is not a JSON type; use plain types, or give the tool a schema")


def _choice(values: tuple[object, ...], where: str) -> Mapping[str, object]:
    kinds = {type(value) for value in values}
    if not kinds <= set(_JSON_TYPES):
        raise SetupError(f"{where}: one of these literals is not JSON")
    names = [_JSON_TYPES[kind] for kind in sorted(kinds, key=lambda kind: kind.__name__)]
    return {"type": names[0] if len(names) == 1 else names, "enum": list(values)}
