"""Options of the server as an operator writes them: `KEY=VALUE`, each with its unit and its limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, Final, cast

from attrs import evolve

from trialogue.errors import SetupError
from trialogue.server.options import LatencyStyle, RefusalStyle, ServerOptions, UnknownFields
from trialogue.values import frozen

__all__ = ["MOST_CONNECTIONS", "SETTABLE", "Settable", "read_settings", "with_settings"]

MOST_CONNECTIONS: Final = 10_000


@frozen
class Settable:
    """Option that an operator can set."""

    field: str
    """Field of `ServerOptions`; `max_connections` belongs to the listener."""

    wants: str
    """Form of a valid value, for the error message."""

    read: Callable[[str], object]
    """Function that reads a value; None for an invalid one."""


def _duration(text: str) -> float | None:
    from trialogue.scenario.quantities import read_duration  # noqa: PLC0415 - it loads the whole scenario package

    return read_duration(text) or None


def _speed(text: str) -> float | None:
    if text == "at-once":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        return None
    return speed if 0.1 <= speed <= 1000 else None


def _whole(low: int, high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        is_good = text.isascii() and text.isdecimal() and len(text) < 16 and low <= int(text) <= high
        return int(text) if is_good else None

    return read


def _flag(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _word(words: type[Enum]) -> Callable[[str], object]:
    return {cast("str", each.value): each for each in words}.get


def _words(words: type[Enum]) -> str:
    return " or ".join(cast("str", each.value) for each in words)


_STRETCH: Final = "a duration such as 10s or 2h"

SETTABLE: Final[dict[str, Settable]] = {
    "idle": Settable("idle_s", _STRETCH, _duration),
    "session": Settable("max_session_s", _STRETCH, _duration),
    "session-warning": Settable("session_warning_s", _STRETCH, _duration),
    "hang": Settable("hang_s", _STRETCH, _duration),
    "slow-think": Settable("slow_think_s", _STRETCH, _duration),
    "send-speed": Settable("send_speed", "0.1 to 1000 times real time, or at-once", _speed),
    "latency": Settable("latency_style", _words(LatencyStyle), _word(LatencyStyle)),
    "refusals": Settable("refusal_style", _words(RefusalStyle), _word(RefusalStyle)),
    "unknown-fields": Settable("unknown_fields", _words(UnknownFields), _word(UnknownFields)),
    "thoughts": Settable("tells_thoughts", "yes or no", _flag),
    "done-after-cut": Settable("done_after_cut", "yes or no", _flag),
    "split-injections": Settable("splits_injections", "yes or no", _flag),
    "listen-fixed": Settable("listen_identity_fixed", "yes or no", _flag),
    "prompt": Settable("max_prompt_chars", "a number of characters", _whole(1, 10_000_000)),
    "sentences": Settable("max_sentences", "a number from 1 to 10000", _whole(1, 10_000)),
    "log-text": Settable("logs_text", "yes or no", _flag),
    "seed": Settable("seed", "a whole number", _whole(0, 2**31)),
    "connections": Settable("max_connections", f"1 to {MOST_CONNECTIONS}", _whole(1, MOST_CONNECTIONS)),
}
"""Options by the key that an operator writes."""


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Fields that the texts set, the last for a key given twice; `SetupError` explains a wrong text."""
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        settable = SETTABLE.get(key)
        if settable is None or not equals:
            raise SetupError(f"--set takes KEY=VALUE with a key of {', '.join(SETTABLE)}, not {text!r}")
        read = settable.read(value)
        if read is None:
            raise SetupError(f"--set {key} takes {settable.wants}, not {value!r}")
        found[settable.field] = read
    return found


def with_settings(options: ServerOptions, fields: dict[str, Any]) -> ServerOptions:
    """Options with these fields, except those of the listener."""
    return evolve(options, **{name: value for name, value in fields.items() if name != "max_connections"})
