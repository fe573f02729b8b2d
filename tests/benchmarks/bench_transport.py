"""Processor time a frame: our sockets, stock trio-websocket, websockets.trio; in memory and over loopback."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, Protocol, cast

import trio
import trio.testing
import trio_websocket
import websockets.trio.client
import websockets.trio.server
from attrs import frozen

from tests.benchmarks.measuring import OURS, Ask, Figure, Row
from trialogue.transport.accept import SocketService, serve_websocket
from trialogue.transport.dial import open_websocket_over
from trialogue.transport.pipe import open_pipe
from trialogue.transport.socket import WebSocket

IN_FLIGHT = 16
"""Frames that a one-way sender sends before it lets the receiver catch up."""


class Peer(Protocol):
    """The two calls that are measured."""

    async def send(self, frame: bytes) -> None: ...
    async def receive(self) -> object: ...


Pair = tuple[Peer, Peer]
Streams = Callable[[], AbstractAsyncContextManager[tuple[trio.abc.Stream, trio.abc.Stream]]]
Joined = Callable[[trio.abc.Stream, trio.abc.Stream], AbstractAsyncContextManager[Pair]]


@frozen
class Ours:
    socket: WebSocket

    async def send(self, frame: bytes) -> None:
        self.socket.send_bytes(frame)

    async def receive(self) -> object:
        return await self.socket.receive()


@frozen
class Stock:
    connection: Any

    async def send(self, frame: bytes) -> None:
        await self.connection.send_message(frame)

    async def receive(self) -> object:
        return await self.connection.get_message()


@frozen
class Independent:
    connection: Any

    async def send(self, frame: bytes) -> None:
        await self.connection.send(frame)

    async def receive(self) -> object:
        return await self.connection.recv()


@asynccontextmanager
async def join_ours(left: trio.abc.Stream, right: trio.abc.Stream) -> AsyncGenerator[Pair]:
    accepted, taken = trio.open_memory_channel[WebSocket](1)

    async def converse(socket: WebSocket, _request: object) -> None:
        await accepted.send(socket)
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, right, SocketService(converse))
        async with open_websocket_over(left, "ws://localhost/", headers={}) as socket:
            yield Ours(socket), Ours(await taken.receive())
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def join_stock(left: trio.abc.Stream, right: trio.abc.Stream) -> AsyncGenerator[Pair]:
    accepted, taken = trio.open_memory_channel[trio_websocket.WebSocketConnection](1)

    async def accept(nursery: trio.Nursery) -> None:
        request = await trio_websocket.wrap_server_stream(nursery, right)
        await accepted.send(await request.accept())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(accept, nursery)
        client = await trio_websocket.wrap_client_stream(nursery, left, "localhost", "/")  # type: ignore[arg-type]  # any stream does
        yield Stock(client), Stock(await taken.receive())
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def join_independent(left: trio.abc.Stream, right: trio.abc.Stream) -> AsyncGenerator[Pair]:
    async with trio.open_nursery() as nursery:
        client_protocol = websockets.trio.client.ClientProtocol(
            websockets.trio.client.parse_uri("ws://localhost/"), max_size=2**20
        )
        server_protocol = websockets.trio.server.ServerProtocol(max_size=2**20)
        client = websockets.trio.client.ClientConnection(nursery, left, client_protocol, ping_interval=None)
        # All that it asks of its server.
        unserved = cast("websockets.trio.server.Server", SimpleNamespace(closing=False))
        server = websockets.trio.server.ServerConnection(
            nursery, right, server_protocol, unserved, ping_interval=None
        )
        async with trio.open_nursery() as shaking:
            shaking.start_soon(server.handshake)
            shaking.start_soon(client.handshake)
        yield Independent(client), Independent(server)
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def over_pipe() -> AsyncGenerator[tuple[trio.abc.Stream, trio.abc.Stream]]:
    yield open_pipe()


@asynccontextmanager
async def over_test_streams() -> AsyncGenerator[tuple[trio.abc.Stream, trio.abc.Stream]]:
    yield trio.testing.memory_stream_pair()


@asynccontextmanager
async def over_loopback() -> AsyncGenerator[tuple[trio.abc.Stream, trio.abc.Stream]]:
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        left = await trio.open_tcp_stream("127.0.0.1", listener.socket.getsockname()[1])
        async with left, await listener.accept() as right:
            yield left, right


async def echo(pair: Pair, size: int, count: int) -> None:
    left, right = pair

    async def answer() -> None:
        for _ in range(count):
            await right.receive()
            await right.send(bytes(size))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(answer)
        for _ in range(count):
            await left.send(bytes(size))
            await left.receive()


async def one_way(pair: Pair, size: int, count: int) -> None:
    left, right = pair
    for _ in range(count // IN_FLIGHT):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send_some, left, size)
            for _ in range(IN_FLIGHT):
                await right.receive()


async def send_some(peer: Peer, size: int) -> None:
    for _ in range(IN_FLIGHT):
        await peer.send(bytes(size))


Load = Callable[[Pair, int, int], Awaitable[None]]

IMPLEMENTATIONS: dict[str, Joined] = {
    OURS: join_ours,
    "trio-websocket": join_stock,
    "websockets.trio": join_independent,
}
WAYS: dict[str, Streams] = {"pipe": over_pipe, "test streams": over_test_streams, "loopback": over_loopback}
LOADS: dict[str, Load] = {"echo": echo, "one way": one_way}


async def cost(join: Joined, streams: Streams, load: Load, *, size: int, count: int) -> float:
    """µs of process time a frame."""
    async with streams() as (left, right), join(left, right) as pair:
        await load(pair, size, IN_FLIGHT)
        started = time.process_time()
        await load(pair, size, count)
        return (time.process_time() - started) / count * 1e6


def measure(ask: Ask) -> Iterator[Figure]:
    """Every load over every way, with frames of two sizes."""
    count = 160 if ask.is_quick else 800
    for load_name, load in LOADS.items():
        for way, streams in WAYS.items():
            for size in (640, 3200):
                runs = {
                    name: partial(trio.run, partial(cost, join, streams, load, size=size, count=count))
                    for name, join in IMPLEMENTATIONS.items()
                }
                yield Figure(
                    f"{load_name} over {way}, {size} bytes", "µs", ask.alternate(ask.rounds(5), runs)
                )


ROWS = (
    Row(
        "transport",
        "Processor time for a frame of a websocket on trio, both ends together in one process.",
        measure,
        "Nothing is decided, and nothing is mixed.",
    ),
)
