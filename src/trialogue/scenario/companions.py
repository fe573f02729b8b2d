"""Keys that stand beside another in an example, without which it would be refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_FLUX: Final = {"model": "flux-general-en"}
_OPEN: Final = {"model": "gpt-4o-mini"}
_TURN: Final = {"participant": "biz", "event": "interrupted"}
_OF_EVENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "event": {"participant": "biz"},
    "for": {"speaking": "tech"},
    **{key: {"tool": "price_list"} for key in ("outcome", "arguments", "result")},
    **{key: {"error": "any"} for key in ("by", "except")},
    **{key: {"speaking": "tech"} for key in ("nth", "after", "within")},
}

BESIDE: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
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
        "endpoint": _OPEN,
        "model": {"endpoint": '{url: "http://127.0.0.1:8080/v1/chat/completions"}'},
    },
    "PointKeys": {"warn": {"time": "4m"}},
    "MockKeys": {"delay": {"result": "8"}},
    "ScriptEntryKeys": {
        **{key: {"say": "Good morning."} for key in ("when", "think")},
        "again": {"say": "Good morning.", "when": '{heard: "(?i)price|cost"}'},
    },
    "ListenKeys": dict.fromkeys(
        ("language_hints", "eot_threshold", "eager_eot_threshold", "eot_timeout_ms"), _FLUX
    ),
    "ThinkKeys": {
        "script": {"provider": "scripted"},
        **dict.fromkeys(
            ("provider", "temperature", "reasoning_mode", "endpoint", "context_length", "version"), _OPEN
        ),
        "credentials": {"provider": "aws_bedrock", "model": "amazon/nova-lite-v1"},
    },
    "SpeakKeys": {
        "model_id": {"provider": "eleven_labs"},
        "voice": {"provider": "open_ai", "model": "tts-1"},
        "language": {"provider": "eleven_labs", "model_id": "eleven_turbo_v2_5"},
    },
    "FaultKeys": {"by": {"do": "delay"}, "for": {"do": "delay", "by": "3s"}},
}
"""Companions of a key with their examples, by the class of the keys."""

PLACED: Final = frozenset({"granted", "ended"})
"""Keys of events that only some places allow: none is hinted at from elsewhere."""
