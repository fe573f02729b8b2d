"""Everything public that can be called, found in the facades and the reference: what is new is found, too."""

import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from attrs import frozen

import trialogue

NO_FACADES = {"trialogue.cli": "the command line: its `main` answers in exit codes"}
"""Packages whose `__all__` is not for apps, with the reasons."""

INNER_FACADES = ("trialogue.policy", "trialogue.serving.for_tests", "trialogue.testing.casts")
"""Modules beside the packages that name by `__all__` what is public."""

API = Path(__file__).parents[2] / "docs" / "reference" / "api.md"
_BLOCK = re.compile(r"```\{eval-rst\}\n(.*?)```", re.DOTALL)
_SHOWN = re.compile(r"\.\. auto(module|class):: (\S+)((?:\n   .*)*)")


def facades() -> Iterator[str]:
    """The package, and each of its packages that names by `__all__` what is public."""
    yield "trialogue"
    for found in pkgutil.iter_modules(trialogue.__path__, "trialogue."):
        is_named = found.ispkg and hasattr(importlib.import_module(found.name), "__all__")
        if is_named and found.name not in NO_FACADES:
            yield found.name


SURFACES = (*facades(), *INNER_FACADES)
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
        called = self.call.__init__ if isinstance(self.call, type) else self.call
        function = inspect.unwrap(getattr(called, "__func__", called))
        taking = types.FunctionType(function.__code__, function.__globals__, closure=function.__closure__)
        taking.__annotations__ = {
            name: hint for name, hint in function.__annotations__.items() if name != "return"
        }
        return typing.get_type_hints(taking)


def members() -> Iterator[tuple[str, object]]:
    """Each function and class that a surface names or the reference shows, once, with its name."""
    seen: set[int] = set()
    for surface, name in (*named(), *shown()):
        found = getattr(importlib.import_module(surface), name)
        if (isinstance(found, type) or inspect.isroutine(found)) and id(found) not in seen:
            seen.add(id(found))
            yield f"{surface}.{name}", found


def named() -> Iterator[tuple[str, str]]:
    """What the surfaces name, each with its surface."""
    for surface in SURFACES:
        yield from ((surface, name) for name in importlib.import_module(surface).__all__)


def shown() -> Iterator[tuple[str, str]]:
    """What the reference shows, each with its module."""
    for block in _BLOCK.findall(API.read_text(encoding="utf-8")):
        for kind, target, rest in _SHOWN.findall(block):
            home, _, last = target.rpartition(".")
            listed = re.search(r":members:(.*)", rest)
            if kind == "class":
                yield home, last
            elif listed is not None:
                names = [name.strip() for name in listed[1].split(",") if name.strip()]
                yield from ((target, name) for name in names or own_names(target))


def own_names(target: str) -> list[str]:
    """Public names that a module defines itself."""
    members = vars(importlib.import_module(target)).items()
    return [
        name
        for name, each in members
        if not name.startswith("_") and getattr(each, "__module__", None) == target
    ]


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
    10**400,
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
