"""Decisions of a listening route: messages, and what becomes of the utterance and the connection."""

from __future__ import annotations

from datetime import datetime

from trialogue.services.deepgram.messages import WireUnknownMessage
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class Told:
    """Decision of a route after it has looked."""

    messages: tuple[WireObject, ...] = ()
    """To be sent, in order."""

    forgets: bool = False
    """Whether the utterance is over: hearing is to forget it."""

    closes: bool = False
    """Whether the connection is over."""


@frozen
class ReceivedStream:
    """Totals of a stream when its end was asked for."""

    now: datetime
    """Clock, in UTC."""

    sha256: str
    """A digest of its sound, as it came."""


def type_of(message: WireObject | WireUnknownMessage) -> str:
    """Type of a message that a client sent, fit to be told back."""
    return str(getattr(message, "type", type(message).__name__))[:50]
