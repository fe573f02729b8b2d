"""A message that this version has no class for."""

from __future__ import annotations

from attrs import field

from trialogue.services.deepgram.wire import JsonObject
from trialogue.values import frozen


@frozen
class WireUnknownMessage:
    """A message of an unknown type, kept whole: the protocol grows while programs run."""

    type: str
    """Its type."""

    raw: JsonObject = field(hash=False)
    """All of it, `type` included. May be personal."""
