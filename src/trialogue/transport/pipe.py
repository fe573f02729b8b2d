"""A pair of joined in-memory streams: bounded, half-closeable, cheaper than trio's test streams.

Each direction is one `_Lane`: a buffer with one sender and one receiver. A call that has to wait parks;
any other async call makes one checkpoint, and `send_now` none. Nothing else schedules, which makes it cheap.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from operator import index

import trio
from attrs import field

from trialogue.transport.link import Link
from trialogue.values import define

DEFAULT_PIPE_BYTES = 64 * 1024
"""Bytes that one direction holds before its sender waits."""


def open_pipe(max_bytes: int = DEFAULT_PIPE_BYTES) -> tuple[PipeStream, PipeStream]:
    """Two joined streams: each receives what the other sends; `max_bytes` may be under way each way."""
    there, back, link = _Lane(max_bytes), _Lane(max_bytes), Link()
    return PipeStream(there, back, link), PipeStream(back, there, link)


@define(eq=False)
class _Lane:
    """One direction of a pipe."""

    max_bytes: int
    held: bytearray = field(factory=bytearray)
    is_ended: bool = False
    """Whether the sender sends no more: the receiver reads the buffer, then the end."""

    is_abandoned: bool = False
    """Whether the receiver has closed: the sender's bytes are lost."""

    senders: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot)
    receivers: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot)

    def put(self, view: memoryview) -> memoryview:
        """Hold as much of `view` as there is room for; returns the rest."""
        room = self.max_bytes - len(self.held)
        if room > 0:
            self.held += view[:room]
            self.receivers.unpark_all()
        return view[max(room, 0) :]

    def take(self, max_bytes: int | None) -> bytes:
        """Remove and return up to `max_bytes` of the buffer."""
        if max_bytes is None or max_bytes >= len(self.held):
            taken = bytes(self.held)
            self.held.clear()
        else:
            taken = bytes(self.held[:max_bytes])
            del self.held[:max_bytes]
        if self.senders:
            self.senders.unpark_all()
        return taken

    def end(self) -> None:
        """Accept nothing more; the buffer can still be read."""
        self.is_ended = True
        self.receivers.unpark_all()
        self.senders.unpark_all()

    def abandon(self) -> None:
        """Read nothing more: the buffer is lost."""
        self.is_abandoned = True
        self.held.clear()
        self.receivers.unpark_all()
        self.senders.unpark_all()


class PipeStream(trio.abc.HalfCloseableStream):
    """One end of a pipe; made by `open_pipe`."""

    def __init__(self, outgoing: _Lane, incoming: _Lane, link: Link) -> None:
        self.link = link
        self.owes: bool = False
        """Whether bytes are taken that the other end cannot receive yet: never."""
        self._outgoing = outgoing
        self._incoming = incoming
        self._is_closed = False
        self._is_sending = False
        self._is_receiving = False

    def __repr__(self) -> str:
        state = "closed" if self._is_closed else "open"
        return f"<PipeStream {state}, {len(self._outgoing.held)} bytes out, {len(self._incoming.held)} in>"

    @property
    def is_clear(self) -> bool:
        """Whether all bytes sent here were received."""
        return not self._outgoing.held

    def send_now(self, data: bytes) -> int:
        """Send as much as there is room for; returns the number of bytes of `data` that are taken.

        None are taken where the connection broke, or beside another call: the next `send_all` raises why.
        """
        lane = self._outgoing
        if self._is_closed or self._is_sending or lane.is_ended or lane.is_abandoned:
            return 0
        return len(data) - len(lane.put(memoryview(data)))

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data`, waiting while the other end does not read."""
        with self._sending():
            await trio.lowlevel.checkpoint()
            left = memoryview(data)
            while True:
                self._check_sendable()
                left = self._outgoing.put(left)
                if not left:
                    return
                await self._outgoing.senders.park()

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until there is room, or until sending would fail."""
        with self._sending():
            await trio.lowlevel.checkpoint()
            while self._has_no_room():
                await self._outgoing.senders.park()
            if self._is_closed:
                raise trio.ClosedResourceError

    async def send_eof(self) -> None:
        """Tell the other end that no more will come; receiving continues."""
        with self._sending():
            await trio.lowlevel.checkpoint()
            if self._is_closed:
                raise trio.ClosedResourceError
            self._outgoing.end()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Up to `max_bytes` bytes, all that is held by default; empty at the end."""
        if max_bytes is not None and index(max_bytes) < 1:
            raise ValueError("max_bytes must be >= 1")
        with self._receiving():
            if self._must_wait():
                await self._incoming.receivers.park()
            else:
                await trio.lowlevel.checkpoint()
            while self._must_wait():
                await self._incoming.receivers.park()
            if self._is_closed:
                raise trio.ClosedResourceError
            return self._incoming.take(max_bytes)

    def close(self) -> None:
        """Close both directions at once."""
        self._is_closed = True
        self._outgoing.end()
        self._incoming.abandon()

    async def aclose(self) -> None:
        """Close both directions; what was sent can still be received."""
        self.close()
        await trio.lowlevel.checkpoint()

    def _has_no_room(self) -> bool:
        lane = self._outgoing
        return (
            not (self._is_closed or lane.is_abandoned or lane.is_ended) and len(lane.held) >= lane.max_bytes
        )

    def _must_wait(self) -> bool:
        return not (self._is_closed or self._incoming.held or self._incoming.is_ended)

    def _check_sendable(self) -> None:
        if self._is_closed or self._outgoing.is_ended:
            raise trio.ClosedResourceError
        if self._outgoing.is_abandoned:
            raise trio.BrokenResourceError("the other end of the pipe is closed")

    @contextmanager
    def _sending(self) -> Generator[None]:
        if self._is_sending:
            raise trio.BusyResourceError("another task is sending on this pipe")
        self._is_sending = True
        try:
            yield
        finally:
            self._is_sending = False

    @contextmanager
    def _receiving(self) -> Generator[None]:
        if self._is_receiving:
            raise trio.BusyResourceError("another task is receiving on this pipe")
        self._is_receiving = True
        try:
            yield
        finally:
            self._is_receiving = False
