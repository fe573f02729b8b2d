"""Faults in the place of an upgrade: for clients that the server accepts, as many as it has places."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import trio

from trialogue.compute import InThreads
from trialogue.server.admission import Access
from trialogue.server.equipment import Equipment
from trialogue.server.listener import Server, open_server
from trialogue.server.options import ServerOptions
from trialogue.serving.control import Control
from trialogue.serving.orders import order
from trialogue.speech.murmur import murmuring_engines

KEY = "a-key-for-tests"


@asynccontextmanager
async def serving(access: Access) -> AsyncGenerator[tuple[Server, Control]]:
    """A server under control."""
    voices = murmuring_engines()
    parts = voices.recognizer, voices.synthesizer, voices.open_detector, InThreads()
    control = Control(Equipment(*parts, options=ServerOptions()))
    async with trio.open_nursery() as nursery:
        opening = partial(open_server, control.equipment, access, control.seams())
        yield await nursery.start(opening), control
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def asking(server: Server, query: str = "", *headers: str) -> AsyncGenerator[trio.SocketStream]:
    """A client's request to upgrade."""
    lines = (
        f"GET /v1/agent/converse{query} HTTP/1.1", f"Host: {server.host}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", *headers, "", "",
    )  # fmt: skip
    async with await trio.open_tcp_stream(server.host, server.port) as stream:
        await stream.send_all("\r\n".join(lines).encode())
        yield stream


async def status(stream: trio.SocketStream) -> bytes:
    """First line of the answer."""
    with trio.fail_after(5):
        return bytes(await stream.receive_some()).split(b"\r\n", 1)[0]


async def test_a_client_without_the_key_is_refused_and_uses_up_no_fault() -> None:
    """It gets its 401, whatever its address asks for; the ordered fault is for the next with a key."""
    async with serving(Access(api_key=KEY)) as (server, control):
        control.order(order("broken-503"))
        for query in ("", "?fault=silent", "?fault=dripped", "?fault=nonsense"):
            async with asking(server, query) as stranger:
                assert (await status(stranger)).startswith(b"HTTP/1.1 401")
        for headers in (f"Authorization: Token {KEY}", f"Sec-WebSocket-Protocol: token, {KEY}"):
            async with asking(server, "", headers) as client:
                assert (await status(client)).startswith(b"HTTP/1.1 503")


async def until(server: Server, answer: bytes) -> None:
    """Ask until this is the answer."""
    with trio.fail_after(5):
        while True:
            async with asking(server) as client:
                if (await status(client)).startswith(answer):
                    return


async def test_a_silent_fault_takes_a_place() -> None:
    """Others are told that the server is full, until its client leaves."""
    async with serving(Access(max_connections=1)) as (server, _):
        async with asking(server, "?fault=silent"):
            await until(server, b"HTTP/1.1 429")
        await until(server, b"HTTP/1.1 101")
