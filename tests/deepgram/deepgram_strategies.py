"""Hypothesis strategies for every wire class, made from what the classes declare."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from trialogue.services.deepgram import settings
from trialogue.services.deepgram.messages import ClientMessage, ServerMessage, WireUnknownMessage
from trialogue.services.deepgram.wire import WireObject

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
whole = st.integers(-(2**63), 2**63 - 1)
number = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | whole | number | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)

# What the published schemas want to be one of theirs, and we leave open.
_KNOWN_VALUES: Mapping[tuple[type, str], st.SearchStrategy[Any]] = {
    (settings.GroqThinkProvider, "model"): st.just("openai/gpt-oss-20b"),
    (settings.GoogleThinkProvider, "version"): st.sampled_from([None, "v1beta"]),
    (settings.CartesiaSpeakProvider, "version"): st.sampled_from([None, "2025-03-17"]),
}
_KNOWN_NAMES: Mapping[str, st.SearchStrategy[Any]] = {
    "role": st.sampled_from(["user", "assistant"]),
    "version": st.sampled_from([None, "v1"]),
    "conversational_behavior": st.sampled_from([None, "default", "backchannel", "presence_check", "filler"]),
}


@cache
def values(declared: Any) -> st.SearchStrategy[Any]:
    """Values of a declared type, small and valid."""
    if isinstance(declared, type) and issubclass(declared, WireObject):
        return st.deferred(lambda: _objects(declared))
    plain = {object: json_values, str: text, int: whole, float: number, bool: st.booleans()}
    if declared in plain:
        return plain[declared]
    match get_origin(declared), get_args(declared):
        case (origin, args) if origin in (Union, UnionType):
            members = [st.none() if member is NoneType else values(member) for member in args]
            return st.one_of(members)
        case (origin, args) if origin is Literal:
            return st.sampled_from(args)
        case (origin, (item, _)) if origin is tuple:
            return st.lists(values(item), max_size=2).map(tuple)
        case (origin, (_, item)) if origin is Mapping:
            return st.dictionaries(text, values(item), max_size=2)
        case _:
            raise NotImplementedError(declared)


def _objects(declared: type[WireObject]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(declared)
    names = [field.name for field in attrs.fields(declared) if field.name != "extra"]
    known = {name: _KNOWN_VALUES.get((declared, name), _KNOWN_NAMES.get(name)) for name in names}
    return st.builds(
        declared,
        **{name: values(hints[name]) if known[name] is None else known[name] for name in names},
    )


CLIENT_CLASSES = tuple(member for member in get_args(ClientMessage) if member is not WireUnknownMessage)
SERVER_CLASSES = tuple(member for member in get_args(ServerMessage) if member is not WireUnknownMessage)
client_messages = st.one_of([values(member) for member in CLIENT_CLASSES])
server_messages = st.one_of([values(member) for member in SERVER_CLASSES])
