"""Classes of values: attrs' `frozen` and `define`, with methods that are made when they are first needed.

1. attrs writes the source of `__repr__`, `__eq__` and `__hash__` for each class and compiles it as the module
   loads: half of what a class costs, and most classes of a command never compare or show a value.
2. Here all classes share one `__repr__`, which reads the fields, and `__eq__` and `__hash__` look up their
   fields at the first call. What they answer is attrs' own; fields are compared as one tuple.
3. A class that writes a method itself keeps it; what is asked for by an option (`order`, `unsafe_hash`) and
   exceptions are left to attrs.
4. Type checkers know attrs by its names, so they see attrs' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, cast

import attrs

__all__ = ["define", "frozen"]

_LEFT_TO_ATTRS = frozenset({"order", "unsafe_hash", "hash", "cache_hash", "str"})

if TYPE_CHECKING:
    from attrs import define, frozen
else:

    def frozen(cls: type | None = None, /, **options: Any) -> Any:
        """A class of immutable values, with slots, compared by its fields: as `attrs.frozen`."""
        return _made(cls, attrs.frozen, options)

    def define(cls: type | None = None, /, **options: Any) -> Any:
        """A class of mutable state, with slots, compared by its fields: as `attrs.define`."""
        return _made(cls, attrs.define, options)


def _made(cls: type | None, make: Callable[..., Any], options: dict[str, Any]) -> Any:
    def decorated(cls: type) -> Any:
        if _LEFT_TO_ATTRS & options.keys() or issubclass(cls, BaseException):
            return make(**options)(cls)
        return make(**{**options, **_given(cls, options, is_hashable=make is attrs.frozen)})(cls)

    return decorated if cls is None else decorated(cls)


def _given(cls: Any, options: dict[str, Any], *, is_hashable: bool) -> dict[str, bool]:
    """Give a class the shared methods that it lacks; the options that keep attrs from making them."""
    own = cast("Mapping[str, Any]", vars(cls))
    if options.get("repr", True) and "__repr__" not in own:
        cls.__repr__ = _shown
    if not options.get("eq", True) or own.keys() & {"__eq__", "__ne__"}:
        return {"repr": False}
    equal, hash_of = _compared()
    cls.__eq__ = equal
    if own.get("__hash__") is None:  # a class body with `__eq__` alone has None
        cls.__hash__ = hash_of if is_hashable else None
    return {"repr": False, "eq": False}


@recursive_repr()
def _shown(self: Any) -> str:
    """The name of the class, and each field with its value."""
    shown: list[str] = []
    for each in _fields_of(self):
        if each.repr:
            show = repr if each.repr is True else each.repr
            shown.append(f"{each.name}={show(getattr(self, each.name, attrs.NOTHING))}")
    return f"{type(self).__qualname__.rsplit('>.', 1)[-1]}({', '.join(shown)})"


def _compared() -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    """`__eq__` and `__hash__` of one class."""
    compared: Callable[[Any], Any] | None = None
    hashed: Callable[[Any], Any] | None = None

    def equal(self: Any, other: Any) -> Any:
        nonlocal compared
        if other.__class__ is not self.__class__:
            return NotImplemented
        if compared is None:
            compared = _getter(each.name for each in _fields_of(self) if each.eq)
        return compared(self) == compared(other)

    def hash_of(self: Any) -> int:
        nonlocal hashed
        if hashed is None:
            fields = _fields_of(self)
            hashed = _getter(each.name for each in fields if (each.eq if each.hash is None else each.hash))
        return hash(hashed(self))

    return equal, hash_of


def _fields_of(value: Any) -> tuple[attrs.Attribute[Any], ...]:
    cls = cast("type[attrs.AttrsInstance]", type(value))
    return cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))


def _getter(names: Iterable[str]) -> Callable[[Any], Any]:
    found = tuple(names)
    return attrgetter(*found) if found else lambda _: ()
