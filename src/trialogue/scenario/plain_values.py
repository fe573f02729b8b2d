"""Values of the schema's kinds back to plain values, as an author could write them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import cast

import attrs
from attrs import AttrsInstance

from trialogue.model import kinds
from trialogue.model.kinds import Kind, record_of
from trialogue.scenario.quantities import write_duration, write_range


def plain_as(kind: Kind, value: object) -> object:
    """Value of a kind as plain values; None is left out."""
    match kind:
        case kinds.StageKeys():
            return plain_as(record_of(type(cast("AttrsInstance", value))), value)
        case kinds.KeyMap(members=members):
            pairs = ((member, getattr(value, member.attribute)) for member in members)
            return {member.key: plain_as(member.kind, item) for member, item in pairs if item is not None}
        case kinds.MapOf(value=inner):
            return {key: plain_as(inner, item) for key, item in cast("Mapping[str, object]", value).items()}
        case kinds.ListOf(item=inner):
            return [plain_as(inner, item) for item in cast("tuple[object, ...]", value)]
        case kinds.OneOf(options=options):
            return plain_as(_option(options, value), value)
        case kinds.ClosedList():
            return cast("object", cast("Enum", value).value)
        case kinds.Duration():
            return write_duration(cast("float", value))
        case kinds.DurationRange():
            return write_range(cast("tuple[float, float]", value))
        case _:
            return value


def _option(options: tuple[Kind, ...], value: object) -> Kind:
    """The member of a union that a value belongs to."""
    return next(option for option in options if _is_of(option, value))


def _is_of(kind: Kind, value: object) -> bool:
    match kind:
        case kinds.KeyMap(cls=cls):
            return isinstance(value, cls)
        case kinds.StageKeys():
            return attrs.has(type(value))
        case kinds.ListOf():
            return isinstance(value, tuple)
        case kinds.MapOf():
            return isinstance(value, Mapping)
        case kinds.ClosedList(options=options):
            return isinstance(value, options)
        case _:
            return isinstance(value, str)
