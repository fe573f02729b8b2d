"""A websocket whose peer is heard late: each message comes by so much after it came, in its order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import trio

from trialogue.errors import ConnectionLost
from trialogue.supervise import lone_error
from trialogue.transport.socket import Handshake, SocketStatistics, WebSocket

__all__ = ["heard_late"]

MOST: Final = 1_024
"""Number of messages that may be under way; a peer that sends more waits."""


_Arrival: TypeAlias = tuple[float, str | bytes | ConnectionLost]
"""Moment at which something came, and what: the connection's end is the last."""


class LateSocket:
    """A `WebSocket` over another: what it sends goes at once, what it receives comes late."""

    def __init__(self, socket: WebSocket, late_s: Callable[[], float]) -> None:
        self._socket = socket
        self._late_s = late_s
        self._arrived, self._coming = trio.open_memory_channel[_Arrival](MOST)

    async def read(self) -> None:
        """Read ahead, to the connection's end."""
        while True:
            try:
                message = await self._socket.receive()
            except ConnectionLost as lost:
                await self._arrived.send((trio.current_time(), lost))
                return
            await self._arrived.send((trio.current_time(), message))

    @property
    def handshake(self) -> Handshake:
        """Handshake of the real one."""
        return self._socket.handshake

    def send_text(self, text: str) -> None:
        """Send text as the real one."""
        self._socket.send_text(text)

    def send_bytes(self, frame: bytes) -> None:
        """Send bytes as the real one."""
        self._socket.send_bytes(frame)

    async def receive(self) -> str | bytes:
        """Take the next message, late; an end comes late too."""
        arrived, message = await self._coming.receive()
        await trio.sleep_until(arrived + self._late_s())
        if isinstance(message, ConnectionLost):
            raise message
        return message

    async def drain(self) -> None:
        """Drain the real one."""
        await self._socket.drain()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close the real one."""
        await self._socket.aclose(code, reason)

    def statistics(self) -> SocketStatistics:
        """Statistics of the real one."""
        return self._socket.statistics()

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<LateSocket: {self._late_s():g} s late>"


@asynccontextmanager
async def heard_late(socket: WebSocket, late_s: Callable[[], float]) -> AsyncGenerator[WebSocket]:
    """The same connection, whose messages come `late_s()` seconds after they came."""
    with lone_error():
        async with trio.open_nursery() as nursery:
            late = LateSocket(socket, late_s)
            nursery.start_soon(late.read)
            yield late
            nursery.cancel_scope.cancel(reason="the connection is over")
