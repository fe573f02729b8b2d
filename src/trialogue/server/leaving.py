"""Shutdown of a server: its clients are told by close code 1001 that it goes away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Final

import trio
from attrs import evolve

from trialogue.server.seams import Converse, ServerSeams, Visitor
from trialogue.transport.socket import WebSocket

__all__ = ["OpenSockets", "holding", "served_until_cancelled"]

_GOING_AWAY: Final = 1001
"""Close code of a server that shuts down (RFC 6455, section 7.4.1)."""

_GOODBYE: Final = "the server is going away"

_GOODBYE_S: Final = 1.0
"""Seconds that all clients together have to receive it."""


class OpenSockets:
    """Sockets that a server has open."""

    def __init__(self) -> None:
        self._sockets: set[WebSocket] = set()
        self.are_closing: bool = False

    @contextmanager
    def holding(self, socket: WebSocket) -> Generator[None]:
        """Count a socket as open while the block runs."""
        self._sockets.add(socket)
        try:
            yield
        finally:
            self._sockets.discard(socket)

    async def close_all(self) -> None:
        """Close all of them with the code for a server that goes away."""
        self.are_closing = True
        async with trio.open_nursery() as nursery:
            for socket in self._sockets:
                nursery.start_soon(socket.aclose, _GOING_AWAY, _GOODBYE)


def holding(sockets: OpenSockets, seams: ServerSeams) -> ServerSeams:
    """The same seams, which count the socket of each visit as open, and close those that come too late."""

    async def attend(visitor: Visitor, socket: WebSocket, converse: Converse) -> None:
        if sockets.are_closing:
            await socket.aclose(_GOING_AWAY, _GOODBYE)
            return
        with sockets.holding(socket):
            await seams.attend(visitor, socket, converse)

    return evolve(seams, attend=attend)


async def served_until_cancelled(serve: Callable[[], Awaitable[object]], sockets: OpenSockets) -> None:
    """Run `serve`; a cancellation from outside reaches it only after its clients have been told."""
    scope = trio.CancelScope(shield=True)

    async def serve_apart() -> None:
        with scope:
            await serve()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_apart)
        try:
            await trio.sleep_forever()
        finally:
            with trio.move_on_after(_GOODBYE_S, shield=True):
                await sockets.close_all()
            scope.cancel(reason="the server is over")
