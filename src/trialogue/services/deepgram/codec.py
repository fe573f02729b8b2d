"""Codec of text messages: reads and writes values by their `type`.

Reading converts no type and drops nothing: an unknown type is a WireUnknownMessage, unknown keys are kept in
`extra`, and anything else is a RemoteProtocolError that names the field. Writing leaves out None and
undeclared keys: the hosted service refuses unknown keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias, cast, get_args

import attrs
import orjson

from trialogue.errors import LocalProtocolError, RemoteProtocolError
from trialogue.model.json_text import read_json
from trialogue.services.deepgram.messages import (
    ClientMessage,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    ServerMessage,
    WireUnknownMessage,
)
from trialogue.services.deepgram.reading import read, read_with_care
from trialogue.services.deepgram.settings import AgentSettings
from trialogue.services.deepgram.structure import Misfit, history_class, tags_of
from trialogue.services.deepgram.wire import JsonObject, WireObject

# --- reading ----------------------------------------------------------------------------------------

_Chooser: TypeAlias = Callable[[JsonObject], type[WireObject]]


def _injection_class(raw: JsonObject) -> type[WireObject]:
    return InjectDynamicAgentMessage if raw.get("is_dynamic") is True else InjectAgentMessage


_TWO_SHAPES: Mapping[str, _Chooser] = {"History": history_class, "InjectAgentMessage": _injection_class}
"""Types of messages that have two shapes."""


def classes_of(union: object) -> dict[str, type[WireObject]]:
    """Classes of a union of messages, by their `type`."""
    return {member.type: member for member in get_args(union) if member is not WireUnknownMessage}


Amend: TypeAlias = Callable[[dict[str, object]], dict[str, object]]
"""Function that changes a message's object before it is read, for keys with other names."""

_SERVER = classes_of(ServerMessage)
_CLIENT = classes_of(ClientMessage)


def decode_server(text: str | bytes) -> ServerMessage:
    """Server's message; RemoteProtocolError for an invalid one."""
    return cast(ServerMessage, decode(text, _SERVER))


def decode_client(text: str | bytes, amend: Amend | None = None) -> ClientMessage:
    """Client's message, after `amend` has changed it; RemoteProtocolError for an invalid one."""
    return cast(ClientMessage, decode(text, _CLIENT, amend))


def decode(
    text: str | bytes, classes: Mapping[str, type[WireObject]], amend: Amend | None = None
) -> WireObject | WireUnknownMessage:
    """Message whose `type` is one of `classes`; RemoteProtocolError for an invalid one."""
    raw, kind = _load(text)
    raw = raw if amend is None else amend(raw)
    declared = classes.get(kind)
    if declared is None:
        return WireUnknownMessage(kind, raw)
    if kind in _TWO_SHAPES:
        declared = _TWO_SHAPES[kind](raw)
    return read(raw, declared, kind)


def read_agent(raw: JsonObject) -> AgentSettings:
    """`agent` block of Settings; RemoteProtocolError for an invalid one."""
    return read_with_care(raw, AgentSettings, "agent")


def _load(text: str | bytes) -> tuple[dict[str, object], str]:
    try:
        raw = read_json(text)
    except orjson.JSONDecodeError as error:
        # The original error holds the whole text, which is personal: only its position is kept.
        raise RemoteProtocolError(f"not JSON: {error.msg} at character {error.pos}") from None
    if type(raw) is not dict:
        raise RemoteProtocolError(str(Misfit("an object", raw)))
    message = cast(dict[str, object], raw)
    kind = message.get("type")
    if type(kind) is not str:
        raise RemoteProtocolError(str(Misfit("a string", kind)), path="$.type")
    return message, kind


# --- writing ----------------------------------------------------------------------------------------

_WRITERS: dict[type[WireObject], Callable[[WireObject], dict[str, object]]] = {}
"""Writers by class, made when a class first occurs."""


def encode(message: WireObject | WireUnknownMessage) -> str:
    """Message as JSON text; LocalProtocolError for values that JSON does not have."""
    try:
        return orjson.dumps(_shallow(message), default=_shallow).decode()
    except orjson.JSONEncodeError as error:
        kind = getattr(message, "type", type(message).__name__)
        raise LocalProtocolError(f"{kind} cannot be written as JSON: {error}") from error


def _shallow(value: object) -> object:
    """One level of a tree as a dict; orjson asks again for the levels below."""
    if isinstance(value, WireObject):
        writer = _WRITERS.get(type(value))
        if writer is None:
            writer = _WRITERS[type(value)] = _make_writer(type(value))
        return writer(value)
    if isinstance(value, WireUnknownMessage):
        return value.raw
    if isinstance(value, Mapping):
        return dict(cast(JsonObject, value))
    raise TypeError(type(value).__name__)


def _make_writer(declared: type[WireObject]) -> Callable[[WireObject], dict[str, object]]:
    tags = tags_of(declared)
    fields = attrs.fields(declared)
    required = tuple(field.name for field in fields if field.default is attrs.NOTHING)
    optional = tuple(field.name for field in fields if field.name not in (*required, "extra"))

    def write(value: WireObject) -> dict[str, object]:
        written: dict[str, object] = dict(tags)
        for name in required:
            written[name] = getattr(value, name)
        for name in optional:
            found = getattr(value, name)
            if found is not None:
                written[name] = found
        return written

    return write


# --- undeclared keys --------------------------------------------------------------------------


def unknown_fields(message: WireObject | WireUnknownMessage, most: int | None = None) -> tuple[str, ...]:
    """Paths of keys that no class declares (`$.agent.think.timeout`), at any depth: all, or the first `most`.

    Opaque values (`parameters`, `content` of custom messages, unknown messages) have no such keys.
    """
    return tuple(islice(_undeclared(message, "$"), most))


def _undeclared(value: object, path: str) -> Iterator[str]:
    if isinstance(value, WireObject):
        yield from (f"{path}.{key}" for key in value.extra)
        for field in attrs.fields(type(value)):
            yield from _undeclared(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, tuple):
        for index, item in enumerate(cast(tuple[object, ...], value)):
            yield from _undeclared(item, f"{path}[{index}]")
