"""Socket of a controlled session: reports all messages, and accepts further ones from an operator or a test.

1. A message that is put in is received as if the client had sent it, before the client's next message; it is
   not recorded as the client's.
2. While an operator or a test speaks in the client's place, the client's own sound is not heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

import trio

from trialogue.errors import ConnectionLost
from trialogue.serving.ledger import By
from trialogue.transport.socket import Handshake, SocketStatistics, WebSocket

__all__ = ["Attended", "Witness"]


class Witness(Protocol):
    """Observer of everything that goes through a socket."""

    def said(self, by: By, message: str | bytes, /) -> None:
        """Take a message that went through."""
        ...

    def ended(self, code: int | None, /) -> None:
        """Note the session's end, with the client's close code; None where the server closed."""
        ...


class Attended:
    """A `WebSocket` that reports everything that goes through it."""

    def __init__(self, socket: WebSocket, *witnesses: Witness) -> None:
        self._socket = socket
        self._witnesses = witnesses
        self._put: deque[str | bytes] = deque()
        self._waiting = trio.CancelScope()
        self._mouths = 0

    def __repr__(self) -> str:
        return f"<Attended: {len(self._put)} inserted messages waiting>"

    def put(self, message: str | bytes) -> None:
        """Queue a message to be received as if the client had sent it; never waits."""
        self._put.append(message)
        self._waiting.cancel(reason="a message was put in")

    @contextmanager
    def speaking(self) -> Generator[None]:
        """Speak in the client's place: the client's own sound is recorded but not heard meanwhile."""
        self._mouths += 1
        try:
            yield
        finally:
            self._mouths -= 1

    @property
    def handshake(self) -> Handshake:
        """Handshake of the wrapped socket."""
        return self._socket.handshake

    def send_text(self, text: str) -> None:
        """Send a message, and report it."""
        self._socket.send_text(text)
        self._tell("server", text)

    def send_bytes(self, frame: bytes) -> None:
        """Send sound, and report it."""
        self._socket.send_bytes(frame)
        self._tell("server", frame)

    async def receive(self) -> str | bytes:
        """Next message: one that was put in, or else the client's."""
        while True:
            if self._put:
                await trio.lowlevel.checkpoint()
                return self._put.popleft()
            with trio.CancelScope() as self._waiting:
                message = await self._received()
                if not (self._mouths and isinstance(message, bytes)):
                    return message

    async def _received(self) -> str | bytes:
        try:
            message = await self._socket.receive()
        except ConnectionLost as loss:
            self._end(loss.close_code)
            raise
        self._tell("client", message)
        return message

    async def drain(self) -> None:
        """Drain the wrapped socket."""
        await self._socket.drain()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close the wrapped socket."""
        self._end(None)
        await self._socket.aclose(code, reason)

    def finish(self) -> None:
        """Report the session's end, whichever side ended it."""
        self._end(None)

    def statistics(self) -> SocketStatistics:
        """Statistics of the wrapped socket."""
        return self._socket.statistics()

    def _tell(self, by: By, message: str | bytes) -> None:
        for each in self._witnesses:
            each.said(by, message)

    def _end(self, code: int | None) -> None:
        for each in self._witnesses:
            each.ended(code)
