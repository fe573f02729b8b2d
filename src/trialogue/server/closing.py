"""Close of a connection by the server, which waits for the client's answer (RFC 6455, section 7.1.1)."""

from __future__ import annotations

import trio

from trialogue.transport.socket import WebSocket

__all__ = ["close_whole"]


async def close_whole(socket: WebSocket, code: int | None = 1000, reason: str = "") -> None:
    """Close, and wait for the client's answer, though the caller is cancelled meanwhile.

    The reader of a connection ends as its close begins, and cancels what runs beside it. The stream would
    then end at once: a client that still sends gets a reset (RFC 1122, section 4.2.2.13), which takes the
    last messages from it. At most `SocketRules.close_within_s`.
    """
    with trio.CancelScope(shield=True):
        await socket.aclose(code, reason)
