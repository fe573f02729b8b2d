"""TLS directly on a non-blocking socket (`direct`): OpenSSL works in memory.

1. OpenSSL never uses the socket: it writes whole records into memory, and what the system does not accept
   waits there in order. So a peer may ask for new keys (KeyUpdate) while a write is half done: with a
   record half written to a socket, OpenSSL 3.0 answers such a peer with an error.
2. Output that reading causes in OpenSSL is sent with the next write, or at once if the system accepts it.
3. OpenSSL gets a little at a time, in both directions: its buffers keep their largest size,
   and a burst would use that much memory for the rest of the connection.
4. An end of the connection without TLS's own close is an end, as everywhere on the web: websockets have
   their own Close frame, and its absence is noticed.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

import trio

from trialogue.transport.direct import READ_BYTES, OnSocket, taken

RECORD_BYTES = 16 * 1024
"""Most bytes of one TLS record: OpenSSL gives no more at once."""

PORTION_BYTES = 2 * 1024
"""Bytes that OpenSSL is given at once, to encrypt or to decrypt: two frames of 20 ms fit."""

_NOTHING = memoryview(b"")


class DirectTls(OnSocket):
    """TLS connection; made by `shake_hands`, which does the handshake first."""

    def __init__(self, connected: socket.socket, context: ssl.SSLContext, host: str) -> None:
        super().__init__(connected)
        self.owes: bool = False
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._came, self._goes, server_hostname=host)
        self._unsent = _NOTHING
        self._unread = _NOTHING
        self._ended_by: ssl.SSLError | None = None

    async def shake(self) -> None:
        """Do the handshake; raises OSError, which includes ssl's errors, where it fails."""
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
        """Send all of `data`, waiting only while the system does not accept it."""
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
        """See `OnSocket`."""
        if self.owes or self._socket.fileno() < 0:
            return 0
        try:
            if len(data) <= PORTION_BYTES:
                self._tls.write(data)
                encrypted = self._goes.read()
            else:
                encrypted = self._encrypt(data)
        except OSError:
            return 0
        try:
            sent = self._socket.send(encrypted)
        except OSError:
            sent = 0
        if sent < len(encrypted):
            self._unsent = memoryview(encrypted)[sent:]
            self.owes = True
        return len(data)

    def _encrypt(self, data: bytes | memoryview) -> bytes:
        """Encrypt all of `data`, as OpenSSL writes into memory."""
        portions: list[bytes] = []
        for at in range(0, len(data), PORTION_BYTES):
            self._tls.write(data[at : at + PORTION_BYTES])
            portions.append(self._goes.read())
        return b"".join(portions)

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
                    if self._goes.pending or self.owes:
                        self._send_some()
        except OSError as error:
            raise self._fault(error) from error

    async def _give_held(self, take: Callable[[bytes], bool], last: list[bytes]) -> None:
        """See `OnSocket`."""
        if self._has_more:
            await trio.lowlevel.checkpoint()
            self._give_out(take, last)

    def _read_now(self, take: Callable[[bytes], bool], last: list[bytes]) -> bool:
        """See `OnSocket`."""
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return True
        if 0 < len(data) <= PORTION_BYTES:
            self._came.write(data)
        else:
            self._take_encrypted(data)
        return self._give_out(take, last)

    def _give_out(self, take: Callable[[bytes], bool], last: list[bytes]) -> bool:
        """Give out all complete records; whether to go on."""
        try:
            while True:
                try:
                    data = self._decrypt(READ_BYTES)
                except ssl.SSLWantReadError:
                    if not self._unread:
                        return True
                    self._give_a_portion()
                    continue
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                    data = b""
                if not (data and take(data)):
                    last.append(data)
                    return False
                if self._is_all(len(data), RECORD_BYTES):
                    return True
        finally:
            if self._goes.pending or self.owes:
                self._send_some()

    @property
    def _has_more(self) -> bool:
        """Whether bytes, or the end, have come that were not given out."""
        return bool(self._unread or self._came.pending or self._tls.pending() or self._ended_by)

    def _is_all(self, size: int, asked: int) -> bool:
        """Whether a read that gave `size` bytes where `asked` were wanted was of all that has come.

        Of a record of which less was there than wanted, OpenSSL keeps nothing, and need not be asked.
        """
        return not (
            self._came.pending or self._unread or self._ended_by or (size >= asked and self._tls.pending())
        )

    def _decrypt(self, most: int) -> bytes:
        """Decrypt the complete records: at least one of them, or raise ssl's error."""
        if self._ended_by is not None:
            raise self._ended_by
        asked = min(most, RECORD_BYTES)
        data = self._tls.read(asked)
        if self._is_all(len(data), asked):
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
                self._ended_by = error  # raised after the valid part; OpenSSL gives the reason only once
                break
            else:
                size += len(records[-1])
        return b"".join(records)

    async def aclose(self) -> None:
        """Close at once, with TLS's closing alert if the system accepts that."""
        if self._socket.fileno() >= 0:
            self._tell_closing()
            with suppress(OSError, ValueError):
                self._tls.unwrap()
            with suppress(OSError):
                self._send_some()
            self._socket.close()
        await trio.lowlevel.checkpoint()

    async def _read_encrypted(self) -> None:
        """Give OpenSSL bytes, or the end: those read before, or else those it waits for."""
        while not self._unread:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                data = self._socket.recv(READ_BYTES)
            except BlockingIOError:
                continue
            self._take_encrypted(data)
            return
        self._give_a_portion()

    def _take_encrypted(self, data: bytes) -> None:
        """Give OpenSSL the bytes read, or a beginning of them where they are many."""
        if not data:
            self._came.write_eof()
        elif len(data) <= PORTION_BYTES:
            self._came.write(data)
        else:
            self._unread = memoryview(data)
            self._give_a_portion()

    def _give_a_portion(self) -> None:
        self._came.write(self._unread[:PORTION_BYTES])
        self._unread = self._unread[PORTION_BYTES:] or _NOTHING  # an empty rest would keep the whole buffer

    async def _send_encrypted(self) -> None:
        """Send all output of OpenSSL."""
        while not self._send_some():
            await trio.lowlevel.wait_writable(self._socket)

    def _send_some(self) -> bool:
        """Send as much of it as the system accepts; whether that was all."""
        while self._unsent or self._goes.pending:
            self._unsent = self._unsent or memoryview(self._goes.read())
            self.owes = True
            try:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
            except BlockingIOError:
                return False
        self._unsent = _NOTHING  # an empty rest would keep the whole buffer
        self.owes = False
        return True


async def shake_hands(stream: trio.SocketStream, context: ssl.SSLContext, host: str) -> DirectTls:
    """Begin TLS as a client; `stream` cannot be used any more, and is closed if this fails.

    Raises BrokenResourceError, whose cause is the `ssl.SSLError` or `OSError` with the reason.
    """
    raw = taken(stream)
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
