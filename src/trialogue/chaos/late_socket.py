"""Websocket with a delayed peer: messages are received in order, each later by a given time."""

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
"""Most messages under way; a peer that sends more waits."""


_Arrival: TypeAlias = tuple[float, str | bytes | ConnectionLost]
"""Message with its moment; the connection's end is the last."""


class LateSocket:
    """`WebSocket` over another one: sends at once, and receives late."""

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
        """Handshake of the real socket."""
        return self._socket.handshake

    def send_text(self, text: str) -> None:
        """Send text by the real socket."""
        self._socket.send_text(text)

    def send_bytes(self, frame: bytes) -> None:
        """Send bytes by the real socket."""
        self._socket.send_bytes(frame)

    async def receive(self) -> str | bytes:
        """Next message, late; the connection's end comes late, too."""
        arrived, message = await self._coming.receive()
        await trio.sleep_until(arrived + self._late_s())
        if isinstance(message, ConnectionLost):
            raise message
        return message

    async def drain(self) -> None:
        """Drain the real socket."""
        await self._socket.drain()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close the real socket."""
        await self._socket.aclose(code, reason)

    def statistics(self) -> SocketStatistics:
        """Statistics of the real socket."""
        return self._socket.statistics()

    def __repr__(self) -> str:
        """Status line."""
        return f"<LateSocket: {self._late_s():g} s late>"


@asynccontextmanager
async def heard_late(socket: WebSocket, late_s: Callable[[], float]) -> AsyncGenerator[WebSocket]:
    """Connection whose messages are received `late_s()` seconds after they came."""
    with lone_error():
        async with trio.open_nursery() as nursery:
            late = LateSocket(socket, late_s)
            nursery.start_soon(late.read)
            yield late
            nursery.cancel_scope.cancel(reason="the connection is over")
