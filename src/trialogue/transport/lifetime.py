"""Lifetime of one socket's tasks, as a block: they start with it, end with it, and never raise into it.

The peer's liveness is checked without a task: the writer looks at the time between its writes.

1. Anything received counts as life, not only pongs.
2. At most one ping is in flight, and none is cancelled: the library forgets only answered pings.
3. While our own side does not read, silence proves nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import inf
from typing import cast

import trio
from attrs import field

from trialogue.transport.connection import WireSocket
from trialogue.transport.library import SocketEnding
from trialogue.transport.socket import LivenessRules
from trialogue.values import define


@asynccontextmanager
async def background() -> AsyncGenerator[trio.Nursery]:
    """Nursery for tasks that never raise: it ends with its block, whose exception comes out bare.

    A plain nursery would wrap it in a group, which `except ConnectionLost` does not catch.
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
    """Let the liveness of an opened socket be checked, and close it at the end of the block.

    An interrupt of the program closes it by force: while it closed in order, its peer in the same program
    could cancel the block, and a cancellation takes the place of the interrupt.
    """
    if socket.rules.liveness is not None:
        socket.watch(_Liveness(socket, socket.rules.liveness, nursery))
    try:
        yield socket
    except BaseException as failure:
        if _is_interrupt(failure):
            socket.lose(SocketEnding("the program is being interrupted"))
        raise
    finally:
        await socket.aclose()


def _is_interrupt(failure: BaseException) -> bool:
    """Whether an exception ends the program, such as KeyboardInterrupt, alone or in a group."""
    if isinstance(failure, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", failure)
        return group.split((Exception, trio.Cancelled))[1] is not None
    return not isinstance(failure, (Exception, trio.Cancelled))


@define(eq=False)
class _Liveness:
    """Liveness of a socket's peer (see `writer.Watch`): pings, and a limit to its silence."""

    socket: WireSocket
    rules: LivenessRules
    nursery: trio.Nursery
    """Nursery in which a ping waits for its pong."""

    _ping_at: float = field(init=False)
    _is_pinging: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._ping_at = trio.current_time() + self.rules.ping_every_s

    def next_look(self) -> float:
        """Moment of the next check."""
        if self.socket.has_ended:
            return inf
        return min(self._ping_at, self._heard_at() + self.rules.dead_after_s)

    def look(self) -> None:
        """Ping the peer if it is time, and lose the socket when nothing came for `dead_after_s`."""
        now = trio.current_time()
        if self.socket.has_ended:
            return
        if now >= self._heard_at() + self.rules.dead_after_s:
            silence = f"nothing was heard from the peer for {self.rules.dead_after_s:g} s"
            self.socket.lose(SocketEnding(silence))
        elif now >= self._ping_at:
            self._ping_at = now + self.rules.ping_every_s
            if not self._is_pinging:
                self._is_pinging = True
                self.nursery.start_soon(self._ping)

    async def _ping(self) -> None:
        await self.socket.ping()
        self._is_pinging = False

    def _heard_at(self) -> float:
        wire = self.socket.wire
        return wire.last_received_at if wire.is_reading else trio.current_time()
