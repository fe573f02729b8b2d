"""The messages of the listening routes that both generations share."""

from __future__ import annotations

from typing import ClassVar

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class CloseStream(WireObject):
    """Ask for what is still to be said about the sound so far, and then for the end of the connection."""

    type: ClassVar[str] = "CloseStream"
