"""The tasks of one socket, as a block: they start with it, end with it, and never raise into it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from trialogue.transport import liveness
from trialogue.transport.connection import WireSocket

__all__ = ["background", "open_for_messages"]


@asynccontextmanager
async def background() -> AsyncGenerator[trio.Nursery]:
    """A nursery for tasks that never raise: it ends with its block, whose exception comes out bare.

    A plain nursery would wrap it in a group, and nobody could write `except ConnectionLost`.
    """
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        try:
            yield nursery
        except Exception as error:  # noqa: BLE001 -- raised again below, outside the nursery that would wrap it
            failure = error
            nursery.cancel_scope.shield = True
        nursery.cancel_scope.cancel(reason="the socket's block is over")
    if failure is not None:
        raise failure


@asynccontextmanager
async def open_for_messages(nursery: trio.Nursery, socket: WireSocket) -> AsyncGenerator[WireSocket]:
    """Watch the liveness of an opened socket, and close it at the end of the block."""
    if socket.rules.liveness is not None:
        nursery.start_soon(liveness.watch, socket, socket.rules.liveness)
    try:
        yield socket
    finally:
        await socket.aclose()
