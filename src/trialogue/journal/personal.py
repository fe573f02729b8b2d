"""Personal text of a journal: the fields that hold it, and masks that replace it.

1. Every text is personal, at any depth, unless its field is declared here as a name or a code.
2. A declared text is kept only if it looks like a name or a code: a single word of at most 64 characters. A
   sentence in the place of a code is personal, too.
3. Labels are names that people gave (a participant's title): they are kept in any form.
4. Numbers, truth values, enums and literals hold no personal text and are kept; a sentence in the place of
   one, which an unchecked line can have, is masked.
5. What this version does not know, a class or a field, has every text masked, and so are the keys of objects
   in it, which may be names. The names of fields, and of classes, are kept.

So a field that is new, or forgotten here, is masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, partial
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs

from trialogue.model import commands, events, expectations, participants, plan
from trialogue.model.text import mask

NAMES: Final = frozenset(
    {
        "actor",
        "call_id",
        "code",
        "continues",
        "listener",
        "muted",
        "participant",
        "speakers",
        "timer",
        "to",
        "tool",
    }
)
"""Fields that hold a name or a code in any event or command."""

DECLARED: Final[Mapping[type[attrs.AttrsInstance], frozenset[str]]] = {
    events.SessionReady: frozenset({"request_id"}),
    events.EarReady: frozenset({"request_id"}),
    events.StopAsked: frozenset({"reason"}),
    events.FaultStruck: frozenset({"fault", "kind"}),
    events.ActorCrashed: frozenset({"error"}),
    commands.MoveAgenda: frozenset({"item"}),
    commands.Drop: frozenset({"reason"}),
    commands.EndMeeting: frozenset({"reason"}),
    participants.Participant: frozenset({"name"}),
    participants.Price: frozenset({"service", "as_of"}),
    plan.MeetingPlan: frozenset({"name"}),
    plan.FloorRules: frozenset({"policy", "otherwise", "order"}),
    plan.AgendaItem: frozenset({"id", "owner"}),
    plan.PlannedFault: frozenset({"id", "kind", "to"}),
    plan.Said: frozenset({"by"}),
    plan.ToolRules: frozenset({"name", "identity"}),
    expectations.SpokenPattern: frozenset({"by"}),
    expectations.SoundPattern: frozenset({"by"}),
    expectations.AgendaPattern: frozenset({"item"}),
    expectations.SeatPattern: frozenset({"participant"}),
    expectations.ToolPattern: frozenset({"tool", "by", "outcome"}),
    expectations.ErrorPattern: frozenset({"code", "by"}),
    expectations.EndPattern: frozenset({"reason"}),
}
"""Further fields with names and codes, by class."""

LABELS: Final[Mapping[type[attrs.AttrsInstance], frozenset[str]]] = {
    participants.Participant: frozenset({"title", "aliases"}),
}
"""Fields with display names, by class."""

_SHAPE: Final = re.compile(r"[^\s<>]{1,64}")
_NONE: Final[frozenset[str]] = frozenset()

_Value = TypeVar("_Value", bound=attrs.AttrsInstance)
Mask = Callable[[Any], Any]
"""Function that masks one value."""


def mask_code(text: str) -> str:
    """Name or code unchanged; masked where it looks like neither."""
    return text if not text or _SHAPE.fullmatch(text) else mask(text)


def mask_all(value: object) -> object:
    """JSON value with every text in it masked; keys of objects become their numbers: `<1>`, `<2>`."""
    match value:
        case str():
            return mask(value)
        case list() | tuple():
            return [mask_all(each) for each in cast("list[object]", value)]
        case dict():
            members = cast("dict[str, object]", value).values()
            return {f"<{number}>": mask_all(each) for number, each in enumerate(members, 1)}
        case _:
            return value


def mask_kind(value: object) -> object:
    """A number or a word of a fixed list; in JSON, which nobody has checked, any text can be in its place."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return mask_code(value)
    return value if isinstance(value, int | float | Enum | None) else mask_all(value)


def masked(value: _Value) -> _Value:
    """Event, command or plan with its personal text masked."""
    return cast("_Value", _mask_for(type(value), mask)(value))


def masked_json(kind: type[attrs.AttrsInstance], raw: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of such a value, masked; members without a field of the class are masked whole."""
    return _masked_members(raw, masks_of(kind))


def unknown_masked(raw: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of a value of an unknown class, of which the names of the class and its fields are kept."""
    return _masked_members(raw, {})


def _masked_members(raw: Mapping[str, Any], masks: Mapping[str, Mask]) -> dict[str, Any]:
    return {
        name: mask_code(each) if name == "type" and isinstance(each, str) else masks.get(name, mask_all)(each)
        for name, each in raw.items()
    }


def personal_fields(kind: type[attrs.AttrsInstance]) -> frozenset[str]:
    """The fields of a class that hold text of their own, and that nobody declared."""
    return frozenset(name for name, each in masks_of(kind).items() if _masks_text(each))


@cache
def masks_of(kind: type[attrs.AttrsInstance]) -> Mapping[str, Mask]:
    """Masks of the fields of a class, as values or as JSON."""
    hints, labels = get_type_hints(kind), LABELS.get(kind, _NONE)
    everywhere = NAMES if kind.__module__ in {events.__name__, commands.__name__} else _NONE
    declared = DECLARED.get(kind, _NONE) | everywhere

    def text_mask(name: str) -> Mask:
        return _as_it_is if name in labels else mask_code if name in declared else mask

    return {field.name: _mask_for(hints[field.name], text_mask(field.name)) for field in attrs.fields(kind)}


def _mask_for(hint: object, text_mask: Mask) -> Mask:
    """Mask of a value of this type, whose texts are declared as `text_mask` has them."""
    if isinstance(hint, type) and attrs.has(hint):
        return partial(_mask_fields, hint)
    if hint is str:
        return text_mask
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        return partial(_mask_row, _mask_for(get_args(hint)[0], text_mask))
    if get_origin(hint) in {Union, UnionType}:
        known = [each for each in get_args(hint) if each is not type(None)]
        if len(known) == 1:
            return partial(_mask_optional, _mask_for(known[0], text_mask))
        classes = [each for each in known if isinstance(each, type) and attrs.has(each)]
        return partial(_mask_one_of, classes) if len(classes) == len(known) else mask_all
    if get_origin(hint) is Literal or hint in {int, float, bool} or _is_enum(hint):
        return mask_kind
    return mask_all


def _masks_text(each: Mask) -> bool:
    if isinstance(each, partial) and each.func is _mask_one_of:
        return False  # each of its classes is listed by itself
    if isinstance(each, partial) and each.func is not _mask_fields:
        return _masks_text(each.args[0])
    return each in {mask, mask_all}


def _mask_fields(kind: type[attrs.AttrsInstance], value: object) -> object:
    if isinstance(value, Mapping):
        return masked_json(kind, cast("Mapping[str, Any]", value))
    return kind(**{name: each(getattr(value, name)) for name, each in masks_of(kind).items()})


def _mask_one_of(kinds: list[type[attrs.AttrsInstance]], value: object) -> object:
    """A value of one of several classes; of JSON the one that it names, or whose fields it has."""
    if isinstance(value, Mapping):
        raw = cast("Mapping[str, Any]", value)
        named = [kind for kind in kinds if raw.get("type", kind.__name__) == kind.__name__]
        fields = raw.keys() - {"type"}
        fitting = [kind for kind in named if fields <= {each.name for each in attrs.fields(kind)}]
        return masked_json(fitting[0], raw) if fitting else mask_all(raw)
    return next((_mask_fields(kind, value) for kind in kinds if type(value) is kind), mask_all(value))


def _mask_row(each: Mask, values: list[object] | tuple[object, ...]) -> object:
    return type(values)(each(value) for value in values)


def _mask_optional(each: Mask, value: object) -> object:
    return None if value is None else each(value)


def _as_it_is(value: object) -> object:
    return value


def _is_enum(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Enum)
