"""Keys that another key needs beside it, for examples: without them it would be refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TURN: Final = {"participant": "biz", "event": "interrupted"}
_OF_EVENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "event": {"participant": "biz"},
    "for": {"speaking": "tech"},
    **{key: {"tool": "price_list"} for key in ("outcome", "arguments", "result")},
    **{key: {"error": "any"} for key in ("by", "except")},
    **{key: {"speaking": "tech"} for key in ("nth", "after", "within")},
}

_BESIDE: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "ClipKeys": {
        "text": {"play": "audio/question.wav"},
        **{key: {"say": "And what about privacy?"} for key in ("when", "voice", "mode")},
    },
    "EventKeys": _OF_EVENTS,
    "ExpectationKeys": {
        **_OF_EVENTS,
        "times": _TURN,
        "called": {"tool": "price_list"},
        "when": {"then": "{participant: biz, event: rejoined, within: 10s}"},
        "then": {"when": "{participant: biz, event: lost}"},
    },
    "BoundKeys": {"each": {"p95": "2.5s"}},
    "JudgeKeys": {
        "endpoint": {"model": "gpt-4o-mini"},
        "model": {"endpoint": '{url: "http://127.0.0.1:8080/v1/chat/completions"}'},
    },
    "PointKeys": {"warn": {"time": "4m"}},
    "MockKeys": {"delay": {"result": "8"}},
    "ScriptEntryKeys": {
        **{key: {"say": "Good morning."} for key in ("when", "think")},
        "again": {"say": "Good morning.", "when": '{heard: "(?i)price|cost"}'},
    },
    "FaultKeys": {"by": {"do": "delay"}, "for": {"do": "delay", "by": "3s"}},
}
"""Companions of a key with their examples, by the class of the keys; a service's classes have their own."""

PLACED: Final = frozenset({"granted", "ended", "except"})
"""Keys of events that only some places allow: no hint elsewhere leads to them."""


def companions_of(keys: type[object]) -> Mapping[str, Mapping[str, str]]:
    """Companions of each key of a class, with their examples."""
    own: Mapping[str, Mapping[str, str]] | None = getattr(keys, "BESIDE", None)
    return _BESIDE.get(keys.__name__, {}) if own is None else own
