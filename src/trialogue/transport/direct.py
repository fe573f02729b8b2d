"""Stream directly on a non-blocking socket: a frame costs only its system calls; TLS is in `direct_tls`.

1. Trio's streams make several checkpoints per frame; here a frame that can be sent makes none. The gain
   is in `docs/performance.md`.
2. Reading waits first and reads then: one wait and one read per frame, and always a checkpoint.
3. Writing does not wait while the system accepts everything, and then makes no checkpoint: the one writer
   of a socket parks when it has nothing to write, so it cannot starve other tasks.
4. `send_now` sends what can be sent at once, without a task; the writer sends the rest.
5. A reader that only receives (`receive_into`) waits for no frame: the loop's rounds read it (`rounds`).
"""

from __future__ import annotations

import socket
from abc import abstractmethod
from collections.abc import Callable
from functools import partial

import trio

from trialogue.rounds import rounds_of

READ_BYTES = 64 * 1024
"""Default number of bytes that are read at once."""


class OnSocket(trio.abc.Stream):
    """Stream on a socket: the common part of plain and TLS."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.owes: bool = False
        """Whether the system has not yet accepted all bytes taken: `send_all`, also of nothing, sends them.
        """

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the system accepts bytes."""
        self._check_open()
        await trio.lowlevel.wait_writable(self._socket)

    @abstractmethod
    def send_now(self, data: bytes) -> int:
        """Send as much as possible at once; returns the number of bytes of `data` that are taken.

        Some of them it may still owe. None are taken where the connection broke: the next `send_all` raises
        the reason.
        """

    @abstractmethod
    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Up to `max_bytes` bytes as soon as there are any; empty at the end."""

    async def receive_into(self, take: Callable[[bytes], bool]) -> bytes:
        """Give `take` everything received until it returns False; returns the last bytes read.

        They are empty at the end. Where a loop has rounds, no task wakes for bytes that `take` accepts.
        """
        rounds = rounds_of()
        if rounds is None:
            while (data := await self.receive_some()) and take(data):
                pass
            return data
        self._check_open()
        last: list[bytes] = []
        try:
            await self._give_held(take, last)
            if not last:
                await rounds.reading(self._socket.fileno(), partial(self._read_now, take, last))
        except OSError as error:
            raise self._fault(error) from error
        return last[0]

    async def _give_held(self, take: Callable[[bytes], bool], last: list[bytes]) -> None:
        """Give out bytes that were read before."""

    @abstractmethod
    def _read_now(self, take: Callable[[bytes], bool], last: list[bytes]) -> bool:
        """Read once, and give it out; whether to go on. If not, `last` has the bytes read last."""

    def _tell_closing(self) -> None:
        """Wake the tasks that wait for the socket, which is about to be closed."""
        trio.lowlevel.notify_closing(self._socket)
        rounds = rounds_of()
        if rounds is not None:
            rounds.closing(self._socket.fileno())

    def _check_open(self) -> None:
        if self._socket.fileno() < 0:
            raise trio.ClosedResourceError

    def _fault(self, error: OSError) -> Exception:
        """Error that trio's streams raise in this case."""
        if self._socket.fileno() < 0:
            return trio.ClosedResourceError()
        return trio.BrokenResourceError(f"the connection broke: {type(error).__name__}")


class DirectStream(OnSocket, trio.abc.HalfCloseableStream):
    """Plain connection; made by `direct`."""

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data`, waiting only while the system does not accept it."""
        await trio.lowlevel.checkpoint_if_cancelled()
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._socket)
            except OSError as error:
                raise self._fault(error) from error

    def send_now(self, data: bytes) -> int:
        """See `OnSocket`."""
        try:
            return self._socket.send(data)
        except OSError:
            return 0

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Up to `max_bytes` bytes as soon as there are any; empty at the end."""
        self._check_open()
        await trio.lowlevel.wait_readable(self._socket)
        while True:
            try:
                return self._socket.recv(max_bytes or READ_BYTES)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)
            except OSError as error:
                raise self._fault(error) from error

    def _read_now(self, take: Callable[[bytes], bool], last: list[bytes]) -> bool:
        """See `OnSocket`."""
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return True
        if data and take(data):
            return True
        last.append(data)
        return False

    async def send_eof(self) -> None:
        """Tell the peer that no more will come; receiving continues."""
        await trio.lowlevel.checkpoint()
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise self._fault(error) from error

    def close(self) -> None:
        """Close at once; nothing where it is closed."""
        if self._socket.fileno() >= 0:
            self._tell_closing()
            self._socket.close()

    async def aclose(self) -> None:
        """Close at once."""
        self.close()
        await trio.lowlevel.checkpoint()


def direct(stream: trio.SocketStream) -> DirectStream:
    """The same connection without trio's layers; `stream` cannot be used any more."""
    return DirectStream(taken(stream))


def taken(stream: trio.SocketStream) -> socket.socket:
    """Socket of a stream, which cannot be used any more."""
    connected = socket.socket(fileno=stream.socket.detach())
    connected.setblocking(False)
    return connected
