"""Kinds of values in a document, which the schema's annotations name.

The annotations of the attrs classes are the only description of the format. Reading a document, writing
one and making its JSON Schema are three walks over the same kinds.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Literal, TypeAlias, cast

import attrs

from trialogue.values import frozen


@frozen
class Text:
    """Any text."""


@frozen
class OneLine:
    """Text of one line that can stand before a colon, such as a display name."""


@frozen
class Name:
    """A name that other places refer to."""


@frozen
class PatternText:
    """A regular expression of Python's `re` that can be searched in linear time."""


@frozen
class Money:
    """A sum of money, as `1.50 USD`."""


@frozen
class Percent:
    """Part of a whole, as `50%`."""


@frozen
class Whole:
    """A whole number."""

    low: int = 0
    """The lowest."""

    high: int = 2**53
    """Highest value: what JSON carries everywhere."""


@frozen
class Number:
    """A number, whole or not."""

    low: float | None = None
    """The lowest; None for no bound."""

    high: float | None = None
    """The highest; None for no bound."""


@frozen
class Flag:
    """True or false."""


@frozen
class Duration:
    """Length of time with its unit; seconds once read."""

    may_be_none: bool = False
    """Whether `none` is valid; it reads as infinity."""

    may_be_zero: bool = True
    """Whether zero is valid."""


@frozen
class DurationRange:
    """Range of two lengths of time `a..b`, or one for both; seconds once read."""


@frozen
class Anything:
    """Any JSON value."""


@frozen
class AnyObject:
    """Map of any JSON values."""


@frozen
class ClosedList:
    """Word of a closed list."""

    options: type[Enum]
    """List whose values are the words."""


@frozen
class ListedWord:
    """Word of a list that is known when a scenario is read."""

    options: Callable[[], tuple[str, ...]]
    """Function that gives the words."""

    later: tuple[tuple[str, str], ...] = ()
    """Words that later releases know, each with an equivalent here."""


@frozen
class StageKeys:
    """Keys of one stage of an agent: a map whose keys its service names."""

    stage: Literal["listen", "think", "speak"]
    """Stage of the agent."""


@frozen
class ListOf:
    """List."""

    item: Kind
    """Kind of each value."""


@frozen
class MapOf:
    """Map whose keys the author chooses."""

    key: Text | Name
    """Kind of each key."""

    value: Kind
    """Kind of each value."""


@frozen
class Member:
    """Key of a record."""

    key: str
    """Key in the document."""

    kind: Kind
    """Kind of its value."""

    required: bool
    """Whether it is required."""

    attribute: str
    """Name of the attribute: the key, with `_` after it where Python reserves the word.

    A key with hyphens stands in its field's metadata.
    """


@frozen
class KeyMap:
    """Map whose keys the schema names: one attrs class."""

    cls: type[attrs.AttrsInstance]
    """Class of the value."""

    @property
    def members(self) -> tuple[Member, ...]:
        """Keys in the order of writing; read from the class at the first use."""
        return _members(self.cls)


@frozen
class OneOf:
    """Several kinds of different shapes: text, list or map."""

    options: tuple[Kind, ...]
    """Kinds, at most one of each shape."""


Words: TypeAlias = Text | OneLine | Name | PatternText | Money | Percent
"""Kinds that a text becomes unchanged."""

NotText: TypeAlias = Whole | Number | Flag | ClosedList | ListedWord | Duration | DurationRange
"""Kinds that a scalar becomes after conversion."""

Kind: TypeAlias = Words | NotText | Anything | AnyObject | ListOf | MapOf | KeyMap | StageKeys | OneOf
"""Every kind; a `match` over it ends in `assert_never`."""

_SCALARS: Mapping[object, Kind] = {str: Text(), int: Whole(), float: Number(), bool: Flag()}


def record_of(cls: type[attrs.AttrsInstance]) -> KeyMap:
    """Record for an attrs class."""
    return KeyMap(cls)


@cache
def _members(cls: type[attrs.AttrsInstance]) -> tuple[Member, ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple(
        Member(
            cast("str", field.metadata.get("key", field.name.rstrip("_"))),
            kind_of(hints[field.name]),
            field.default is attrs.NOTHING,
            field.name,
        )
        for field in attrs.fields(cls)
    )


def kind_of(annotation: object) -> Kind:
    """Kind for an annotation; TypeError for one that the format has no use for."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return cast("Kind", arguments[1])
    if origin in {types.UnionType, typing.Union}:
        return _union(arguments)
    if origin is tuple:
        return ListOf(kind_of(arguments[0]))
    if origin is Mapping:
        return MapOf(cast("Text | Name", kind_of(arguments[0])), kind_of(arguments[1]))
    if isinstance(annotation, type):
        return _class(cast("type[object]", annotation))
    raise TypeError(f"no kind stands for {annotation!r}")


def _class(cls: type[object]) -> Kind:
    if issubclass(cls, Enum):
        return ClosedList(cls)
    return _SCALARS.get(cls) or KeyMap(cast("type[attrs.AttrsInstance]", cls))


def _union(arguments: tuple[object, ...]) -> Kind:
    options = tuple(kind_of(argument) for argument in arguments if argument is not types.NoneType)
    return options[0] if len(options) == 1 else OneOf(options)
