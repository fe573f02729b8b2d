"""An independent implementation, `websockets` on trio, in either role: the same cases, the same outcomes."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol

import pytest
import trio
import websockets.exceptions
import websockets.trio.client
import websockets.trio.server
from attrs import frozen
from wires import listening

from trialogue.errors import ConnectionLost
from trialogue.transport.accept import SocketService, UpgradeRequest
from trialogue.transport.dial import open_websocket
from trialogue.transport.lifetime import background
from trialogue.transport.socket import OutboxRules, SocketRules, WebSocket

RULES = SocketRules(outbox=OutboxRules(max_frame_bytes=2**23))

Seen = str | bytes | tuple[str, int]
"""A message, or the end with its close code."""


class Peer(Protocol):
    """What a case may do with either implementation."""

    async def send(self, message: str | bytes) -> None: ...
    async def receive(self) -> Seen: ...
    async def close(self, code: int) -> None: ...


@frozen
class Ours:
    socket: WebSocket

    async def send(self, message: str | bytes) -> None:
        self.socket.send_text(message) if isinstance(message, str) else self.socket.send_bytes(message)
        await trio.lowlevel.checkpoint()

    async def receive(self) -> Seen:
        try:
            return await self.socket.receive()
        except ConnectionLost as lost:
            return ("closed", lost.close_code)

    async def close(self, code: int) -> None:
        await self.socket.aclose(code)


@frozen
class Theirs:
    connection: Any

    async def send(self, message: str | bytes) -> None:
        await self.connection.send(message)

    async def receive(self) -> Seen:
        try:
            return await self.connection.recv()
        except websockets.exceptions.ConnectionClosed as closed:
            # Whoever closes first over a fault of the other counts: a Close that is sent, not echoed.
            first = closed.rcvd if closed.rcvd_then_sent or closed.sent is None else closed.sent
            return ("closed", 1006 if first is None else first.code)

    async def close(self, code: int) -> None:
        await self.connection.aclose(code)


Side = Callable[[Peer], Awaitable[list[Seen]]]


@asynccontextmanager
async def serving(who: str, side: Side, seen: list[list[Seen]], served: trio.Event) -> AsyncGenerator[str]:
    if who == "ours":

        async def converse(socket: WebSocket, _request: UpgradeRequest) -> None:
            seen.append(await side(Ours(socket)))
            served.set()

        async with listening(SocketService(converse, rules=RULES)) as listener:
            yield listener.url()
    else:

        async def handle(connection: websockets.trio.server.ServerConnection) -> None:
            seen.append(await side(Theirs(connection)))
            served.set()

        async with background() as nursery:
            serve = partial(websockets.trio.server.serve, handle, 0, host="127.0.0.1")
            server = await nursery.start(serve)
            yield f"ws://127.0.0.1:{server.listeners[0].socket.getsockname()[1]}/"


async def dial(who: str, url: str, side: Side) -> list[Seen]:
    if who == "ours":
        async with open_websocket(url, headers={}, rules=RULES) as socket:
            return await side(Ours(socket))
    async with websockets.trio.client.connect(url, proxy=None) as connection:
        return await side(Theirs(connection))


async def until_closed(peer: Peer) -> list[Seen]:
    seen: list[Seen] = []
    while not seen or not isinstance(seen[-1], tuple):
        seen.append(await peer.receive())
    return seen


async def echo(peer: Peer) -> list[Seen]:
    seen: list[Seen] = []
    while True:
        seen.append(await peer.receive())
        if isinstance(seen[-1], tuple):
            return seen
        await peer.send(seen[-1])


def says(*messages: str | bytes, close: int) -> Side:
    async def side(peer: Peer) -> list[Seen]:
        for message in messages:
            await peer.send(message)
        await peer.close(close)
        return []

    return side


def asks(*messages: str | bytes) -> Side:
    async def side(peer: Peer) -> list[Seen]:
        for message in messages:
            await peer.send(message)
        seen = [await peer.receive() for _ in messages]
        await peer.close(1000)
        return seen

    return side


def says_then_listens(message: str | bytes) -> Side:
    async def side(peer: Peer) -> list[Seen]:
        await peer.send(message)
        return await until_closed(peer)

    return side


MESSAGES = ("", "Grüße", b"", b"\x00" * 125, b"\x01" * 126, b"\x02" * 65535, b"\x03" * 65536, "x" * 300_000)

CASES: dict[str, tuple[Side, Side, list[Seen], list[Seen]]] = {
    # name: client, server, what the client must see, what the server must see
    "echo": (asks(*MESSAGES), echo, list(MESSAGES), [*MESSAGES, ("closed", 1000)]),
    "client closes": (says("a", b"b", close=1000), until_closed, [], ["a", b"b", ("closed", 1000)]),
    "server closes": (until_closed, says("a", b"b", close=1000), ["a", b"b", ("closed", 1000)], []),
    "server goes away": (until_closed, says(close=1001), [("closed", 1001)], []),
    "server fails": (until_closed, says("a", close=1011), ["a", ("closed", 1011)], []),
    "private code": (says(close=4999), until_closed, [], [("closed", 4999)]),
    "largest message": (says(b"x" * 2**20, close=1000), until_closed, [], [b"x" * 2**20, ("closed", 1000)]),
    "too big for the server": (
        says_then_listens(b"x" * (2**20 + 1)),
        until_closed,
        [("closed", 1009)],
        [("closed", 1009)],
    ),
    "too big for the client": (
        until_closed,
        says_then_listens(b"x" * (2**20 + 1)),
        [("closed", 1009)],
        [("closed", 1009)],
    ),
}


@pytest.mark.parametrize("server", ["ours", "theirs"])
@pytest.mark.parametrize("client", ["ours", "theirs"])
@pytest.mark.parametrize("case", CASES)
async def test_both_implementations_agree(case: str, client: str, server: str) -> None:
    """Each case ends in the same way for each pair of the two implementations."""
    client_side, server_side, client_sees, server_sees = CASES[case]
    seen: list[list[Seen]] = []
    served = trio.Event()
    with trio.fail_after(50):
        async with serving(server, server_side, seen, served) as url:
            assert await dial(client, url, client_side) == client_sees
            await served.wait()
    assert seen == [server_sees]
