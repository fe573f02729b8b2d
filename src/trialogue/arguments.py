"""Check of a public function's arguments at the call, against the function's own annotations.

1. An argument that does not fit its annotation raises `WrongType`, with its name and the wanted type.
2. A path that no system accepts, NaN, and a whole number beyond the range of a float raise `WrongValue`.
3. An async function where a plain one is called raises `WrongType`: nothing would await its result. A plain
   function that returns an awaitable is as good as an async one.
4. Only the value itself is checked: not the results of a function, nor the items of an iterator.
"""

from __future__ import annotations

import builtins
import inspect
import math
import os
import re
import sys
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial, wraps
from pathlib import Path
from typing import Annotated, Any, Final, Literal, ParamSpec, TypeVar, Union, cast, get_args, get_origin

import attrs

from trialogue.errors import WrongType, WrongValue

P = ParamSpec("P")
R = TypeVar("R")

_LARGEST: Final = int(sys.float_info.max)
"""Largest whole number in the range of a float."""

_AWAITED: Final = re.compile(r"Awaitable|Coroutine|\bobject\b|\bAny\b|\bT\b")
"""Annotations of results that the caller awaits, or does not use."""

_ITERATED: Final = re.compile(r"\bAsync(Iterator|Iterable|Generator)|\bobject\b|\bAny\b|\bT\b")
"""Annotations of results over which the caller iterates, or which it does not use."""

LONGEST_NAME = 255
"""Most bytes of one name in a path; file systems accept no more."""

LONGEST_SHOWN = 300
"""Most characters of a path in a message."""


def checks_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments of `function` at each call, before it runs.

    A call costs some microseconds more, so this is for functions that apps do not call often.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        signature, hints, usual = _signature_of(function), _hints_of(function), _usual_of(function)
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            parameter = signature.parameters[name]
            if name not in hints or parameter.kind is parameter.VAR_KEYWORD:
                continue
            for each in (
                cast("tuple[object, ...]", value) if parameter.kind is parameter.VAR_POSITIONAL else (value,)
            ):
                if type(each) not in usual[name]:
                    _check(name, each, hints[name])
        return function(*args, **kwargs)

    return call


def check_argument(name: str, value: object, hint: Any) -> None:  # noqa: ANN401 - an annotation can be any object
    """Check one argument like `checks_arguments`, for modules that must not load this one at their import."""
    _check(name, value, hint)


def check_fields(value: attrs.AttrsInstance, *, but: Collection[str] = ()) -> None:
    """Check the types of a new value's fields; the fields in `but` are checked where they are used."""
    hints, usual = _hints_of(type(value)), _usual_of(type(value))
    for field in attrs.fields(type(value)):
        if field.init and field.name not in but:
            found = getattr(value, field.name)
            if type(found) not in usual[field.name]:
                _check(field.name, found, hints[field.name])


@cache
def _signature_of(function: Callable[..., object]) -> inspect.Signature:
    return inspect.signature(function)


@cache
def _hints_of(function: Callable[..., object]) -> dict[str, Any]:
    hints = typing.get_type_hints(inspect.unwrap(function))
    hints.pop("return", None)
    return hints


@cache
def _usual_of(function: Callable[..., object]) -> dict[str, frozenset[type]]:
    return {name: _usual(hint) for name, hint in _hints_of(function).items()}


def _usual(hint: Any) -> frozenset[type]:  # noqa: ANN401 - an annotation can be any object
    """Classes whose direct instances fit an annotation and need no other check.

    A float may be NaN, a whole number too large for a float, and a text the path of no file.
    """
    inside = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    classes = {each for each in inside if isinstance(each, type) and get_origin(each) is None}
    checked = {float, int if float in classes else float, str if Path in classes else float}
    return frozenset(classes - checked)


def _check(name: str, value: object, hint: Any) -> None:  # noqa: ANN401 - an annotation can be any object
    if type(value) is hint and hint is not float:
        return  # most values: nothing more is asked of them
    if not fits(value, hint):
        raise WrongType(f"{name} must be {_in_words(hint)}, not {kind_of(value)}", argument=name)
    refuse_async(name, value, hint)
    if isinstance(value, float) and math.isnan(value):
        raise WrongValue(f"{name} must be a number, not NaN", argument=name)
    if isinstance(value, int) and abs(value) > _LARGEST and float in (hint, *get_args(hint)):
        raise WrongValue(f"{name} must be a number up to {sys.float_info.max:.2g}", argument=name)
    if isinstance(value, str | Path) and Path in (hint, *get_args(hint)) and (fault := fault_of_path(value)):
        raise WrongValue(f"{name} {fault}", argument=name)


def refuse_async(name: str, value: object, hint: Any) -> None:  # noqa: ANN401 - an annotation can be any object
    """Raise WrongType for a function, or an object's method, that is async but plain in the annotation."""
    for part, found, returns in _calls(value, hint):
        if is_async(found) and not _AWAITED.search(returns):
            raise WrongType(f"{name}{part} must be a plain function, not an async one", argument=name)
        if inspect.isasyncgenfunction(found) and not _ITERATED.search(returns):
            raise WrongType(f"{name}{part} must be a plain function, not an async generator", argument=name)


def refuse_async_fields(value: attrs.AttrsInstance) -> None:
    """Raise WrongType for a field that is async but plain in its annotation."""
    hints = _hints_of(type(value))
    for field in attrs.fields(type(value)):
        refuse_async(field.name, getattr(value, field.name), hints[field.name])


def is_async(function: object) -> bool:
    """Whether a call returns a coroutine at once: an async function, or an async `__call__`."""
    while isinstance(function, partial):
        function = cast("partial[object]", function).func
    called = getattr(type(function), "__call__", None)  # noqa: B004 - asked whether it is async, not whether it can be called
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)


def is_generator(function: object) -> bool:
    """Whether a call only makes a generator, which does nothing until it is iterated."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def _calls(value: object, hint: Any) -> Iterator[tuple[str, object, str]]:  # noqa: ANN401 - as above
    """Functions of a value that are called, with their names and their results in the annotation."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        yield from _calls(value, inside[0])
    elif origin is Union or origin is types.UnionType:
        yield from _calls(value, next((each for each in inside if fits(value, each)), Any))
    elif (origin or hint) is get_origin(Callable[[], None]):
        yield "", value, _outer(inside[-1] if inside else Any)
    elif getattr(origin or hint, "_is_protocol", False):
        for name in _asked_of(origin or hint):
            method = inspect.getattr_static(origin or hint, name, None)
            if isinstance(method, types.FunctionType) and not is_async(method):
                found = value if name == "__call__" else getattr(value, name, None)
                returns = _outer(inspect.get_annotations(method).get("return"))
                yield "" if name == "__call__" else f".{name}", found, returns


def _outer(annotation: object) -> str:
    """Text of an annotation, without the arguments of its types."""
    return re.sub(r"\[.*\]", "", str(annotation))


def kind_of(value: object) -> str:
    """Name of a value's type with its article; with its module if a builtin type has the same name.

    >>> kind_of(object()), kind_of("")
    ('an object', 'a str')
    """
    kind = type(value)
    is_namesake = hasattr(builtins, kind.__name__) and kind.__module__ != "builtins"
    name = f"{kind.__module__}.{kind.__name__}" if is_namesake else kind.__name__
    return f"an {name}" if name[:1] in "aeiouAEIOU" else f"a {name}"


def fault_of_path(value: str | Path) -> str:
    """Sentence about a path at which no system could have a file, with the path; empty for any other path."""
    try:
        parts = [os.fsencode(part) for part in Path(value).parts]
    except UnicodeEncodeError:
        found = "a character that no file system takes"
    else:
        if any(b"\0" in part for part in parts):
            found = "a NUL character"
        elif any(len(part) > LONGEST_NAME for part in parts):
            found = f"a name of more than {LONGEST_NAME} bytes"
        else:
            return ""
    return f"must be the path of a file: {str(value)[:LONGEST_SHOWN]!r} has {found}"


def fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - as above
    """Whether a value fits a type, as far as the value shows; True where it shows nothing."""
    origin, inside = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin is Annotated:
        return fits(value, inside[0])
    if origin is Union or origin is types.UnionType:
        return any(fits(value, each) for each in inside)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in inside)
    kind = origin or hint
    if kind is Callable or kind is get_origin(Callable[[], None]):
        return callable(value)
    if not isinstance(kind, type):
        return kind is not None or value is None  # a TypeVar, Any: nothing is known
    return _is_a(value, kind) and _holds(value, kind, inside)


def _is_a(value: object, kind: type) -> bool:
    if kind in {int, float}:  # a bool is no number here; a whole number is a float, too
        numbers = (int, float) if kind is float else (int,)
        return isinstance(value, numbers) and not isinstance(value, bool)
    if kind is bytes:
        return isinstance(value, bytes | bytearray | memoryview)
    if getattr(kind, "_is_protocol", False):
        return all(hasattr(value, each) for each in _asked_of(kind))
    is_text = isinstance(value, str | bytes) and kind not in {str, object}
    return isinstance(value, kind) and not (is_text and issubclass(kind, Iterable))


def _holds(value: object, kind: type, inside: tuple[Any, ...]) -> bool:
    """Whether the items of a container fit the types that its annotation names."""
    if not inside:
        return True
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, object]", value)
        if set(map(type, entries)) <= {inside[0]} and set(map(type, entries.values())) <= {inside[-1]}:
            return True  # most are, and this costs the least
        return all(fits(key, inside[0]) and fits(each, inside[-1]) for key, each in entries.items())
    if issubclass(kind, Iterable) and isinstance(value, Collection):  # an iterator would be used up
        members = [each for each in inside if each is not Ellipsis]
        items = cast("Collection[object]", value)
        if set(map(type, items)) <= set(members):  # the usual case, and the cheapest check
            return True
        return all(any(fits(each, member) for member in members) for each in items)
    return True


@cache
def _asked_of(protocol: type) -> tuple[str, ...]:
    """Names of the attributes that a Protocol requires of an object."""
    return tuple(
        name
        for cls in protocol.__mro__
        if getattr(cls, "_is_protocol", False)
        for name in (*vars(cls), *inspect.get_annotations(cls))
        if name == "__call__" or not name.startswith("_")
    )


_WORDS: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "True or False",
    bytes: "bytes",
    Path: "a path",
    type(None): "None",
    type: "a class",
}


def _in_words(hint: Any) -> str:  # noqa: ANN401 - as above
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _in_words(inside[0])
    if origin is Union or origin is types.UnionType:
        members = [each for each in inside if not (each is str and Path in inside)]
        return " or ".join(dict.fromkeys(_in_words(each) for each in members))
    if origin is Literal:
        return f"one of {', '.join(str(each) for each in inside)}"
    kind = origin or hint
    if kind in _WORDS:
        return _WORDS[kind]
    if isinstance(kind, type) and issubclass(kind, Mapping):
        return "a mapping of names"
    if isinstance(kind, type) and issubclass(kind, Iterable):
        return f"a sequence, each {_in_words(inside[0])}" if inside else "a sequence"
    if not isinstance(kind, type) or kind is get_origin(Callable[[], None]):
        return "a function"
    article = "an" if kind.__name__[:1] in "AEIOU" else "a"
    return f"{article} {kind.__name__}"
