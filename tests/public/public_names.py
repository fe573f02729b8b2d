"""Everything public that can be called, found by walking `__all__`: a name that is new is found, too."""

import importlib
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from attrs import frozen

SURFACES = (
    "trialogue",
    "trialogue.aio",
    "trialogue.blocking",
    "trialogue.compat",
    "trialogue.journal",
    "trialogue.policy",
    "trialogue.telemetry",
    "trialogue.testing",
    "trialogue.testing.casts",
)
"""Modules that say by `__all__` what is public."""


@frozen
class Public:
    """One public callable: a function, or a method of a public class."""

    name: str
    """Where it is: `trialogue.Meeting.say`."""

    call: Callable[..., object]
    """The function itself; of a method, that of the class."""

    owner: type | None = None
    """The class whose instances it is called on; None for what needs none."""

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """What it takes by name, beside an instance."""
        found = list(inspect.signature(self.call).parameters.values())[self.owner is not None :]
        return [each for each in found if each.kind not in {each.VAR_KEYWORD, each.VAR_POSITIONAL}]

    @property
    def hints(self) -> dict[str, Any]:
        """The types of what it takes."""
        function = self.call.__init__ if isinstance(self.call, type) else self.call
        return typing.get_type_hints(inspect.unwrap(getattr(function, "__func__", function)))


def members() -> Iterator[tuple[str, object]]:
    """Each function and class that a surface names, once, with its name."""
    seen: set[int] = set()
    for surface in SURFACES:
        module = importlib.import_module(surface)
        for name in module.__all__:
            found = getattr(module, name)
            if (isinstance(found, type) or inspect.isroutine(found)) and id(found) not in seen:
                seen.add(id(found))
                yield f"{surface}.{name}", found


def publics() -> Iterator[Public]:
    """Each function, each class that apps make, and each method."""
    for name, found in members():
        if not isinstance(found, type):
            yield Public(name, found)
        elif not getattr(found, "_is_protocol", False):  # what an app writes, and we call
            yield from methods_of(found, name)


def methods_of(cls: type, name: str) -> Iterator[Public]:
    """Public methods, those of bases of ours among them, and what makes it where it is more than a value."""
    for member, found in inspect.getmembers_static(cls):
        function = found.__func__ if isinstance(found, classmethod | staticmethod) else found
        if member.startswith("_") or not inspect.isfunction(function):
            continue
        if function.__module__.startswith("trialogue"):
            owner = None if function is not found else cls
            yield Public(f"{name}.{member}", getattr(cls, member), owner)
    is_value = hasattr(cls, "__attrs_attrs__") or issubclass(cls, BaseException | Enum)
    if not is_value and "__init__" in vars(cls):
        yield Public(name, cls)


def fits(value: object, hint: Any) -> bool:
    """Whether a value is of a type, as far as a look at it tells."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return any(fits(value, each) for each in inside)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in inside)
    kind = origin or hint
    if kind is get_origin(Callable[[], None]):
        return callable(value)
    if not isinstance(kind, type) or kind is Any:
        return True
    if isinstance(value, bool):
        return kind in {bool, object}
    if isinstance(value, int) and kind is float:
        return True
    if getattr(kind, "_is_protocol", False):
        return all(hasattr(value, each) for each in wanted_of(kind))
    if not isinstance(value, kind):
        return False
    if inside and isinstance(value, Mapping):
        return all(fits(key, inside[0]) and fits(each, inside[-1]) for key, each in value.items())
    if inside and isinstance(value, Sequence):
        return not isinstance(value, str | bytes) and all(fits(each, inside[0]) for each in value)
    return True


def wanted_of(protocol: type) -> set[str]:
    """What a Protocol wants of an object."""
    return {
        name
        for cls in protocol.__mro__
        if getattr(cls, "_is_protocol", False)
        for name in vars(cls)
        if name == "__call__" or not name.startswith("_")
    }


WRONG: tuple[object, ...] = (
    None,
    5,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    True,
    b"bytes",
    b"odd",
    "",
    "nobody",
    "\0",
    "\ud800",
    "x" * 100_001,
    (),
    [1],
    {},
    {"a": 1},
    {5: "x"},
    object(),
    print,
    int,
    Path("nowhere"),
)
"""Values of every kind: for each parameter most are of another type than it takes, or beyond its range."""
