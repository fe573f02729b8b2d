"""Is the peer still there? One ping at a time, and a limit to its silence.

1. Anything received counts as life, not pongs alone.
2. One ping is in flight at most and none is cancelled: the library forgets only pings that are answered.
3. While our own side does not read, silence proves nothing.
"""

from __future__ import annotations

import contextlib

import trio

from trialogue.transport.connection import WireSocket
from trialogue.transport.library import LIBRARY_FAULTS, Ending
from trialogue.transport.socket import LivenessRules

__all__ = ["watch"]


async def watch(socket: WireSocket, rules: LivenessRules) -> None:
    """Ping the peer of `socket`, and lose the socket when nothing was heard for `dead_after_s`."""
    is_pinging = False

    async def ping() -> None:
        nonlocal is_pinging
        is_pinging, sent_at = True, trio.current_time()
        with contextlib.suppress(*LIBRARY_FAULTS):
            await socket.library.ping()
            socket.ping_rtt_s = trio.current_time() - sent_at
        is_pinging = False

    async with trio.open_nursery() as nursery:
        ping_at = trio.current_time() + rules.ping_every_s
        while not socket.has_ended:
            await trio.sleep_until(min(ping_at, _heard_at(socket) + rules.dead_after_s))
            now = trio.current_time()
            if now >= _heard_at(socket) + rules.dead_after_s:
                socket.lose(Ending(f"nothing was heard from the peer for {rules.dead_after_s:g} s"))
            elif now >= ping_at:
                ping_at = now + rules.ping_every_s
                if not is_pinging:
                    nursery.start_soon(ping)
        nursery.cancel_scope.cancel(reason="the socket has ended")


def _heard_at(socket: WireSocket) -> float:
    wire = socket.wire
    return wire.last_received_at if wire.is_reading else trio.current_time()
