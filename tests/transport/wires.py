"""What the transport's tests share: an echo, a listener, a raw peer that speaks bytes."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import trio
from attrs import frozen

from trialogue.transport.accept import Address, Service, UpgradeRequest, serve_tcp
from trialogue.transport.lifetime import background
from trialogue.transport.socket import LivenessRules, SocketRules, WebSocket

HEADERS = {"Authorization": lambda: "Token sesame-123"}

QUICK_RULES = SocketRules(liveness=LivenessRules(ping_every_s=0.01, dead_after_s=30))
"""Pings as often as can be, for tests of what pings may upset."""

Crashes = list[Exception]


async def echo(socket: WebSocket, _request: UpgradeRequest) -> None:
    """Send back whatever comes, until the peer goes."""
    while True:
        message = await socket.receive()
        if isinstance(message, str):
            socket.send_text(message)
        else:
            socket.send_bytes(message)


@frozen
class Listener:
    """A service on a loopback port."""

    port: int

    def url(self, path: str = "/") -> str:
        return f"ws://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def listening(service: Service, crashes: Crashes | None = None) -> AsyncGenerator[Listener]:
    """Serve on a loopback port for a block; crashes are kept, or fail the test."""
    kept = [] if crashes is None else crashes
    async with background() as nursery:
        serve = partial(serve_tcp, service, Address("127.0.0.1", 0), crashed=kept.append)
        address: Address = await nursery.start(serve)
        yield Listener(address.port)
    assert crashes is not None or not kept


@asynccontextmanager
async def tcp_peer(talk: Callable[[trio.SocketStream], Awaitable[None]]) -> AsyncGenerator[int]:
    """Listen on a loopback port and let `talk` do as it likes with each connection; gives the port."""

    async def talk_and_close(stream: trio.SocketStream) -> None:
        async with stream:
            try:
                await talk(stream)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return

    async with background() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        await nursery.start(trio.serve_listeners, talk_and_close, listeners)
        yield listeners[0].socket.getsockname()[1]
