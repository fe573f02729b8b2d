"""The socket of a session that is attended: what goes through it is noted, and more can be put in.

1. What is put in is received as if the client had sent it, before whatever the client sends next; it is not
   noted as the client's.
2. While somebody speaks in the client's place, the client's own sound is not heard: nobody has two mouths.
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
    """Witness that is told of all that goes through a socket."""

    def said(self, by: By, message: str | bytes, /) -> None:
        """A message went through."""
        ...

    def ended(self, code: int | None, /) -> None:
        """The session is over, with the client's close code; None where the server closed."""
        ...


class Attended:
    """A `WebSocket` that tells what goes through it."""

    def __init__(self, socket: WebSocket, *witnesses: Witness) -> None:
        self._socket = socket
        self._witnesses = witnesses
        self._put: deque[str | bytes] = deque()
        self._waiting = trio.CancelScope()
        self._mouths = 0

    def __repr__(self) -> str:
        return f"<Attended: {len(self._put)} inserted messages waiting>"

    def put(self, message: str | bytes) -> None:
        """Have a message received as if the client had sent it; never waits."""
        self._put.append(message)
        self._waiting.cancel(reason="a message was put in")

    @contextmanager
    def speaking(self) -> Generator[None]:
        """Speak in the client's place: sound that it sends meanwhile is noted and not heard."""
        self._mouths += 1
        try:
            yield
        finally:
            self._mouths -= 1

    @property
    def handshake(self) -> Handshake:
        """Handshake of the real one."""
        return self._socket.handshake

    def send_text(self, text: str) -> None:
        """Send a message, and tell of it."""
        self._socket.send_text(text)
        self._tell("server", text)

    def send_bytes(self, frame: bytes) -> None:
        """Send sound, and tell of it."""
        self._socket.send_bytes(frame)
        self._tell("server", frame)

    async def receive(self) -> str | bytes:
        """Take the next message: one that was put in, or else the client's."""
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
        """Drain the real one."""
        await self._socket.drain()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close as the real one."""
        self._end(None)
        await self._socket.aclose(code, reason)

    def finish(self) -> None:
        """Tell that the session is over, whoever ended it."""
        self._end(None)

    def statistics(self) -> SocketStatistics:
        """Statistics of the real one."""
        return self._socket.statistics()

    def _tell(self, by: By, message: str | bytes) -> None:
        for each in self._witnesses:
            each.said(by, message)

    def _end(self, code: int | None) -> None:
        for each in self._witnesses:
            each.ended(code)
