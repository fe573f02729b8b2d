"""A stream straight on a non-blocking socket, plain or TLS: what a frame costs is its system calls.

1. Trio's TLS stream moves each byte through two memory buffers and several checkpoints; here OpenSSL reads
   and writes the socket itself. `docs/performance.md` has what that is worth.
2. Reading waits first and reads then: one wait and one read a frame, and always a checkpoint.
3. Writing does not wait while the system takes all, and then makes no checkpoint of its own: the one writer
   of a socket parks as soon as it has nothing to write, so it cannot starve anybody.
4. Once shaken hands, reading never wants to write nor writing to read: renegotiation is off and no
   client certificate is asked for later. Where a peer brings it about all the same, the stream is broken.
5. An end of the connection without TLS's own goodbye is an end, as everywhere on the web: websockets have
   their own Close frame, and its absence is noticed.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

import trio

__all__ = ["DirectStream", "DirectTls", "direct", "shake_hands"]

READ_BYTES = 64 * 1024
"""How much is read at once where nobody says."""


class DirectTls(trio.abc.Stream):
    """A TLS connection whose handshake is over; made by `shake_hands`."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data`, waiting only while the system does not take it."""
        await trio.lowlevel.checkpoint_if_cancelled()
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                await trio.lowlevel.wait_writable(self._socket)
            except OSError as error:
                raise self._fault(error) from error

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the system takes something."""
        self._check_open()
        await trio.lowlevel.wait_writable(self._socket)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Up to `max_bytes` bytes as soon as there are any; empty at the end."""
        self._check_open()
        if self._has_pending():
            await trio.lowlevel.checkpoint()
        else:
            await trio.lowlevel.wait_readable(self._socket)
        while True:
            try:
                return self._socket.recv(max_bytes or READ_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError):
                await trio.lowlevel.wait_readable(self._socket)
            except OSError as error:
                raise self._fault(error) from error

    async def aclose(self) -> None:
        """Close at once; over TLS with its goodbye, if the system takes that."""
        if self._socket.fileno() >= 0:
            trio.lowlevel.notify_closing(self._socket)
            if isinstance(self._socket, ssl.SSLSocket):
                with suppress(OSError, ValueError):
                    self._socket.unwrap()
            self._socket.close()
        await trio.lowlevel.checkpoint()

    def _has_pending(self) -> bool:
        """OpenSSL holds bytes already: the system would not tell of them."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _check_open(self) -> None:
        if self._socket.fileno() < 0:
            raise trio.ClosedResourceError

    def _fault(self, error: OSError) -> Exception:
        """What trio's streams raise in such a case."""
        if self._socket.fileno() < 0:
            return trio.ClosedResourceError()
        return trio.BrokenResourceError(f"the connection broke: {type(error).__name__}")


class DirectStream(DirectTls, trio.abc.HalfCloseableStream):
    """A plain connection; made by `direct`."""

    async def send_eof(self) -> None:
        """Tell the peer that no more will come; receiving goes on."""
        await trio.lowlevel.checkpoint()
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise self._fault(error) from error


def direct(stream: trio.SocketStream) -> DirectStream:
    """The same connection, without trio's layers; `stream` is used up."""
    return DirectStream(_taken(stream))


async def shake_hands(stream: trio.SocketStream, context: ssl.SSLContext, host: str) -> DirectTls:
    """Speak TLS as a client from now on; `stream` is used up, and closed if this does not work.

    Raises BrokenResourceError, whose cause is the `ssl.SSLError` or `OSError` that says why.
    """
    raw = _taken(stream)
    try:
        secured = context.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
    except OSError as error:
        raw.close()
        raise trio.BrokenResourceError("the connection broke before the handshake") from error
    try:
        await _shake(secured)
    except OSError as error:
        secured.close()
        raise trio.BrokenResourceError("the TLS handshake failed") from error
    except BaseException:
        secured.close()
        raise
    return DirectTls(secured)


async def _shake(secured: ssl.SSLSocket) -> None:
    while True:
        await trio.lowlevel.checkpoint_if_cancelled()
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            await trio.lowlevel.wait_readable(secured)
        except ssl.SSLWantWriteError:
            await trio.lowlevel.wait_writable(secured)
        else:
            return


def _taken(stream: trio.SocketStream) -> socket.socket:
    taken = socket.socket(fileno=stream.socket.detach())
    taken.setblocking(False)
    return taken
