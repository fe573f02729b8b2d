"""Early greeting: some services speak before they report that the settings are applied.

It is kept in order and reported after Ready. Bytes and messages are limited, and the handshake's own deadline
limits the time. Beyond the limits the end is dropped, not the beginning.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from attrs import field

from trialogue.values import define

MAX_BYTES: Final = 1024 * 1024
"""Most bytes of sound that are kept: twenty seconds at 24 kHz."""

MAX_MESSAGES: Final = 256

Message = TypeVar("Message")


@define
class EarlyTalk(Generic[Message]):
    """Facts that came too early, in order."""

    _kept: list[Message | bytes] = field(factory=list["Message | bytes"], init=False)
    _bytes: int = field(default=0, init=False)

    def keep(self, item: Message | bytes) -> bool:
        """Keep a message or a stretch of sound; False where there is no room for it."""
        size = len(item) if isinstance(item, bytes) else 0
        if self._bytes + size > MAX_BYTES or len(self._kept) >= MAX_MESSAGES:
            return False
        self._kept.append(item)
        self._bytes += size
        return True

    def take(self) -> list[Message | bytes]:
        """Take everything that was kept."""
        kept, self._kept = self._kept, []
        self._bytes = 0
        return kept
