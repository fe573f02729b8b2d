"""A stream straight on a non-blocking socket, plain or TLS: what a frame costs is its system calls.

1. Trio's TLS stream makes several checkpoints a frame; here a frame that can go makes none. What that is
   worth stands in `docs/performance.md`.
2. Reading waits first and reads then: one wait and one read a frame, and always a checkpoint.
3. Writing does not wait while the system takes all, and then makes no checkpoint of its own: the one writer
   of a socket parks as soon as it has nothing to write, so it cannot starve anybody.
4. OpenSSL never meets the socket: it writes into memory, whole records, and what the system does not take
   waits there in its order. So a peer may ask for new keys (KeyUpdate) while a write is half done: with a
   record half written to a socket, OpenSSL 3.0 answers such a peer with an error.
5. What reading gives OpenSSL to say goes out with the next write, or at once where the system takes it.
6. OpenSSL is given a little at a time, either way: its buffers keep the size of the most that they ever held,
   and a burst would cost its connection that much memory for good.
7. What may go at once is sent by `send_now`, without a task; the writer sends what that leaves.
8. An end of the connection without TLS's own goodbye is an end, as everywhere on the web: websockets have
   their own Close frame, and its absence is noticed.
"""

from __future__ import annotations

import socket
import ssl
from abc import abstractmethod
from contextlib import suppress

import trio

READ_BYTES = 64 * 1024
"""Bytes that are read of a socket at once where nobody says."""

RECORD_BYTES = 16 * 1024
"""Bytes of one record of TLS at most: OpenSSL gives no more at once."""

PORTION_BYTES = 2 * 1024
"""Bytes that OpenSSL is given at once, to encrypt or to decrypt: two frames of 20 ms fit."""

_NOTHING = memoryview(b"")


class _OnSocket(trio.abc.Stream):
    """Stream on a socket: what plain and TLS have in common."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the system takes something."""
        self._check_open()
        await trio.lowlevel.wait_writable(self._socket)

    @abstractmethod
    def send_now(self, data: bytes) -> int:
        """Send what can go at once; number of bytes of `data` that are taken: it may owe some of them.

        None of it where the connection broke: the next `send_all` says how.
        """

    @property
    def owes(self) -> bool:
        """Whether the system has not yet got all that was taken: `send_all`, also of nothing, sends it."""
        return False

    def _check_open(self) -> None:
        if self._socket.fileno() < 0:
            raise trio.ClosedResourceError

    def _fault(self, error: OSError) -> Exception:
        """Error that trio's streams raise in such a case."""
        if self._socket.fileno() < 0:
            return trio.ClosedResourceError()
        return trio.BrokenResourceError(f"the connection broke: {type(error).__name__}")


class DirectStream(_OnSocket, trio.abc.HalfCloseableStream):
    """A plain connection; made by `direct`."""

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data`, waiting only while the system does not take it."""
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
        """See `_OnSocket`."""
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

    async def send_eof(self) -> None:
        """Tell the peer that no more will come; receiving goes on."""
        await trio.lowlevel.checkpoint()
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise self._fault(error) from error

    def close(self) -> None:
        """Close at once; nothing where it is closed."""
        if self._socket.fileno() >= 0:
            trio.lowlevel.notify_closing(self._socket)
            self._socket.close()

    async def aclose(self) -> None:
        """Close at once."""
        self.close()
        await trio.lowlevel.checkpoint()


class DirectTls(_OnSocket):
    """A TLS connection; made by `shake_hands`, which shakes hands first."""

    def __init__(self, connected: socket.socket, context: ssl.SSLContext, host: str) -> None:
        super().__init__(connected)
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._came, self._goes, server_hostname=host)
        self._unsent = _NOTHING
        self._unread = _NOTHING
        self._ended_by: ssl.SSLError | None = None

    async def shake(self) -> None:
        """Shake hands; OSError, of which ssl's errors are, where that fails."""
        while True:
            await trio.lowlevel.checkpoint_if_cancelled()
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._send_encrypted()
                await self._read_encrypted()
            except OSError:
                with suppress(OSError):
                    self._send_some()  # the reason, for the peer
                raise
            else:
                await self._send_encrypted()
                return

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data`, waiting only while the system does not take it."""
        await trio.lowlevel.checkpoint_if_cancelled()
        self._check_open()
        left = memoryview(data)
        try:
            await self._send_encrypted()
            while left:
                self._unsent = memoryview(self._encrypt(left[:READ_BYTES]))
                left = left[READ_BYTES:]
                await self._send_encrypted()
        except OSError as error:
            raise self._fault(error) from error

    def send_now(self, data: bytes) -> int:
        """See `_OnSocket`."""
        if self.owes or self._socket.fileno() < 0:
            return 0
        try:
            encrypted = self._encrypt(data)
        except OSError:
            return 0
        try:
            sent = self._socket.send(encrypted)
        except OSError:
            sent = 0
        self._unsent = memoryview(encrypted)[sent:] if sent < len(encrypted) else _NOTHING
        return len(data)

    def _encrypt(self, data: bytes | memoryview) -> bytes:
        """`data`, encrypted: all of it, as OpenSSL writes into memory."""
        if len(data) <= PORTION_BYTES:
            self._tls.write(data)
            return self._goes.read()
        portions: list[bytes] = []
        for at in range(0, len(data), PORTION_BYTES):
            self._tls.write(data[at : at + PORTION_BYTES])
            portions.append(self._goes.read())
        return b"".join(portions)

    @property
    def owes(self) -> bool:
        """See `_OnSocket`."""
        return bool(self._unsent or self._goes.pending)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Up to `max_bytes` bytes as soon as there are any; empty at the end."""
        self._check_open()
        try:
            if self._has_more:
                await trio.lowlevel.checkpoint()
            else:
                await self._read_encrypted()
            while True:
                try:
                    return self._decrypt(max_bytes or READ_BYTES)
                except ssl.SSLWantReadError:
                    await self._read_encrypted()
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                    return b""
                finally:
                    if self.owes:
                        self._send_some()
        except OSError as error:
            raise self._fault(error) from error

    @property
    def _has_more(self) -> bool:
        """Whether anything has come, or the end, that was not given out."""
        return bool(self._unread or self._came.pending or self._tls.pending() or self._ended_by)

    def _decrypt(self, most: int) -> bytes:
        """What has come, as far as its records are whole: at least one of them, or ssl's error."""
        if self._ended_by is not None:
            raise self._ended_by
        data = self._tls.read(min(most, RECORD_BYTES))
        if not self._has_more:
            return data
        records, size = [data], len(data)
        while size < most and self._has_more:
            try:
                records.append(self._tls.read(most - size))
            except ssl.SSLWantReadError:
                if not self._unread:
                    break
                self._give_a_portion()
            except ssl.SSLError as error:
                self._ended_by = error  # told behind what was good; OpenSSL says once what the fault was
                break
            else:
                size += len(records[-1])
        return b"".join(records)

    async def aclose(self) -> None:
        """Close at once, with TLS's goodbye if the system takes that."""
        if self._socket.fileno() >= 0:
            trio.lowlevel.notify_closing(self._socket)
            with suppress(OSError, ValueError):
                self._tls.unwrap()
            with suppress(OSError):
                self._send_some()
            self._socket.close()
        await trio.lowlevel.checkpoint()

    async def _read_encrypted(self) -> None:
        """Give OpenSSL bytes, or the end: what was read before, or else what it waits for."""
        while not self._unread:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                data = self._socket.recv(READ_BYTES)
            except BlockingIOError:
                continue
            if not data:
                self._came.write_eof()
                return
            if len(data) <= PORTION_BYTES:
                self._came.write(data)
                return
            self._unread = memoryview(data)
        self._give_a_portion()

    def _give_a_portion(self) -> None:
        self._came.write(self._unread[:PORTION_BYTES])
        self._unread = self._unread[PORTION_BYTES:] or _NOTHING  # an empty rest would keep all that it is of

    async def _send_encrypted(self) -> None:
        """Send all that OpenSSL has to say."""
        while not self._send_some():
            await trio.lowlevel.wait_writable(self._socket)

    def _send_some(self) -> bool:
        """Send what the system takes of it; whether that was all."""
        while self._unsent or self._goes.pending:
            self._unsent = self._unsent or memoryview(self._goes.read())
            try:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
            except BlockingIOError:
                return False
        self._unsent = _NOTHING  # an empty rest would keep all that it is of
        return True


def direct(stream: trio.SocketStream) -> DirectStream:
    """The same connection, without trio's layers; `stream` is used up."""
    return DirectStream(_taken(stream))


async def shake_hands(stream: trio.SocketStream, context: ssl.SSLContext, host: str) -> DirectTls:
    """Speak TLS as a client from now on; `stream` is used up, and closed if this does not work.

    Raises BrokenResourceError, whose cause is the `ssl.SSLError` or `OSError` that says why.
    """
    raw = _taken(stream)
    try:
        secured = DirectTls(raw, context, host)
    except OSError as error:
        raw.close()
        raise trio.BrokenResourceError("the connection broke before the handshake") from error
    try:
        await secured.shake()
    except OSError as error:
        raw.close()
        raise trio.BrokenResourceError("the TLS handshake failed") from error
    except BaseException:
        raw.close()
        raise
    return secured


def _taken(stream: trio.SocketStream) -> socket.socket:
    taken = socket.socket(fileno=stream.socket.detach())
    taken.setblocking(False)
    return taken
