"""Message for which this version has no class."""

from __future__ import annotations

from attrs import field

from trialogue.services.deepgram.wire import JsonObject
from trialogue.values import frozen


@frozen
class WireUnknownMessage:
    """Message of an unknown type, kept whole: the protocol grows while programs run."""

    type: str
    """Type of the message."""

    raw: JsonObject = field(hash=False)
    """Whole message, including `type`. May be personal."""
