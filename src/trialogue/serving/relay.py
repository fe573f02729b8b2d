"""Relay between a client and another service: passes messages both ways, while the session is observed.

1. The service gets the client's own key and query; nothing is added.
2. Nothing is dropped: a side that takes its messages slowly slows down the other.
3. Close codes and their reasons are passed on, and so is the loss of the service without one: the client's
   connection ends without a close, too. A refusal by the service reaches the client as an `Error`, since the
   client's upgrade is already done.
"""

from __future__ import annotations

from contextlib import suppress

import orjson
import trio

from trialogue.errors import ConnectionLost, TrialogueError
from trialogue.server.admission import shown_by
from trialogue.server.closing import close_whole
from trialogue.server.listener import CLIENTS
from trialogue.server.seams import Visitor
from trialogue.transport.dial import open_websocket
from trialogue.transport.socket import WebSocket

__all__ = ["relay"]

_LEGAL = range(1000, 5000)
_LOST = 1006
_UNSENDABLE = frozenset({1004, 1005, 1006, 1015})


async def relay(socket: WebSocket, visitor: Visitor, url: str) -> None:
    """Act as the service at `url` for the client of `socket`, until either side closes."""
    asked = visitor.request
    shown = shown_by(asked, asked.subprotocols)
    headers = {"authorization": f"{shown.scheme.capitalize()} {shown.secret}"} if shown else {}
    address = f"{url}?{asked.query}" if asked.query else url
    try:
        async with open_websocket(address, headers=headers, rules=CLIENTS) as service:
            await _between(socket, service, visitor.stream)
    except ConnectionLost as loss:
        await _refuse(socket, str(loss))
    except TrialogueError as refusal:
        await _refuse(socket, str(refusal))


async def _between(client: WebSocket, service: WebSocket, to_client: trio.abc.Stream) -> None:
    async with trio.open_nursery() as nursery:

        async def pump(source: WebSocket, sink: WebSocket) -> None:
            try:
                while True:
                    message = await source.receive()
                    with suppress(ConnectionLost):  # its own pump reads what came before, and its end
                        await _give(sink, message)
            except ConnectionLost as loss:
                code = _sendable(loss.close_code)
                if sink is client and loss.close_code == _LOST:
                    await trio.aclose_forcefully(to_client)
                else:
                    await close_whole(sink, code, "" if code is None else loss.reason)
                nursery.cancel_scope.cancel()

        nursery.start_soon(pump, client, service)
        nursery.start_soon(pump, service, client)


async def _give(sink: WebSocket, message: str | bytes) -> None:
    if isinstance(message, str):
        sink.send_text(message)
    else:
        sink.send_bytes(message)
    await sink.drain()  # an outbox that overflows would drop the oldest sound


def _sendable(code: int) -> int | None:
    """Close code that may be sent; None for an empty close."""
    return code if code in _LEGAL and code not in _UNSENDABLE else None


async def _refuse(socket: WebSocket, why: str) -> None:
    error = {"type": "Error", "code": "RELAY_FAILED", "description": why}
    try:
        socket.send_text(orjson.dumps(error).decode())
    except ConnectionLost:
        return  # the client has also gone
    await socket.aclose(1011)
