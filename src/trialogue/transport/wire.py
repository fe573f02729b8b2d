"""Stream for the websocket library: the library appends, and one writer task writes.

1. `send_all` never waits and is never cancelled, so a frame is sent completely or not at all.
2. The library's reader pongs with `send_all`; because that never waits, two saturated peers cannot deadlock.
3. Only the writer (`connection.py`) uses the real stream's sending side, in joined writes.
4. The library sends one frame per call, so the wire knows when a Close frame has been sent.
"""

from __future__ import annotations

import trio
from attrs import field

from trialogue.transport.direct import OnSocket
from trialogue.transport.incoming import Incoming
from trialogue.values import define

MAX_UNWRITTEN_BYTES = 256 * 1024
"""Unwritten bytes beyond which a further frame is refused; only a flood of pings gets there."""

MAX_HEAD_BYTES = 64 * 1024
"""Most bytes of a handshake; they are kept during it, to find the reason for a failure."""

HEAD_PORTION_BYTES = 1024
"""Most bytes that the library gets in one turn of the handshake: tiny frames may come after the request."""

_CLOSE_FRAME = 0x88
"""First byte of a whole Close frame (RFC 6455, section 5.2); no byte of HTTP text is as high."""


@define(eq=False)
class WireStream(trio.abc.Stream):
    """A stream of two halves: reads go straight to `stream`, writes wait in a buffer for the writer."""

    stream: trio.abc.Stream
    """Real stream."""

    bytes_in: int = 0
    bytes_out: int = 0
    last_received_at: float = field(factory=trio.current_time)
    """Moment at which the last bytes came, on trio's clock."""

    is_reading: bool = False
    """Whether a read is waiting for the peer; if not, its silence is ours."""

    flood: str = ""
    """Flood of the peer that ends the socket, in words; empty for none."""

    is_released: bool = False
    """Whether the library has closed its stream: it sends nothing more."""

    has_sent_close: bool = False
    """Whether a Close frame is written or waits."""

    unread: bytes = b""
    """Bytes that were read of the real stream before this one was put around it."""

    head: bytearray | None = field(factory=bytearray)
    """Bytes that the peer has sent so far; None once the handshake is over."""

    incoming: Incoming | None = None
    """Reader of messages in the received bytes; None until the handshake is over."""

    work: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot)
    """Parking lot in which the writer waits for work."""

    _unwritten: list[bytes | bytearray | memoryview] = field(
        factory=list[bytes | bytearray | memoryview], init=False
    )
    unwritten_bytes: int = field(default=0, init=False)
    """Bytes that wait for the writer."""

    def take_unwritten(self) -> bytes | bytearray | memoryview:
        """All waiting bytes, joined; empty without any."""
        parts, self._unwritten, self.unwritten_bytes = self._unwritten, [], 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def append(self, data: bytes | bytearray | memoryview) -> None:
        """Append `data` to the waiting bytes."""
        if data and data[0] == _CLOSE_FRAME:
            self.has_sent_close = True
        self.append_rest(data)

    def append_rest(self, data: bytes | bytearray | memoryview) -> None:
        """Append the rest of a frame whose beginning is sent."""
        self._unwritten.append(data)
        self.unwritten_bytes += len(data)
        if self.work:
            self.work.unpark_all()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Append `data` for the writer: no checkpoint, no wait. Raises BrokenResourceError on a flood."""
        if self.is_released:
            raise trio.ClosedResourceError
        if self.unwritten_bytes > MAX_UNWRITTEN_BYTES:
            self.flood = "the peer floods us with pings"
            raise trio.BrokenResourceError("too much is unwritten")
        self.append(data)

    async def wait_send_all_might_not_block(self) -> None:
        """Return at once: `send_all` does not wait."""
        await trio.lowlevel.checkpoint()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Read from the real stream, without the messages, which go to `incoming`."""
        while True:
            if self.incoming is not None:
                await self.incoming.wait_for_room()
                if self.incoming.is_behind:
                    if behind := await self._receive_behind(self.incoming):
                        return behind
                    continue
                if isinstance(self.stream, OnSocket) and not self.unread:
                    return await self._receive_rest(self.stream, self.incoming)
            received = await self._receive(max_bytes)
            if self.head is not None:
                self._keep(self.head, received)
            # The handshake may have ended while we waited.
            left = received if self.incoming is None else self._sifted(self.incoming, received)
            if left or not received:
                return left

    async def _receive_behind(self, incoming: Incoming) -> bytes:
        """Frames after those that the library got, for which other tasks had a turn in between."""
        await trio.lowlevel.checkpoint()
        if self.is_released:
            raise trio.ClosedResourceError
        return self._sifted(incoming, b"")

    async def _receive_rest(self, stream: OnSocket, incoming: Incoming) -> bytes | bytearray:
        """Received bytes without whole messages, or the end; messages are taken out while there is room."""
        left: bytes | bytearray = b""

        def take(received: bytes) -> bool:
            nonlocal left
            self.last_received_at = trio.current_time()
            self.bytes_in += len(received)
            left = self._sifted(incoming, received)
            return not left and incoming.has_room

        while True:
            if self.is_released:
                raise trio.ClosedResourceError
            self.is_reading = True
            try:
                received = await stream.receive_into(take)
            finally:
                self.is_reading = False
            if left or not received:
                return left
            await incoming.wait_for_room()

    def _sifted(self, incoming: Incoming, received: bytes | bytearray) -> bytes:
        left = incoming.sift(received)
        if incoming.is_flooded:
            self.flood = "the peer sends a message in too many parts"
            raise trio.BrokenResourceError(self.flood)
        return left

    async def _receive(self, max_bytes: int | None) -> bytes | bytearray:
        if self.is_released:
            raise trio.ClosedResourceError
        received: bytes | bytearray = self.unread
        self.unread = b""
        if received:
            await trio.lowlevel.checkpoint()
        else:
            received = await self._read(max_bytes)
        if self.head is not None and len(received) > HEAD_PORTION_BYTES:
            self.unread = bytes(received[HEAD_PORTION_BYTES:])
            received = received[:HEAD_PORTION_BYTES]
        self.last_received_at = trio.current_time()
        self.bytes_in += len(received)
        return received

    async def _read(self, max_bytes: int | None) -> bytes | bytearray:
        self.is_reading = True
        try:
            return await self.stream.receive_some(max_bytes)
        finally:
            self.is_reading = False

    def _keep(self, head: bytearray, received: bytes | bytearray) -> None:
        if len(head) > MAX_HEAD_BYTES:
            return
        head += received
        # After a 101 the bytes are already messages, and may be long.
        if len(head) > MAX_HEAD_BYTES and not head.startswith(b"HTTP/1.1 101"):
            raise trio.BrokenResourceError("the handshake is too long")

    async def aclose(self) -> None:
        """Note that the library has finished; the writer flushes and closes the real stream."""
        self.is_released = True
        self.work.unpark_all()
        await trio.lowlevel.checkpoint()
