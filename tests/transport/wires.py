"""What the transport's tests share: an echo, a listener, a raw peer that speaks bytes."""

import base64
import hashlib
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import trio
from attrs import evolve, frozen

from trialogue.transport.accept import SocketService, UpgradeRequest
from trialogue.transport.dial import Connector, in_memory
from trialogue.transport.lifetime import background
from trialogue.transport.listening import Crowd, serve_websockets
from trialogue.transport.pipe import PipeStream
from trialogue.transport.socket import DEFAULT_SOCKET_RULES, LivenessRules, SocketRules, WebSocket

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, section 1.3."""

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
async def listening(
    service: SocketService, crashes: Crashes | None = None, **limits: int
) -> AsyncGenerator[Listener]:
    """Serve on a loopback port for a block; crashes are kept, or fail the test."""
    kept = [] if crashes is None else crashes
    told = evolve(service, crashed=kept.append)
    async with background() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(partial(serve_websockets, lambda: told, listeners, crowd=Crowd(**limits)))
        yield Listener(listeners[0].socket.getsockname()[1])
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


def piped(
    talk: Callable[[PipeStream], Awaitable[None]], rules: SocketRules = DEFAULT_SOCKET_RULES
) -> Connector:
    """A connector to a peer that `talk` plays in bytes, on the other end of a pipe."""

    async def talk_and_close(stream: trio.abc.Stream) -> None:
        assert isinstance(stream, PipeStream)
        try:
            await talk(stream)
        except trio.BrokenResourceError:
            return
        finally:
            stream.close()

    return in_memory(talk_and_close, rules=rules)


async def read_request(stream: trio.abc.Stream) -> bytes:
    """Read up to the end of an upgrade request's headers."""
    request = b""
    while b"\r\n\r\n" not in request:
        received = await stream.receive_some()
        if not received:
            return request
        request += received
    return request


def switching(request: bytes, *, more: str = "") -> bytes:
    """The proper answer to an upgrade request."""
    key = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    token = base64.b64encode(hashlib.sha1(key.split(b": ")[1] + GUID).digest()).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    return "\r\n".join([*lines, f"Sec-WebSocket-Accept: {token}", more.strip() or "X: y", "", ""]).encode()


async def upgrade(stream: trio.abc.Stream) -> None:
    """Take part in the upgrade as a proper server."""
    await stream.send_all(switching(await read_request(stream)))


def frame(opcode: int, payload: bytes = b"", *, fin: int = 0x80, mask: bool = False) -> bytes:
    """One frame, as RFC 6455 section 5.2 has it, or as it forbids."""
    size = len(payload)
    flag = 0x80 if mask else 0
    if size < 126:
        head = struct.pack("!BB", fin | opcode, flag | size)
    elif size < 65536:
        head = struct.pack("!BBH", fin | opcode, flag | 126, size)
    else:
        head = struct.pack("!BBQ", fin | opcode, flag | 127, size)
    return head + (bytes(4) if mask else b"") + payload


async def read_frames(stream: trio.abc.Stream) -> list[tuple[int, bytes]]:
    """All frames of a masked sender up to the end of its stream, unmasked."""
    raw = b""
    while received := await stream.receive_some():
        raw += received
    return unmask(raw)


def unmask(raw: bytes) -> list[tuple[int, bytes]]:
    """The whole frames in `raw`, masked or not."""
    frames: list[tuple[int, bytes]] = []
    while raw:
        size, at = raw[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(raw[2 : 2 + width]), 2 + width
        key = raw[at : at + 4] if raw[1] & 0x80 else b""
        at += len(key)
        payload = raw[at : at + size]
        frames.append(
            (raw[0] & 0x0F, bytes(b ^ key[i % 4] for i, b in enumerate(payload)) if key else payload)
        )
        raw = raw[at + size :]
    return frames
