"""Kinds of values in a document: the schema's annotations stand for them.

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
    """Text of one line that can stand before a colon: what people and digests call somebody."""


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
    """A part of a whole, as `50%`."""


@frozen
class Whole:
    """A whole number."""

    low: int = 0
    """The lowest."""

    high: int = 2**53
    """The highest: what JSON carries everywhere."""


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
    """A stretch of time with its unit; seconds once read."""

    may_be_none: bool = False
    """Whether `none` may be said; it reads as infinity."""

    may_be_zero: bool = True
    """Whether no time at all makes sense."""


@frozen
class DurationRange:
    """Two stretches of time `a..b`, or one for both; seconds once read."""


@frozen
class Anything:
    """Whatever JSON can say."""


@frozen
class AnyObject:
    """A map of whatever JSON can say."""


@frozen
class ClosedList:
    """One word of a closed list."""

    options: type[Enum]
    """The list; its values are the words."""


@frozen
class ListedWord:
    """One word of a list that is known when a scenario is read."""

    options: Callable[[], tuple[str, ...]]
    """Gives the words."""

    later: tuple[tuple[str, str], ...] = ()
    """Words of the format that this release does not know, each with what does the same."""


@frozen
class StageKeys:
    """The keys of one stage of an agent: a map whose keys its service names."""

    stage: Literal["listen", "think", "speak"]
    """Stage of an agent."""


@frozen
class ListOf:
    """A list."""

    item: Kind
    """Kind of each value."""


@frozen
class MapOf:
    """A map whose keys the author chooses."""

    key: Text | Name
    """Kind of each key."""

    value: Kind
    """Kind of each value."""


@frozen
class Member:
    """One key of a record."""

    key: str
    """The key in the document."""

    kind: Kind
    """Kind of its value."""

    required: bool
    """Whether it must be there."""

    attribute: str
    """The attribute's name: the key, with `_` after it where Python has other plans for the word. A key with
    hyphens stands in its field's metadata."""


@frozen
class KeyMap:
    """A map whose keys the schema names: one attrs class."""

    cls: type[attrs.AttrsInstance]
    """The class that a value becomes."""

    @property
    def members(self) -> tuple[Member, ...]:
        """Keys, in the order of writing; read from the class when they are first asked for."""
        return _members(self.cls)


@frozen
class OneOf:
    """Several kinds that differ in shape: text, list or map."""

    options: tuple[Kind, ...]
    """At most one of each shape."""


Words: TypeAlias = Text | OneLine | Name | PatternText | Money | Percent
"""Kinds that a text becomes as it is."""

NotText: TypeAlias = Whole | Number | Flag | ClosedList | ListedWord | Duration | DurationRange
"""Kinds that a scalar becomes otherwise."""

Kind: TypeAlias = Words | NotText | Anything | AnyObject | ListOf | MapOf | KeyMap | StageKeys | OneOf
"""Every kind there is; a `match` over it ends in `assert_never`."""

_SCALARS: Mapping[object, Kind] = {str: Text(), int: Whole(), float: Number(), bool: Flag()}


def record_of(cls: type[attrs.AttrsInstance]) -> KeyMap:
    """The record that an attrs class stands for."""
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
    """The kind that an annotation stands for; TypeError for one that the format has no use for."""
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
