"""The goodbye of a server that is ended."""

from __future__ import annotations

import pytest
import trio
from fakes import fake_equipment
from websockets.exceptions import ConnectionClosed
from websockets.trio.client import ClientConnection, connect

from trialogue.server.listener import Server, open_server


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
    """Of every route; and the server ends though one client does not read what it is told."""
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
