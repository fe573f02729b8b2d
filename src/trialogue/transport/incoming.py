"""Reader of frames that need no protocol state: whole data messages, one frame each.

The library reads them too, but in many steps; here a message is one slice. Everything else, such as
control frames, messages in parts, and every fault, goes to the library, which knows what to do.

1. The order of messages is kept: while the library still has one, or part of one, all data goes to it.
2. After a Close or a frame that breaks the protocol everything goes to the library, permanently.
3. Unread messages are bounded by their number and their size: at the limit nothing is read, and the peer
   waits. So are the parts of one message, which may be empty: more of them are a flood.
4. The reader's task passes sound directly to a receiver for it, if no message waits before it.
5. The library gets at most `MOST_FRAMES` frames at once, so that a peer whose frames are tiny does not hold
   the loop; what comes after them waits for the next turn.
6. A message is checked when it is complete; the library alone would check the UTF-8 of a part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio
from attrs import field

from trialogue.transport.frames import masked
from trialogue.values import define, frozen

_FIN, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_MASKED, _SIZE = 0x80, 0x7F
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_DATA: Final = frozenset({_CONTINUATION, _TEXT, _BINARY})
_WIDTHS: Final = {126: 2, 127: 8}
"""Bytes of the sizes that do not fit into the second byte."""

_KEY_BYTES: Final = 4
_SHORT: Final = 126 + 4
"""Bytes of the shortest frame whose size takes two bytes."""

_CONTROL_MAX: Final = 125

MOST_WAITING_BYTES: Final = 4 * 1024 * 1024
"""Bytes of unread messages from which nothing is read."""

MOST_PARTS: Final = 32_768
"""Most parts of one message."""

MOST_FRAMES: Final = 256
"""Most frames that go to the library at once."""

MOST_JOINED: Final = 8
"""Most messages in parts that wait in the library, which joins them."""


@frozen
class _Frame:
    """Head of a frame in the buffer (RFC 6455, section 5.2)."""

    first: int
    """First byte: FIN, reserved bits, opcode."""

    size: int
    """Number of payload bytes."""

    start: int
    """Beginning of its payload, after the masking key."""

    is_masked: bool
    is_minimal: bool
    """Whether its size is written in as few bytes as possible."""

    @property
    def opcode(self) -> int:
        return self.first & _OPCODE

    @property
    def is_final(self) -> bool:
        return bool(self.first & _FIN)

    @property
    def end(self) -> int:
        """Beginning of the next frame."""
        return self.start + self.size


@define(eq=False)
class Incoming:
    """Bytes received after the handshake: messages are read here, the rest goes to the library."""

    is_client: bool
    """Whether this end is the client: then the peer masks nothing, otherwise everything."""

    max_message_size: int
    """Most bytes of a message that is read here; the library handles longer ones."""

    max_waiting: int
    """Most messages that wait before reading pauses."""

    owed: int = field(default=0, init=False)
    """Messages that the library has, or is about to have, and that were not yet received from it."""

    given: int = field(default=0, init=False)
    """Messages that a direct receiver of sound was given."""

    pings: int = field(default=0, init=False)
    """Pings of the peer."""

    _messages: list[str | bytes] = field(factory=list[str | bytes], init=False)
    """Messages that wait, the oldest first; a list, since an idle deque takes more memory."""

    _waiting_bytes: int = field(default=0, init=False)
    """Size of these messages."""

    _parts: int = field(default=0, init=False)
    """Parts of the present message."""

    is_behind: bool = field(default=False, init=False)
    """Whether more frames wait in the buffer than the library gets at once: `sift` goes on with them."""

    _buffer: bytearray = field(factory=bytearray, init=False)
    _known: int = field(default=0, init=False)
    """Bytes at the buffer's front that the library already has."""

    _skip: int = field(default=0, init=False)
    """Bytes still to come of a frame for the library."""

    _is_fragmented: bool = field(default=False, init=False)
    _is_blind: bool = field(default=False, init=False)
    _is_deaf: bool = field(default=False, init=False)
    _sound: Callable[[bytes], None] | None = field(default=None, init=False)
    _failure: Exception | None = field(default=None, init=False)
    _arrived: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot, init=False)
    _taken: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot, init=False)

    async def wait_for_room(self) -> None:
        """Wait while the most messages wait; no checkpoint where there is room."""
        while not self.has_room:
            await self._taken.park()

    @property
    def has_room(self) -> bool:
        """Whether more messages may wait."""
        return len(self._messages) < self.max_waiting and self._waiting_bytes < MOST_WAITING_BYTES

    @property
    def is_flooded(self) -> bool:
        """Whether the peer cuts a message into more parts than it may."""
        return self._parts > MOST_PARTS

    async def next(self, sound: Callable[[bytes], None] | None = None) -> str | bytes | None:
        """Next message; None where the library has it, or has the reason for its absence.

        With `sound`, the next text: sound before it is given to `sound` as it is read, and errors of `sound`
        are raised here.
        """
        if self._messages:
            await trio.lowlevel.checkpoint()
        while True:
            while self._messages:
                message = self._messages.pop(0)
                self._waiting_bytes -= len(message)
                if self._taken:
                    self._taken.unpark()
                if sound is None or isinstance(message, str):
                    return message
                self.given += 1
                sound(message)
            if self.owed or self._is_fragmented or self._is_blind:
                return None
            await self._wait(sound)

    async def _wait(self, sound: Callable[[bytes], None] | None) -> None:
        self._sound = sound
        try:
            await self._arrived.park()
        finally:
            self._sound = None
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _keep(self, message: str | bytes) -> None:
        self._messages.append(message)
        self._waiting_bytes += len(message)

    def _give(self, message: str | bytes) -> None:
        """Pass sound to its direct receiver; keep every other message."""
        if self._sound is None or self._messages or isinstance(message, str):
            self._keep(message)
            if self._arrived:
                self._arrived.unpark_all()
            return
        self.given += 1
        try:
            self._sound(message)
        except Exception as error:  # noqa: BLE001 -- raised by `next`, in the task of whoever takes
            self._sound, self._failure = None, error
            self._arrived.unpark_all()

    @property
    def is_clear(self) -> bool:
        """Whether all bytes so far were whole messages, and were taken here."""
        return not (self.owed or self._is_fragmented or self._is_blind or self._buffer or self._skip)

    def accept(self, message: bytes) -> bool:
        """Take sound that is given directly; False where messages, or parts of them, are before it."""
        if self.is_clear and self.has_room and len(message) <= self.max_message_size:
            self._keep(message)
            self._arrived.unpark_all()
            return True
        return False

    def end(self) -> None:
        """Read nothing here any more: waiting messages can be taken, then the library takes over."""
        self._is_blind = True
        self._arrived.unpark_all()

    def deafen(self) -> None:
        """Drop waiting messages, and all later ones: the socket is closed from this side."""
        self._messages.clear()
        self._waiting_bytes = 0
        self._taken.unpark_all()
        self.end()

    def follow(self, data: bytes | bytearray) -> None:
        """Note the bytes that the library has already read: the first ones after the handshake."""
        self.owed += 1  # while it has messages, nothing is taken here
        self.sift(data, most=len(data))
        self.owed -= 1
        self._known = len(self._buffer)

    def sift(self, data: bytes | bytearray, *, most: int = MOST_FRAMES) -> bytes:
        """Take the messages out of `data`; the rest goes to the library, at most so many frames at once."""
        # As `is_clear`, without a call: most of what comes is a whole sound.
        if not (self.owed or self._is_fragmented or self._is_blind or self._buffer or self._skip):
            taken = self._take_short(data)
            if taken == len(data):
                return b""
            data = data[taken:]
        passed = bytes(data[: self._skip])
        self._skip -= len(passed)
        self._buffer += data[len(passed) :]
        at = noted = 0
        self.is_behind = False
        while not self._is_blind and (frame := self._frame(at)) is not None:
            if self._is_ours(frame, at):
                if frame.end > len(self._buffer):
                    break
                if self._take(frame):
                    at = frame.end
                    continue
                self.end()
                break
            if noted >= most:
                self.is_behind = True
                break
            noted += 1
            self._note(frame)
            end = min(frame.end, len(self._buffer))
            passed += self._buffer[at + self._known : end]
            self._skip, self._known, at = frame.end - end, 0, end
        if self._is_blind:
            passed += self._buffer[at + self._known :]
            at, self._known = len(self._buffer), 0
        del self._buffer[:at]
        return passed

    def _take_short(self, data: bytes | bytearray) -> int:
        """Take the whole sounds of less than 64 KiB at the beginning, a slice each; count their bytes."""
        at, size = 0, len(data)
        head = 4 if self.is_client else 4 + _KEY_BYTES
        second = 126 if self.is_client else _MASKED | 126
        while size - at >= _SHORT and data[at] == _FIN | _BINARY and data[at + 1] == second:
            claimed = (data[at + 2] << 8) | data[at + 3]
            start, end = at + head, at + head + claimed
            if end > size or not 126 <= claimed <= self.max_message_size or self._is_blind:
                break
            payload = bytes(data[start:end])
            if not self.is_client:
                payload = masked(payload, bytes(data[start - _KEY_BYTES : start]))
            self._give(payload)
            at = end
        return at

    def _frame(self, at: int) -> _Frame | None:
        """Head of the frame that begins there; None if it is incomplete and not yet wrong."""
        buffer = self._buffer
        if len(buffer) < at + 2:
            return None
        first, second = buffer[at], buffer[at + 1]
        size, is_masked, is_minimal = second & _SIZE, bool(second & _MASKED), True
        width = _WIDTHS.get(size, 0)
        start = at + 2 + width
        if width and len(buffer) >= start:
            size = int.from_bytes(buffer[at + 2 : start], "big")
            is_minimal = size >= (126 if width == 2 else 1 << 16)
        start += _KEY_BYTES if is_masked else 0
        frame = _Frame(first, size, start, is_masked, is_minimal)
        return frame if len(buffer) >= start or not self._is_lawful(frame) else None

    def _is_ours(self, frame: _Frame, at: int) -> bool:
        return (
            frame.first in {_FIN | _TEXT, _FIN | _BINARY}
            and frame.is_masked is not self.is_client
            and frame.is_minimal
            and frame.size <= self.max_message_size
            and not (self.owed or self._is_fragmented or (self._known and not at))
        )

    def _take(self, frame: _Frame) -> bool:
        """Read a whole message; False where it is no UTF-8, which the library handles."""
        payload = bytes(self._buffer[frame.start : frame.end])
        if frame.is_masked:
            payload = masked(payload, bytes(self._buffer[frame.start - _KEY_BYTES : frame.start]))
        if frame.opcode == _TEXT:
            try:
                text = payload.decode()
            except UnicodeDecodeError:
                return False
            self._give(text)
        else:
            self._give(payload)
        return True

    def _note(self, frame: _Frame) -> None:
        """Note a frame that goes to the library."""
        if not self._is_lawful(frame) or frame.opcode == _CLOSE:
            self.end()
        elif frame.opcode in _DATA:
            self._is_fragmented = not frame.is_final
            self._parts = self._parts + 1 if self._is_fragmented else 0
            self.owed += frame.is_final
            self._arrived.unpark_all()
        elif frame.opcode == _PING:
            self.pings += 1

    def _is_lawful(self, frame: _Frame) -> bool:
        if frame.first & _RESERVED or frame.is_masked is self.is_client or not frame.is_minimal:
            return False
        if frame.opcode in _DATA:
            return self._is_fragmented is (frame.opcode == _CONTINUATION)
        return frame.opcode in {_CLOSE, _PING, _PONG} and frame.is_final and frame.size <= _CONTROL_MAX
