"""A greeting that comes before its time: some services speak it before they say that the settings hold.

It is kept in its order and told behind Ready, within bounds of bytes and messages; the handshake's own
deadline bounds the time. What is beyond the bounds is dropped, its end rather than its beginning.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from attrs import field

from trialogue.values import define

MAX_BYTES: Final = 1024 * 1024
"""Sound that is kept: twenty seconds at 24 kHz."""

MAX_MESSAGES: Final = 256

Message = TypeVar("Message")


@define
class EarlyTalk(Generic[Message]):
    """Facts that came too early, in their order."""

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
        """All that was kept; it is kept no longer."""
        kept, self._kept = self._kept, []
        self._bytes = 0
        return kept
