"""Socket: trio-websocket for the protocol, an outbox before it, a wire and one writer behind it.

1. The library's reader runs under `run_reader`; however it ends, the socket gets one `SocketEnding`.
2. The socket's state, and how it ended, is its `SocketCourse`: a table.
3. A lost socket (deadline, flood, silence, full outbox) stops the writer; an orderly end lets it flush.
4. Only `run_writer` closes the stream.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import trio
import trio_websocket

from trialogue.errors import LocalProtocolError
from trialogue.transport.frames import close_frame
from trialogue.transport.incoming import Incoming
from trialogue.transport.library import LIBRARY_FAULTS, Library, SocketEnding, ending_of, forget_handshake
from trialogue.transport.link import Link, Receiver
from trialogue.transport.pipe import PipeStream
from trialogue.transport.socket import Handshake, SocketRules, SocketStatistics, WebSocket
from trialogue.transport.socket_states import SocketCourse, SocketState, SocketStep
from trialogue.transport.wire import WireStream
from trialogue.transport.writer import LINGER_S, Watch, Writer

_BLANK_LINE = re.compile(rb"\n\r?\n")
"""Blank line after the handshake, as the library reads it."""

T = TypeVar("T")


class HandshakeEnded(Exception):
    """The library's reader ended before the handshake did; the wire's `head` has the reason."""


class WireSocket:
    """A `WebSocket` over any trio stream; made by `dial` and `accept`, which run its tasks."""

    def __init__(self, stream: trio.abc.Stream, rules: SocketRules, *, is_client: bool) -> None:
        self.wire: WireStream = WireStream(stream)
        self.rules = rules
        self._is_client = is_client
        self._course = SocketCourse()
        self._incoming = Incoming(is_client, rules.max_message_size, rules.receive_queue)
        self._opened: Library | None = None
        self._handshake = Handshake(path="")
        self._reader_over = trio.Event()
        self._writer = Writer(self.wire, rules, self._reader_over, is_client=is_client)
        self._stream_closed = trio.Event()
        self._library_scope = trio.CancelScope()
        self._messages_in = 0
        self._late_frames = 0
        self._ping_rtt_s: float | None = None

    def __repr__(self) -> str:
        ending = self._course.ending
        ended = f" {ending.close_code}" if ending is not None and self.has_ended else ""
        seen = self.statistics()
        counts = f"{seen.messages_in} in, {seen.messages_out} out, {seen.frames_dropped} dropped"
        return f"<WebSocket {self._handshake.path}: {self._course.state.value}{ended}, {counts}>"

    # Interface for all users; described at `WebSocket`.

    @property
    def handshake(self) -> Handshake:
        """Handshake: the agreed terms of the connection."""
        return self._handshake

    def send_text(self, text: str) -> None:
        """Put a text message into the outbox; see `WebSocket`."""
        if self._course.ending is not None:
            raise self._course.ending.lost()
        if not text.isascii():
            _check_encodable(text)
        if self._writer.write_now(text):
            return
        if not self._writer.outbox.put_text(text):
            full = SocketEnding("outbox full: the peer does not take our messages")
            self.lose(full)
            raise full.lost()
        self._writer.wake()

    def send_bytes(self, frame: bytes) -> None:
        """Put a binary message into the outbox; see `WebSocket`."""
        if self._course.ending is not None:
            self._late_frames += 1
            return
        if (self.rules.hands_over and self._hand_over(frame)) or self._writer.write_now(frame):
            return
        self._writer.outbox.put_frame(bytes(frame))
        self._writer.wake()

    async def receive(self) -> str | bytes:
        """Take the next message; see `WebSocket`."""
        return await self._next(None)

    async def receive_beside(self, sound: Callable[[bytes], None]) -> str:
        """Take the next text; see `receive_beside`."""
        while True:
            message = await self._next(sound)
            if isinstance(message, str):
                return message
            sound(message)

    async def _next(self, sound: Callable[[bytes], None] | None) -> str | bytes:
        library = self.library
        message = await self._incoming.next(sound)
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
        if self.has_ended:
            raise self._ended().lost()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close in order within `close_within_s`, else by force; see `WebSocket`."""
        local = SocketEnding("the socket was closed here", 1005 if code is None else code, reason)
        is_first = self._course.close(local)
        try:
            with trio.move_on_after(self.rules.close_within_s):
                if is_first:
                    await self._close_in_order(local, code)
                await self._stream_closed.wait()
        finally:
            self.lose(local)
            with trio.CancelScope(shield=True):
                await self._stream_closed.wait()

    def statistics(self) -> SocketStatistics:
        """Count what has happened so far."""
        return SocketStatistics(
            messages_in=self._messages_in + self._incoming.given,
            messages_out=self._writer.messages_out,
            bytes_in=self.wire.bytes_in,
            bytes_out=self.wire.bytes_out,
            frames_dropped=self._writer.outbox.frames_dropped + self._late_frames,
            outbox_length=len(self._writer.outbox),
            ping_rtt_s=self._ping_rtt_s,
            pings_in=self._incoming.pings,
        )

    # Interface for dial, accept and the liveness watch.

    @property
    def library(self) -> Library:
        """Connection of the library; it exists as soon as any code outside this layer has the socket."""
        if self._opened is None:
            raise LocalProtocolError("the handshake is not over")
        return self._opened

    @property
    def has_ended(self) -> bool:
        """Whether no message will be sent any more."""
        return self._course.has_ended

    @property
    def link(self) -> Link | None:
        """Link that both ends share where only memory is between them."""
        stream = self.wire.stream
        return stream.link if isinstance(stream, PipeStream) else None

    async def shake(self, step: Callable[[], Awaitable[T]]) -> T:
        """Take one step of the library's handshake; raises HandshakeEnded if its reader ends instead."""
        if not self._reader_over.is_set():
            with suppress(trio_websocket.ConnectionClosed), trio.CancelScope() as self._library_scope:
                return await step()
        raise HandshakeEnded

    def open(self, library: Library, handshake: Handshake) -> None:
        """Open the socket for messages: the handshake is over."""
        self._course.open()
        forget_handshake(library)
        self._opened, self._handshake = library, handshake
        self._writer.library = library
        head, self.wire.head = bytes(self.wire.head or b""), None
        blank_line = _BLANK_LINE.search(head)
        if blank_line is None:
            self._incoming.end()  # more came with the handshake than is kept: the library reads all
        else:
            self._incoming.follow(head[blank_line.end() :])
            self.wire.incoming = self._incoming
        if self._reader_over.is_set():
            self._settle()
        elif self.link is not None:
            self.link.ends[self._is_client] = self

    def accept(self, message: bytes) -> bool:
        """Take sound that the other end hands over (see `link.Receiver`)."""
        if self._course.ending is not None or not self._incoming.accept(message):
            return False
        self.wire.last_received_at = trio.current_time()
        return True

    def untold_s(self) -> float:
        """Seconds of sound that can come before their time (see `link.Receiver`)."""
        taker = None if self.link is None else self.link.taker
        is_clear = self._course.ending is None and self._incoming.is_clear
        return taker.untold_s() if taker is not None and is_clear else 0.0

    def accept_early(self, message: bytes, at: float) -> None:
        """Take sound before its time (see `link.Receiver`)."""
        if self.link is not None and self.link.taker is not None:
            self._messages_in += 1
            self.wire.last_received_at = at
            self.link.taker.take(message, at)

    @property
    def early_s(self) -> float:
        """Seconds of sound that can be given to the other end before their time."""
        peer = self._peer()
        return 0.0 if peer is None or self._course.ending is not None else peer.untold_s()

    def send_early(self, message: bytes, at: float) -> None:
        """Give sound to the other end that is due at `at`, within `early_s`."""
        peer = self._peer()
        if peer is not None:
            self._writer.messages_out += 1
            peer.accept_early(message, at)

    def _hand_over(self, message: bytes) -> bool:
        """Give sound to the other end directly; False where it must go in a frame, like others before it."""
        peer = self._peer()
        if peer is None or not peer.accept(message):
            return False
        self._writer.messages_out += 1
        return True

    def _peer(self) -> Receiver | None:
        """Other end, where sound can be given to it directly: all that was sent before has arrived."""
        stream = self.wire.stream
        if not self.rules.hands_over or not isinstance(stream, PipeStream):
            return None
        is_first = self._writer.is_idle and stream.is_clear
        return stream.link.ends.get(not self._is_client) if is_first else None

    def watch(self, watch: Watch) -> None:
        """Let the writer check the peer's liveness from now on."""
        self._writer.watch = watch
        self._writer.wake()

    async def ping(self) -> None:
        """Ping the peer and note the time until its pong; returns early where the socket ends."""
        sent_at = trio.current_time()
        with suppress(*LIBRARY_FAULTS):
            await self.library.ping()
            self._ping_rtt_s = trio.current_time() - sent_at

    def finish(self, ending: SocketEnding, *, is_lingering: bool = False) -> None:
        """End in order: the writer flushes, lingers if asked to, and the stream is closed."""
        self._end(SocketStep.FINISHED, ending)
        self._writer.finish(is_lingering=is_lingering)

    def lose(self, ending: SocketEnding) -> None:
        """End by force: the writer stops where it is, and the stream is closed."""
        self._end(SocketStep.LOST, ending)
        self._writer.stop(ending.message)

    async def run_reader(self, reader: Callable[[], Awaitable[None]]) -> None:
        """Run the library's reader; its end ends the handshake or settles the socket."""
        try:
            with suppress(trio_websocket.ConnectionRejected, *LIBRARY_FAULTS):
                await reader()
        finally:
            self._reader_over.set()
            self._incoming.end()
            self._library_scope.cancel()
            self._writer.wake_waiting()
        if self._course.state is SocketState.OPEN:
            self._settle()

    async def run_writer(self) -> None:
        """Write until the socket ends, then close the stream."""
        ending = SocketEnding("the socket's tasks were cancelled")
        try:
            await self._writer.run()
            ending = SocketEnding(f"the peer received nothing for {self.rules.send_within_s:g} s")
        finally:
            self._end(SocketStep.WRITTEN, ending)
            with trio.move_on_after(LINGER_S, shield=True):
                await self.wire.stream.aclose()
            self._stream_closed.set()

    # Ends.

    async def _close_in_order(self, local: SocketEnding, code: int | None) -> None:
        await self._flushed()
        if self.has_ended:
            return
        if self.library.closed is not None:
            self._settle()
            return
        self._incoming.deafen()
        with trio.CancelScope() as self._library_scope:
            if not self._reader_over.is_set():
                await self.library.aclose(code, (local.reason or None) if code is not None else None)
        self.finish(local)

    async def _flushed(self) -> None:
        while not (self.has_ended or self._writer.is_idle or self._reader_over.is_set()):
            await self._writer.wait_for_change()

    def _settle(self) -> None:
        """End as the library did."""
        has_sent_close = self.wire.has_sent_close
        ending = ending_of(self.library.closed, has_sent_close=has_sent_close)
        if self.wire.flood:
            self.lose(SocketEnding(self.wire.flood))
        elif ending.close_code == 1006:
            self.lose(ending)
        else:
            if not (has_sent_close or self.has_ended):
                self.wire.append(close_frame(ending.close_code, is_client=self._is_client))
            self.finish(ending, is_lingering=ending.is_peer_fault or ending.close_code == 1009)

    def _end(self, step: SocketStep, ending: SocketEnding) -> None:
        if self._course.end(step, ending):
            self._writer.drop_all()

    def _ended(self) -> SocketEnding:
        """Ending of the socket, for a caller that has just found that it ended."""
        if self._course.ending is None:
            self._settle()
        return self._course.ending or ending_of(self.library.closed, has_sent_close=True)


async def receive_beside(socket: WebSocket, sound: Callable[[bytes], None]) -> str:
    """Next text; sound before it is given to `sound`, by the reader's task where nothing is between.

    Raises like `WebSocket.receive`, and the errors of `sound`.
    """
    if isinstance(socket, WireSocket):
        return await socket.receive_beside(sound)
    while True:
        message = await socket.receive()
        if isinstance(message, str):
            return message
        sound(message)


def link_of(socket: WebSocket) -> Link | None:
    """Link of both ends of a socket; None where anything is between them."""
    return socket.link if isinstance(socket, WireSocket) else None


def early_of(socket: WebSocket) -> WireSocket | None:
    """Socket to which sound can be given before its time; None for one with anything between."""
    return socket if isinstance(socket, WireSocket) and socket.link is not None else None


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Not chained: the encoder's words would quote the text.
        raise LocalProtocolError("a text message holds a lone surrogate") from None
