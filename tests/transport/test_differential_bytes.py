"""Bytes that no proper peer sends, to either implementation in either role: what each makes of them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
import websockets.exceptions
import websockets.trio.client
import websockets.trio.server
from wires import frame, listening, tcp_peer, upgrade

from trialogue.errors import ConnectionLost
from trialogue.transport.accept import SocketService, UpgradeRequest
from trialogue.transport.dial import open_websocket
from trialogue.transport.lifetime import background
from trialogue.transport.socket import WebSocket

Seen = list[str | bytes | int]
"""Messages, then the close code."""

CLOSE = b"\x03\xe8"

CASES: dict[str, tuple[list[tuple[int, bytes, int]], Seen]] = {
    # name: frames (opcode, payload, fin), what must be seen
    "fragments": ([(1, b"a", 0), (0, b"b", 0), (0, b"c", 128), (8, CLOSE, 128)], ["abc", 1000]),
    "a ping between fragments": (
        [(2, b"a", 0), (9, b"?", 128), (0, b"b", 128), (8, CLOSE, 128)],
        [b"ab", 1000],
    ),
    "a character cut by fragments": ([(1, b"\xc3", 0), (0, b"\xbc", 128), (8, CLOSE, 128)], ["\u00fc", 1000]),
    "a close without a code": ([(1, b"a", 128), (8, b"", 128)], ["a", 1005]),
    "a flood of pings": ([(9, b"?", 128)] * 2000 + [(8, CLOSE, 128)], [1000]),
    "a pong that nobody asked for": ([(10, b"!", 128), (8, CLOSE, 128)], [1000]),
    "text that is no UTF-8": ([(1, b"\xff\xfe", 128)], [1007]),
    "a reserved bit": ([(1, b"a", 128 | 64)], [1002]),
    "a reserved opcode": ([(3, b"a", 128)], [1002]),
    "a continuation of nothing": ([(0, b"a", 128)], [1002]),
    "a message inside of a message": ([(1, b"a", 0), (1, b"b", 128)], [1002]),
    "a ping in fragments": ([(9, b"a", 0)], [1002]),
    "a ping that is too long": ([(9, b"a" * 126, 128)], [1002]),
    "a close code that may not be sent": ([(8, b"\x03\xee", 128)], [1002]),
    "a close of one byte": ([(8, b"\x03", 128)], [1002]),
    "an end without a close": ([(1, b"a", 128)], ["a", 1006]),
    "an end inside of a message": ([(1, b"a", 0)], [1006]),
}


def raw(frames: list[tuple[int, bytes, int]], *, mask: bool) -> bytes:
    return b"".join(frame(opcode, payload, fin=fin, mask=mask) for opcode, payload, fin in frames)


async def ours(socket: WebSocket) -> Seen:
    seen: Seen = []
    while True:
        try:
            seen.append(await socket.receive())
        except ConnectionLost as lost:
            return [*seen, lost.close_code]


async def theirs(connection: websockets.trio.client.ClientConnection) -> Seen:
    seen: Seen = []
    while True:
        try:
            seen.append(await connection.recv())
        except websockets.exceptions.ConnectionClosed as closed:
            first = closed.rcvd if closed.rcvd_then_sent or closed.sent is None else closed.sent
            return [*seen, 1006 if first is None else first.code]


@asynccontextmanager
async def serving(who: str, seen: list[Seen], over: trio.Event) -> AsyncGenerator[int]:
    async def converse(socket: WebSocket, _request: UpgradeRequest) -> None:
        seen.append(await ours(socket))
        over.set()

    async def handle(connection: websockets.trio.server.ServerConnection) -> None:
        seen.append(await theirs(connection))
        over.set()

    if who == "ours":
        async with listening(SocketService(converse)) as listener:
            yield listener.port
    else:
        async with background() as nursery:
            serve = partial(websockets.trio.server.serve, handle, 0, host="127.0.0.1")
            server = await nursery.start(serve)
            yield server.listeners[0].socket.getsockname()[1]


async def as_server(who: str, sent: bytes, *, ends: bool = False) -> Seen:
    """What it sees as a server whose client sends bytes and half-closes, at once or once answered."""
    seen: list[Seen] = []
    over = trio.Event()
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n"
    async with serving(who, seen, over) as port, await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(head.encode())
        while b"\r\n\r\n" not in await stream.receive_some():
            pass
        await stream.send_all(sent)
        if not ends:
            await stream.receive_some()  # its answer, before we half-close
        await stream.send_eof()
        await over.wait()
    return seen[0]


async def as_client(who: str, sent: bytes, *, ends: bool = False) -> Seen:
    """What it sees as a client whose server sends bytes and half-closes, at once or once answered."""

    async def talk(stream: trio.SocketStream) -> None:
        await upgrade(stream)
        await stream.send_all(sent)
        if not ends:
            await stream.receive_some()  # its answer, before we half-close
        await stream.send_eof()
        while await stream.receive_some():
            pass

    async with tcp_peer(talk) as port:
        url = f"ws://127.0.0.1:{port}/"
        if who == "ours":
            async with open_websocket(url, headers={}) as socket:
                return await ours(socket)
        async with websockets.trio.client.connect(url, proxy=None) as connection:
            return await theirs(connection)


@pytest.mark.parametrize("who", ["ours", "theirs"])
@pytest.mark.parametrize("role", ["server", "client"])
@pytest.mark.parametrize("case", CASES)
async def test_both_make_the_same_of_it(case: str, role: str, who: str) -> None:
    """Each implementation reads each case of bytes in the same way, in each role."""
    frames, expected = CASES[case]
    see = as_server if role == "server" else as_client
    with trio.fail_after(50):
        seen = await see(who, raw(frames, mask=role == "server"), ends=case.startswith("an end"))
    assert seen == expected


@pytest.mark.parametrize("who", ["ours", "theirs"])
@pytest.mark.parametrize("role", ["server", "client"])
async def test_the_wrong_side_masks(role: str, who: str) -> None:
    """A client that does not mask, or a server that does, is closed as a broken protocol."""
    with trio.fail_after(50):
        seen = await (as_server if role == "server" else as_client)(
            who, frame(1, b"a", mask=role == "client")
        )
    assert seen == [1002]
