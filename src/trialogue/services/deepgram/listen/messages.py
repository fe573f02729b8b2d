"""Messages that both listening routes share."""

from __future__ import annotations

from typing import ClassVar

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class CloseStream(WireObject):
    """Request for the last words of the sound so far, and then for the end of the connection."""

    type: ClassVar[str] = "CloseStream"
