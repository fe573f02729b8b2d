"""The tasks of one socket, as a block: they start with it, end with it, and never raise into it.

One of them asks whether the peer is still there: one ping at a time, and a limit to its silence.

1. Anything received counts as life, not pongs alone.
2. One ping is in flight at most and none is cancelled: the library forgets only pings that are answered.
3. While our own side does not read, silence proves nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from trialogue.transport.connection import WireSocket
from trialogue.transport.library import SocketEnding
from trialogue.transport.socket import LivenessRules


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
        nursery.start_soon(_watch, socket, socket.rules.liveness)
    try:
        yield socket
    finally:
        await socket.aclose()


async def _watch(socket: WireSocket, rules: LivenessRules) -> None:
    """Ping the peer of `socket`, and lose the socket when nothing was heard for `dead_after_s`."""
    is_pinging = False

    async def ping() -> None:
        nonlocal is_pinging
        is_pinging = True
        await socket.ping()
        is_pinging = False

    async with trio.open_nursery() as nursery:
        ping_at = trio.current_time() + rules.ping_every_s
        while not socket.has_ended:
            await trio.sleep_until(min(ping_at, _heard_at(socket) + rules.dead_after_s))
            now = trio.current_time()
            if now >= _heard_at(socket) + rules.dead_after_s:
                socket.lose(SocketEnding(f"nothing was heard from the peer for {rules.dead_after_s:g} s"))
            elif now >= ping_at:
                ping_at = now + rules.ping_every_s
                if not is_pinging:
                    nursery.start_soon(ping)
        nursery.cancel_scope.cancel(reason="the socket has ended")


def _heard_at(socket: WireSocket) -> float:
    wire = socket.wire
    return wire.last_received_at if wire.is_reading else trio.current_time()
