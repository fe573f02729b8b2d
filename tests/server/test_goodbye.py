"""The goodbye of a server: of one that is ended, and of a connection that it ends."""

from __future__ import annotations

import pytest
import trio
from fakes import fake_equipment
from websockets.exceptions import ConnectionClosed
from websockets.trio.client import ClientConnection, connect

from trialogue.server.listener import Server, open_server
from trialogue.transport.frames import close_frame, data_frame

UPGRADE = (
    "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
REFUSED = '{"type": "Settings", "audio": {"input": {"encoding": "nonsense"}}}'


async def close_code(socket: ClientConnection) -> int | None:
    """What a connection is closed with."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.real
@pytest.mark.parametrize(
    "path", ["/v1/agent/converse", "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000"]
)
async def test_clients_are_told_by_1001(path: str) -> None:
    """A server that ends closes its clients with 1001, even if one of them does not read."""
    scope = trio.CancelScope()

    listening, servers = trio.open_memory_channel[Server](1)

    async def serve() -> None:
        with scope:
            async with trio.open_nursery() as inside:
                listening.send_nowait(await inside.start(open_server, fake_equipment()))

    with trio.fail_after(50):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            server = await servers.receive()
            deaf = await trio.open_tcp_stream("127.0.0.1", server.port)
            async with deaf, connect(f"ws://127.0.0.1:{server.port}{path}") as socket:
                await socket.recv()
                scope.cancel()
                assert await close_code(socket) == 1001


@pytest.mark.real
async def test_a_client_that_comes_during_the_goodbye_is_told_too() -> None:
    """A client that connects while the server ends is closed with 1001, too."""
    scope = trio.CancelScope()
    listening, servers = trio.open_memory_channel[Server](1)

    async def serve() -> None:
        with scope:
            async with trio.open_nursery() as inside:
                listening.send_nowait(await inside.start(open_server, fake_equipment()))

    with trio.fail_after(50):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            server = await servers.receive()
            async with await trio.open_tcp_stream("127.0.0.1", server.port) as mute:
                await mute.send_all(UPGRADE.format("/v1/agent/converse").encode())
                received = b""
                while b"Welcome" not in received:
                    received += await mute.receive_some()
                scope.cancel()
                while b"\x03\xe9" not in received:  # the mute client is told, and does not answer
                    received += await mute.receive_some()
                async with connect(f"ws://127.0.0.1:{server.port}/v1/agent/converse") as late:
                    assert await close_code(late) == 1001


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("/v1/agent/converse", REFUSED),
        ("/v1/speak?encoding=linear16", '{"type": "Close"}'),
        ("/v2/speak?model=flux-thalia-en&encoding=linear16", '{"type": "Close"}'),
    ],
)
async def test_the_clients_answer_to_a_close_is_waited_for(path: str, last: str) -> None:
    """A stream that ended before it would take the last messages from a client that still sends."""
    received = bytearray()
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            server = await nursery.start(open_server, fake_equipment())
            async with await trio.open_tcp_stream("127.0.0.1", server.port) as stream:
                await stream.send_all(UPGRADE.format(path).encode())
                while b"\r\n\r\n" not in received:
                    received += await stream.receive_some()
                await stream.send_all(data_frame(last, is_client=True))
                while b"\x88" not in received:  # a Close: no other byte of these messages is above 127
                    received += await stream.receive_some()
                with trio.move_on_after(0.05) as waiting:
                    await stream.receive_some()
                assert waiting.cancelled_caught
                await stream.send_all(close_frame(1000, is_client=True))
                assert await stream.receive_some() == b""
            nursery.cancel_scope.cancel(reason="the connection has ended")
