"""Decisions of a listening route: its messages, and whether the utterance or the connection ends."""

from __future__ import annotations

from datetime import datetime

from trialogue.services.deepgram.messages import WireUnknownMessage
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class Told:
    """Decision of a route."""

    messages: tuple[WireObject, ...] = ()
    """Messages to send, in order."""

    forgets: bool = False
    """Whether the utterance is over, so that detection forgets it."""

    closes: bool = False
    """Whether the connection is to be closed."""


@frozen
class ReceivedStream:
    """Totals of a stream at its end."""

    now: datetime
    """Time of day, in UTC."""

    sha256: str
    """SHA-256 digest of its bytes, as they came."""


def type_of(message: WireObject | WireUnknownMessage) -> str:
    """Type of a client's message, as it may be sent back."""
    return str(getattr(message, "type", type(message).__name__))[:50]
