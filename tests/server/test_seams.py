"""Whoever stands between a connection and its client sees who comes, and may take the server's place."""

from __future__ import annotations

import json

import trio
from fakes import fake_equipment

from trialogue.server.listener import serve_stream
from trialogue.server.seams import Converse, ServerSeams, Visitor
from trialogue.transport.dial import open_websocket_over
from trialogue.transport.pipe import open_pipe
from trialogue.transport.socket import WebSocket


async def first_message(seams: ServerSeams) -> str:
    """What a client hears first."""
    near, far = open_pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_stream, far, fake_equipment(), seams)
        url = "ws://embedded/v1/agent/converse?tag=mine"
        async with open_websocket_over(near, url, headers={}) as socket:
            said = await socket.receive()
        nursery.cancel_scope.cancel()
    assert isinstance(said, str)
    return said


async def test_an_attendant_sees_who_comes() -> None:
    """An attendant gets a client's request, its id and its stream."""
    visits: list[Visitor] = []
    streams: list[trio.abc.Stream] = []

    def through(stream: trio.abc.Stream) -> trio.abc.Stream:
        streams.append(stream)
        return stream

    async def attend(visitor: Visitor, socket: WebSocket, converse: Converse) -> None:
        visits.append(visitor)
        await converse(socket)

    welcome = json.loads(await first_message(ServerSeams(attend, through)))
    assert welcome["request_id"] == visits[0].request_id
    assert visits[0].request.query == "tag=mine"
    assert [visits[0].stream] == streams


async def test_an_attendant_may_take_the_servers_place() -> None:
    """An attendant that answers by itself is the only one that the client hears."""

    async def attend(_: Visitor, socket: WebSocket, _converse: Converse) -> None:
        socket.send_text('{"type": "Other"}')

    assert await first_message(ServerSeams(attend)) == '{"type": "Other"}'
