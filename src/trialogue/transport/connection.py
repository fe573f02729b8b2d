"""The one socket: trio-websocket for the protocol, an outbox before it, a wire and one writer behind it.

1. The library's reader runs under `run_reader`; however it ends, the socket settles on one `Ending`.
2. `run_writer` alone takes from the outbox, alone writes to the real stream, and alone closes it.
3. The first `Ending` stands; later ones change nothing.
4. A lost socket (deadline, flood, silence, full outbox) cancels the writer; an orderly end lets it flush.
5. After an end that the peer may not have read yet, the stream lingers a moment: closing a TCP socket with
   unread bytes resets it, and the reset overtakes our Close frame.
6. A broken write is not the end: what the peer said last may still be unread, so the reader has a moment.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio
import trio_websocket

from trialogue.errors import LocalProtocolError
from trialogue.transport.frames import close_frame, data_frame
from trialogue.transport.incoming import Incoming
from trialogue.transport.library import LIBRARY_FAULTS, Ending, Library, ending_of
from trialogue.transport.outbox import Outbox
from trialogue.transport.socket import Handshake, SocketRules, SocketStatistics
from trialogue.transport.wire import Wire

__all__ = ["HandshakeEnded", "WireSocket"]

BATCH_BYTES = 32 * 1024
"""Encoded bytes after which the writer writes: small, so that old audio can still be dropped."""

SLICE_BYTES = 64 * 1024
"""The most that one write to the stream, and so one send deadline, is about."""

LINGER_S = 1.0
"""Seconds that a peer is given to read our last words before its stream is closed."""

_BLANK_LINE = re.compile(rb"\n\r?\n")
"""What stands behind the handshake, as the library reads it."""

_STREAM_GONE = (trio.BrokenResourceError, trio.ClosedResourceError)

T = TypeVar("T")


class HandshakeEnded(Exception):
    """The library's reader ended before the handshake did; dial and accept read the wire's `head` for why."""


class WireSocket:
    """A `WebSocket` over any trio stream; made by `dial` and `accept`, which run its tasks."""

    def __init__(self, stream: trio.abc.Stream, rules: SocketRules, *, is_client: bool) -> None:
        self.wire = Wire(stream)
        self.rules = rules
        self._is_client = is_client
        self._outbox = Outbox(rules.outbox)
        self._incoming = Incoming(is_client, rules.max_message_size, rules.receive_queue)
        self._opened: Library | None = None
        self._handshake = Handshake(path="")
        self._ending: Ending | None = None
        self._closing: Ending | None = None
        self._is_finishing = False
        self._is_lingering = False
        self._is_writing = False
        self._is_broken = False
        self._reader_over = trio.Event()
        self._done = trio.Event()
        self._drained = trio.lowlevel.ParkingLot()
        self._write_scope = trio.CancelScope()
        self._library_scope = trio.CancelScope()
        self._messages_in = 0
        self._messages_out = 0
        self._late_frames = 0
        self.ping_rtt_s: float | None = None

    def __repr__(self) -> str:
        state = "open" if self._ending is None else f"ended {self._ending.close_code}"
        seen = self.statistics()
        counts = f"{seen.messages_in} in, {seen.messages_out} out, {seen.frames_dropped} dropped"
        return f"<WebSocket {self._handshake.path}: {state}, {counts}>"

    # What everybody uses; described at `WebSocket`.

    @property
    def handshake(self) -> Handshake:
        """What was agreed on at the start."""
        return self._handshake

    def send_text(self, text: str) -> None:
        """Put a text message into the outbox; see `WebSocket`."""
        if self._ending is not None:
            raise self._ending.lost()
        if self._closing is not None:
            raise self._closing.lost()
        if not text.isascii():
            _check_encodable(text)
        if not self._outbox.put_text(text):
            full = Ending("outbox full: the peer does not take our messages")
            self.lose(full)
            raise full.lost()
        self.wire.work.unpark_all()

    def send_bytes(self, frame: bytes) -> None:
        """Put a binary message into the outbox; see `WebSocket`."""
        if self._ending is not None or self._closing is not None:
            self._late_frames += 1
            return
        self._outbox.put_frame(bytes(frame))
        self.wire.work.unpark_all()

    async def receive(self) -> str | bytes:
        """Take the next message; see `WebSocket`."""
        library = self.library
        message = await self._incoming.next()
        if message is None:
            try:
                message = await library.get_message()
            except trio_websocket.ConnectionClosed:
                raise self._ended().lost()  # noqa: B904 -- its own cause, if there is one, says who broke what
            self._incoming.owed -= 1
        self._messages_in += 1
        return message

    async def drain(self) -> None:
        """Wait until the outbox is written; see `WebSocket`."""
        await trio.lowlevel.checkpoint()
        await self._flushed()
        if self._ending is not None:
            raise self._ending.lost()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close in order within `close_within_s`, else by force; see `WebSocket`."""
        local = Ending("the socket was closed here", 1005 if code is None else code, reason)
        is_first, self._closing = self._closing is None, self._closing or local
        try:
            with trio.move_on_after(self.rules.close_within_s):
                if is_first and self._ending is None:
                    await self._close_in_order(local, code)
                await self._done.wait()
        finally:
            self.lose(local)
            with trio.CancelScope(shield=True):
                await self._done.wait()

    def statistics(self) -> SocketStatistics:
        """Count what has happened so far."""
        return SocketStatistics(
            messages_in=self._messages_in,
            messages_out=self._messages_out,
            bytes_in=self.wire.bytes_in,
            bytes_out=self.wire.bytes_out,
            frames_dropped=self._outbox.frames_dropped + self._late_frames,
            outbox_length=len(self._outbox),
            ping_rtt_s=self.ping_rtt_s,
        )

    # What dial, accept and liveness use.

    @property
    def library(self) -> Library:
        """The library's connection; there is one as soon as anybody outside this layer has the socket."""
        if self._opened is None:
            raise LocalProtocolError("the handshake is not over")
        return self._opened

    @property
    def has_ended(self) -> bool:
        """No message will be sent any more."""
        return self._ending is not None

    async def shake(self, step: Callable[[], Awaitable[T]]) -> T:
        """Take one step of the library's handshake; raises HandshakeEnded if its reader ends instead."""
        if not self._reader_over.is_set():
            with trio.CancelScope() as self._library_scope:
                return await step()
        raise HandshakeEnded

    def open(self, library: Library, handshake: Handshake) -> None:
        """The handshake is over: messages may go."""
        self._opened, self._handshake = library, handshake
        head, self.wire.head = bytes(self.wire.head or b""), None
        blank_line = _BLANK_LINE.search(head)
        if blank_line is None:
            self._incoming.end()  # more came with the handshake than is kept: the library reads it all
        else:
            self._incoming.follow(head[blank_line.end() :])
            self.wire.incoming = self._incoming
        if self._reader_over.is_set():
            self._settle()

    def finish(self, ending: Ending, *, is_lingering: bool = False) -> None:
        """End in order: the writer flushes, lingers if asked to, and closes the stream."""
        self._end(ending)
        self._is_finishing = True
        self._is_lingering = self._is_lingering or is_lingering
        self.wire.work.unpark_all()

    def lose(self, ending: Ending) -> None:
        """End by force: the writer stops where it is and closes the stream."""
        self._end(ending)
        self._write_scope.cancel(reason=ending.message)

    async def run_reader(self, reader: Callable[[], Awaitable[None]]) -> None:
        """Run the library's reader; its end ends the handshake or settles the socket."""
        try:
            with contextlib.suppress(trio_websocket.ConnectionRejected, *LIBRARY_FAULTS):
                await reader()
        finally:
            self._reader_over.set()
            self._incoming.end()
            self._library_scope.cancel()
            self._drained.unpark_all()
        if self._opened is not None and self._closing is None:
            self._settle()

    async def run_writer(self) -> None:
        """Write until the socket ends, then close the stream."""
        try:
            with self._write_scope:
                await self._write_until_finished()
            self._end(Ending(f"the peer took nothing for {self.rules.send_within_s:g} s"))
        finally:
            self._end(Ending("the socket's tasks were cancelled"))
            with trio.move_on_after(LINGER_S, shield=True):
                await self.wire.stream.aclose()
            self._done.set()

    # The writer.

    async def _write_until_finished(self) -> None:
        while True:
            self._encode_a_batch()
            if self.wire.unwritten_bytes:
                await self._write_out()
            elif self._is_finishing:
                break
            else:
                self._drained.unpark_all()
                await self.wire.work.park()
        if self._is_lingering:
            await self._linger()

    def _encode_a_batch(self) -> None:
        if self._outbox and self.library.closed is not None:
            self._outbox.drop_all()  # the library is closed: its reader is about to say why
        while self._outbox and self.wire.unwritten_bytes < BATCH_BYTES:
            self.wire.append(data_frame(self._outbox.take(), is_client=self._is_client))
            self._messages_out += 1

    async def _write_out(self) -> None:
        left = memoryview(self.wire.take_unwritten())
        self._is_writing = True
        while left and not self._is_broken:
            self._write_scope.deadline = trio.current_time() + self.rules.send_within_s
            try:
                await self.wire.stream.send_all(left[:SLICE_BYTES])
            except _STREAM_GONE:
                self._is_broken = True
                await self._reader_over.wait()
            else:
                self.wire.bytes_out += len(left[:SLICE_BYTES])
                left = left[SLICE_BYTES:]
        self._write_scope.deadline = math.inf
        self._is_writing = False

    async def _linger(self) -> None:
        self._write_scope.deadline = trio.current_time() + LINGER_S
        stream = self.wire.stream
        with contextlib.suppress(*_STREAM_GONE):
            if isinstance(stream, trio.abc.HalfCloseableStream):
                await stream.send_eof()
            await self._reader_over.wait()
            while await stream.receive_some(SLICE_BYTES):
                pass

    # Ends.

    async def _close_in_order(self, local: Ending, code: int | None) -> None:
        await self._flushed()
        if self._ending is None and self.library.closed is None:
            self._incoming.deafen()
            with trio.CancelScope() as self._library_scope:
                if not self._reader_over.is_set():
                    await self.library.aclose(code, (local.reason or None) if code is not None else None)
            self.finish(local)
        else:
            self._settle()

    async def _flushed(self) -> None:
        while self._ending is None and not (self._is_idle() or self._reader_over.is_set()):
            await self._drained.park()

    def _is_idle(self) -> bool:
        return not (self._outbox or self.wire.unwritten_bytes or self._is_writing)

    def _settle(self) -> None:
        """The library is over: end as it did."""
        has_sent_close = self.wire.has_sent_close
        ending = ending_of(self.library.closed, has_sent_close=has_sent_close)
        if self.wire.is_overflowed:
            self.lose(Ending("the peer floods us with pings"))
        elif ending.close_code == 1006:
            self.lose(ending)
        else:
            if not has_sent_close and self._ending is None:
                self.wire.append(close_frame(ending.close_code, is_client=self._is_client))
            self.finish(ending, is_lingering=ending.is_peer_fault or ending.close_code == 1009)

    def _end(self, ending: Ending) -> None:
        if self._ending is None:
            self._ending = ending
            self._outbox.drop_all()
            self._drained.unpark_all()

    def _ended(self) -> Ending:
        """How the socket ended, for one who has just found that it did."""
        if self._ending is None and self._closing is None:
            self._settle()
        return self._ending or self._closing or ending_of(self.library.closed, has_sent_close=True)


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Not chained: the encoder's words would quote the text.
        raise LocalProtocolError("a text message holds a lone surrogate") from None
