"""Bounded mailboxes of actors.

1. Nothing is dropped: a full mailbox is an error of its owner, who does not drain it.
2. Posting never waits, so a socket's reader and the audio clock may post.

Sound never goes through a mailbox: its buffers drop the oldest (`transport/outbox`, `meeting/sound`).
"""

from __future__ import annotations

import math
from typing import Generic, TypeVar

import trio

from trialogue.errors import TrialogueError
from trialogue.values import frozen

T = TypeVar("T")


class MailboxFull(TrialogueError):
    """A mailbox overflowed: its owner has stopped taking."""


@frozen
class MailboxStatistics:
    """State of a mailbox at one moment."""

    waiting: int
    """Items posted and not yet taken."""

    size: int
    """Capacity."""


class Mailbox(Generic[T]):
    """One actor's bounded inbox: a trio memory channel with a name."""

    def __init__(self, name: str, size: int) -> None:
        if size < 1 or size == math.inf:
            raise ValueError(f"mailbox {name}: the size must be 1 or more, not {size}")
        self.name = name
        self._size = size
        self.has_overflowed: bool = False
        self._send, self._receive = trio.open_memory_channel[T](size)

    def post(self, item: T) -> None:
        """Put `item` in without waiting; MailboxFull where there is no room."""
        try:
            self._send.send_nowait(item)
        except trio.WouldBlock:
            self.has_overflowed = True
            raise MailboxFull(f"mailbox {self.name} is full ({self._size} items)") from None

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
        """State of the mailbox: how full it is."""
        used = self._send.statistics().current_buffer_used
        return MailboxStatistics(waiting=used, size=self._size)

    def __repr__(self) -> str:
        """Status line."""
        now = self.statistics()
        return f"<Mailbox {self.name}: {now.waiting}/{now.size} waiting>"
