"""Silence of clients as seen by a process that was itself stopped (SIGSTOP, a paused container, Ctrl-Z).

Every deadline has passed when it goes on, but what its clients have sent meanwhile waits to be read. So a
deadline that is noticed late leaves a moment for reading before a client counts as silent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import trio

from trialogue.transport.socket import WebSocket

__all__ = ["LATE_S", "received_or_pinged", "received_within"]

T = TypeVar("T")

LATE_S: Final = 1.0
"""Seconds behind a deadline from which the process itself was late; it then reads for as long."""


async def received_or_pinged(limit_s: float, receive: Callable[[], Awaitable[T]], socket: WebSocket) -> T:
    """What comes; `trio.TooSlowError` once for that many seconds neither anything nor a ping has come."""
    while True:
        pings = socket.statistics().pings_in
        try:
            return await received_within(limit_s, receive)
        except trio.TooSlowError:
            if socket.statistics().pings_in == pings:
                raise


async def received_within(limit_s: float, receive: Callable[[], Awaitable[T]]) -> T:
    """What comes within that many seconds; `trio.TooSlowError` without anything."""
    deadline = trio.current_time() + limit_s
    try:
        with trio.fail_at(deadline):
            return await receive()
    except trio.TooSlowError:
        if trio.current_time() < deadline + LATE_S:
            raise
    with trio.fail_after(LATE_S):
        return await receive()
