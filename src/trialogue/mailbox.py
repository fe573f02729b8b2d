"""Bounded mailboxes, which define what happens when they are full.

1. Control messages are never dropped: a full `CRASH` mailbox is an error of its owner, who does not drain it.
2. Sound may be dropped: a full `DROP_OLDEST` mailbox drops its oldest item and counts it.
3. Posting never waits, so a socket's reader and the audio clock may post.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Generic, TypeVar

import trio

from trialogue.errors import TrialogueError
from trialogue.values import frozen

T = TypeVar("T")


class Overflow(Enum):
    """Overflow of a mailbox: what a full one does with one more item."""

    CRASH = "crash"
    DROP_OLDEST = "drop-oldest"


class MailboxFull(TrialogueError):
    """A control mailbox overflowed: its owner has stopped taking."""


@frozen
class MailboxStatistics:
    """State of a mailbox at one moment."""

    waiting: int
    """Items posted and not yet taken."""

    size: int
    """Capacity."""

    dropped: int
    """Items dropped because it was full."""


class Mailbox(Generic[T]):
    """One actor's bounded inbox, a trio memory channel with a name and an overflow policy."""

    def __init__(self, name: str, size: int, overflow: Overflow = Overflow.CRASH) -> None:
        if size < 1 or size == math.inf:
            raise ValueError(f"mailbox {name}: the size must be 1 or more, not {size}")
        self.name = name
        self._overflow = overflow
        self._size = size
        self._dropped = 0
        self.has_overflowed: bool = False
        self._send, self._receive = trio.open_memory_channel[T](size)

    def post(self, item: T) -> None:
        """Put `item` in without waiting; full, it crashes or drops the oldest, as declared."""
        try:
            self._send.send_nowait(item)
        except trio.WouldBlock:
            if self._overflow is Overflow.CRASH:
                self.has_overflowed = True
                raise MailboxFull(f"mailbox {self.name} is full ({self._size} items)") from None
            self._receive.receive_nowait()
            self._dropped += 1
            self._send.send_nowait(item)

    async def take(self) -> T:
        """Wait for the next item; `trio.EndOfChannel` once it is closed and empty."""
        return await self._receive.receive()

    def take_nowait(self) -> T:
        """Next item, or `trio.WouldBlock`."""
        return self._receive.receive_nowait()

    def close(self) -> None:
        """Accept no more items; those inside can still be taken."""
        self._send.close()

    def statistics(self) -> MailboxStatistics:
        """State of the mailbox: how full it is, and what was dropped."""
        used = self._send.statistics().current_buffer_used
        return MailboxStatistics(waiting=used, size=self._size, dropped=self._dropped)

    def __repr__(self) -> str:
        """Status line."""
        now = self.statistics()
        return f"<Mailbox {self.name}: {now.waiting}/{now.size} waiting, {now.dropped} dropped>"
