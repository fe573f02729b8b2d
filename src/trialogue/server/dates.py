"""Dates of the protocol: messages and fields that clients of an earlier date send and understand.

1. A row of the table gives the date since which a message or a field is known, or until which an old name was
   sent. Dates are those of the vendor's SDK releases: a client of a date knows only what an SDK of that date
   knew.
2. A server as of a date sends nothing newer, and accepts what clients sent then.
3. Newer messages from a client are accepted at any date.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any, Final, Literal, cast

from attrs import evolve

from trialogue.errors import SetupError
from trialogue.server.options import ServerOptions, UnknownFields
from trialogue.server.unset import completed
from trialogue.services.deepgram.codec import decode_client, unknown_fields
from trialogue.services.deepgram.messages import ClientMessage, ServerMessage, WireUnknownMessage
from trialogue.values import frozen

__all__ = [
    "MOST_TOLD",
    "OLD_NAMES",
    "SINCE",
    "Dated",
    "OldName",
    "as_of",
    "known_then",
    "read_client",
    "read_date",
]

MOST_TOLD: Final = 5
"""Most names of fields that one message lists."""

FIRST: Final = date(2025, 5, 5)
"""Date of the first release of the protocol's version 1."""


@frozen
class Dated:
    """Change of the protocol, with its date."""

    by: Literal["client", "server"]
    """Side that sends it."""

    message: str
    """The message's type."""

    field: str
    """The field; empty for the whole message."""

    since: date
    """Date of the first SDK that knows it."""

    source: str
    """Name of that release."""


SINCE: Final = (
    Dated("client", "InjectUserMessage", "", date(2025, 7, 7), "JavaScript SDK 4.8.0"),
    Dated("client", "Settings", "mip_opt_out", date(2025, 7, 21), "JavaScript SDK 4.11.0, Python SDK 4.7.0"),
    Dated("server", "History", "", date(2025, 10, 2), "Python SDK 5.0.0"),
    Dated("client", "UpdateThink", "", date(2026, 3, 4), "JavaScript SDK 5.0.0"),
    Dated("client", "InjectAgentMessage", "behavior", date(2026, 5, 6), "Python SDK 7.1.0"),
    Dated("client", "UpdateListen", "", date(2026, 7, 14), "JavaScript SDK 5.6.0, Python SDK 7.5.0"),
    Dated("server", "LatencyReport", "", date(2026, 7, 14), "JavaScript SDK 5.6.0, Python SDK 7.5.0"),
    Dated("client", "ForceEndTurn", "", date(2026, 9, 15), "Python SDK 7.9.0"),
    Dated("server", "FunctionCallCancelled", "", date(2026, 10, 1), "Python SDK 7.11.0"),
    Dated("server", "ConversationText", "conversational_behavior", date(2026, 11, 1), "Python SDK 7.16.0"),
)
"""Changes in the order of their dates; where two are possible, the later date."""


@frozen
class OldName:
    """Former name of a field, which some clients sent until a date."""

    message: str
    """The message's type."""

    field: str
    """Name that they sent."""

    now: str
    """Present name."""

    until: date
    """Date of the first release of that SDK without it."""

    source: str
    """Releases that sent it."""


OLD_NAMES: Final = (
    OldName("InjectAgentMessage", "content", "message", date(2026, 3, 4), "JavaScript SDK 3.10.0 to 4.11.3"),
    OldName("Settings", "mips_opt_out", "mip_opt_out", date(2026, 3, 4), "JavaScript SDK 4.11.1 to 4.11.3"),
)
"""Former names, by message."""

_LISTEN_FREE: Final = date(2026, 8, 1)
"""Date since which an update of the listen provider may change its model and version."""


def read_date(text: str) -> date:
    """Date of a day, `2025-06-30`, or of a month's last day, `2025-06`; `SetupError` for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", text, re.ASCII)
    year, month, day_of_month = map(int, found.groups(default="0")) if found else (0, 0, 0)
    try:
        day = date(year, month, day_of_month or calendar.monthrange(year, month)[1])
    except ValueError:
        raise SetupError(
            f"--as-of takes a month or a day such as 2025-06 or 2025-06-30, not {text!r}"
        ) from None
    if day < FIRST:
        raise SetupError(
            f"--as-of must not be before {FIRST:%Y-%m}, when this protocol was released, not {text!r}"
        )
    return day


def as_of(options: ServerOptions, day: date) -> ServerOptions:
    """Options of a server as of that day."""
    return evolve(options, as_of=day, listen_identity_fixed=day < _LISTEN_FREE)


def known_then(message: ServerMessage, day: date | None) -> ServerMessage | None:
    """Message without the parts newer than that day; None where the whole message is newer."""
    if day is None or isinstance(message, WireUnknownMessage):
        return message
    for dated in SINCE:
        if dated.by == "server" and dated.message == message.type and dated.since > day:
            if not dated.field:
                return None
            message = cast("ServerMessage", evolve(cast("Any", message), **{dated.field: None}))
    return message


def read_client(text: str, options: ServerOptions) -> tuple[ClientMessage, tuple[str, ...], tuple[str, ...]]:
    """Client's message, the former names that were read in it, and the first undeclared paths.

    Raises RemoteProtocolError for an invalid message. Nothing is kept between calls, so any thread may call
    it.
    """
    taken: list[str] = []
    message = decode_client(text, lambda raw: completed(_renamed(options, taken, raw)))
    return message, tuple(taken), unknown_fields(message, MOST_TOLD)


def _renamed(options: ServerOptions, taken: list[str], raw: dict[str, object]) -> dict[str, object]:
    for old in OLD_NAMES:
        is_then = options.as_of is not None and options.as_of < old.until
        is_taken = is_then or options.unknown_fields is UnknownFields.WARNED
        if is_taken and raw.get("type") == old.message and old.field in raw and old.now not in raw:
            raw = {old.now if key == old.field else key: value for key, value in raw.items()}
            taken.append(old.field)
    return raw
