"""Writer of one socket: only it takes from the outbox and writes to the real stream.

1. If nothing is queued before a message, its sender writes it, as much as the system accepts at once
   (`write_now`); the writer's task writes the rest, and everything else.
2. It writes until it is told to finish and everything is written, until it is told to stop, or until the
   peer accepts nothing within the deadline of one write.
3. A broken write is not the end: the peer's last messages may still be unread, so the reader has a moment.
4. After an end that the peer may not have read yet, it lingers: closing a TCP socket with unread bytes
   resets it, and the reset overtakes our Close frame.
5. While it has nothing to write, it waits until the next check of the peer's liveness, too;
   it also checks between its writes.
"""

from __future__ import annotations

import contextlib
import math
from enum import Enum, auto
from typing import Protocol

import trio

from trialogue.transport.direct import OnSocket
from trialogue.transport.frames import data_frame
from trialogue.transport.library import Library
from trialogue.transport.outbox import Outbox
from trialogue.transport.pipe import PipeStream
from trialogue.transport.socket import SocketRules
from trialogue.transport.wire import WireStream

BATCH_BYTES = 32 * 1024
"""Encoded bytes after which the writer writes: small, so that old audio can still be dropped."""

SLICE_BYTES = 64 * 1024
"""Most bytes of one write to the stream, and so of one deadline."""

LINGER_S = 1.0
"""Seconds for a peer to read our last bytes before its stream is closed."""

_STREAM_GONE = (trio.BrokenResourceError, trio.ClosedResourceError)


class Watch(Protocol):
    """Watch over the peer's liveness, called by the writer. Never waits."""

    def next_look(self) -> float:
        """Moment of the next check, on trio's clock; infinite for none."""
        ...

    def look(self) -> None:
        """Do everything due by now."""
        ...


class _Pipe(Enum):
    """Sending side of a stream, for the writer."""

    RESTING = auto()
    WRITING = auto()
    BROKEN = auto()


class _Afterwards(Enum):
    """Next step of the writer when everything is written."""

    WAITS = auto()
    STOPS = auto()
    LINGERS = auto()


class Writer:
    """Writes for one socket; `reader_over` is set when nothing more will be read."""

    def __init__(
        self, wire: WireStream, rules: SocketRules, reader_over: trio.Event, *, is_client: bool
    ) -> None:
        self.outbox: Outbox = Outbox(rules.outbox)
        self.messages_out: int = 0
        self.library: Library | None = None
        """Connection of the library, once the handshake is over: after its end nothing is written."""
        self.watch: Watch | None = None
        """Watch over the peer's liveness, once the handshake is over; None without one."""
        self._wire = wire
        self._at_once = wire.stream if isinstance(wire.stream, OnSocket | PipeStream) else None
        self._send_within_s = rules.send_within_s
        self._is_client = is_client
        self._reader_over = reader_over
        self._pipe = _Pipe.RESTING
        self._afterwards = _Afterwards.WAITS
        self._drained = trio.lowlevel.ParkingLot()
        self._scope = trio.CancelScope()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be written."""
        return not (self.outbox or self._is_behind or self._pipe is _Pipe.WRITING)

    @property
    def _is_behind(self) -> bool:
        """Whether bytes of frames wait to be sent."""
        if self._wire.unwritten_bytes:
            return True
        return self._at_once is not None and self._pipe is not _Pipe.BROKEN and self._at_once.owes

    def write_now(self, message: str | bytes) -> bool:
        """Write a message before its sender continues; False if it has to wait in the outbox."""
        stream, library = self._at_once, self.library
        if (
            stream is None
            or library is None
            or library.closed is not None
            or self.outbox.waiting
            or self._pipe is not _Pipe.RESTING
            or self._afterwards is not _Afterwards.WAITS
            or self._wire.unwritten_bytes
            or stream.owes
        ):
            return False
        frame = data_frame(message, is_client=self._is_client)
        sent = stream.send_now(frame)
        self.messages_out += 1
        self._wire.bytes_out += sent
        if sent < len(frame):
            self._wire.append_rest(frame[sent:])
        elif stream.owes:
            self.wake()
        return True

    def wake(self) -> None:
        """Make the writer look for work."""
        self._wire.work.unpark_all()

    async def wait_for_change(self) -> None:
        """Wait until all is written, or `wake_waiting` is called."""
        await self._drained.park()

    def wake_waiting(self) -> None:
        """Wake those who wait for all to be written."""
        if self._drained:
            self._drained.unpark_all()

    def drop_all(self) -> None:
        """Drop the messages that wait: the socket has ended."""
        self.outbox.drop_all()
        self.wake_waiting()

    def finish(self, *, is_lingering: bool) -> None:
        """End when all is written; linger if any call asked for it."""
        if is_lingering:
            self._afterwards = _Afterwards.LINGERS
        elif self._afterwards is _Afterwards.WAITS:
            self._afterwards = _Afterwards.STOPS
        self.wake()

    def stop(self, reason: str) -> None:
        """End at once in any state."""
        self._scope.cancel(reason=reason)

    async def run(self) -> None:
        """Write until it is to end, or until the peer accepts nothing for too long."""
        with self._scope:
            await self._write_until_finished()
            if self._afterwards is _Afterwards.LINGERS:
                await self._linger()

    async def _write_until_finished(self) -> None:
        while True:
            self._encode_a_batch()
            if self._is_behind:
                await self._write_out()
            elif self._afterwards is not _Afterwards.WAITS:
                return
            else:
                self.wake_waiting()
                await self._rest()

    async def _rest(self) -> None:
        """Wait for work, or until the next check of the peer's liveness."""
        if self.watch is None:
            await self._wire.work.park()
            return
        with trio.CancelScope(deadline=self.watch.next_look()):
            await self._wire.work.park()
        self.watch.look()

    def _encode_a_batch(self) -> None:
        if self.outbox and self.library is not None and self.library.closed is not None:
            self.outbox.drop_all()  # the library is closed: its reader is about to give the reason
        while self.outbox and self._wire.unwritten_bytes < BATCH_BYTES:
            self._wire.append(data_frame(self.outbox.take(), is_client=self._is_client))
            self.messages_out += 1

    async def _write_out(self) -> None:
        left = memoryview(self._wire.take_unwritten())
        if self._pipe is _Pipe.BROKEN:
            return
        self._pipe = _Pipe.WRITING
        while self._pipe is _Pipe.WRITING:
            self._scope.deadline = trio.current_time() + self._send_within_s
            try:
                await self._wire.stream.send_all(left[:SLICE_BYTES])
            except _STREAM_GONE:
                self._pipe = _Pipe.BROKEN
                await self._reader_over.wait()
                break
            self._wire.bytes_out += len(left[:SLICE_BYTES])
            left = left[SLICE_BYTES:]
            if not left:
                self._pipe = _Pipe.RESTING
            if self.watch is not None:
                self.watch.look()
        self._scope.deadline = math.inf

    async def _linger(self) -> None:
        self._scope.deadline = trio.current_time() + LINGER_S
        stream = self._wire.stream
        with contextlib.suppress(*_STREAM_GONE):
            if isinstance(stream, trio.abc.HalfCloseableStream):
                await stream.send_eof()
            await self._reader_over.wait()
            while await stream.receive_some(SLICE_BYTES):
                pass
