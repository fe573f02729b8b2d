"""The independent implementation again: what is negotiated, floods that nobody reads, peers that vanish."""

import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import trio
import trio.testing
import websockets.exceptions
import websockets.http11
import websockets.server
import websockets.trio.client
import websockets.trio.server
from wires import HEADERS, frame, listening, piped, upgrade

from trialogue.agent.opening import open_agent
from trialogue.chaos.toxics import HalfOpen, ToxicStream
from trialogue.errors import ConnectionLost, DialFailed, ProviderRefused
from trialogue.model.events import SessionLost, SessionReady
from trialogue.transport.accept import Accept, SocketService, UpgradeRequest
from trialogue.transport.dial import in_memory, open_websocket
from trialogue.transport.lifetime import background
from trialogue.transport.pipe import PipeStream
from trialogue.transport.socket import WebSocket
from trialogue.transport.wire import MAX_UNWRITTEN_BYTES

Spoken = list[str | None]
"""What a side says was agreed on."""


# --- subprotocols -----------------------------------------------------------------------------------


@asynccontextmanager
async def serving(who: str, chosen: str | None, spoken: Spoken, over: trio.Event) -> AsyncGenerator[str]:
    """A server that chooses this subprotocol whatever is offered."""

    async def converse(socket: WebSocket, _request: UpgradeRequest) -> None:
        spoken.append(socket.handshake.subprotocol)
        over.set()

    async def handle(connection: websockets.trio.server.ServerConnection) -> None:
        spoken.append(connection.subprotocol)
        over.set()

    if who == "ours":
        service = SocketService(converse, decide=lambda _: Accept(subprotocol=chosen))
        async with listening(service) as listener:
            yield listener.url()
    else:
        async with background() as nursery:
            choose = {"select_subprotocol": lambda _connection, _offered: chosen}
            serve = partial(websockets.trio.server.serve, handle, 0, host="127.0.0.1", **choose)
            server = await nursery.start(serve)
            yield f"ws://127.0.0.1:{server.listeners[0].socket.getsockname()[1]}/"


async def agreed(who: str, url: str, offered: list[str]) -> str | None:
    """What a client that offers these says was agreed on; "refused" where it hangs up."""
    if who == "ours":
        try:
            async with open_websocket(url, headers={}, subprotocols=offered) as socket:
                return socket.handshake.subprotocol
        except (DialFailed, ProviderRefused):
            return "refused"
    given: Any = offered or None
    try:
        async with websockets.trio.client.connect(url, proxy=None, subprotocols=given) as connection:
            return connection.subprotocol
    except websockets.exceptions.InvalidHandshake:
        return "refused"


@pytest.mark.parametrize("server", ["ours", "theirs"])
@pytest.mark.parametrize("client", ["ours", "theirs"])
@pytest.mark.parametrize(
    ("offered", "chosen"),
    [([], None), (["a"], None), (["a"], "a"), (["a", "b", "c"], "c"), (["b", "a"], "b")],
)
async def test_both_agree_on_a_subprotocol(
    offered: list[str], chosen: str | None, client: str, server: str
) -> None:
    """Client and server of both implementations name the same chosen subprotocol, or none."""
    spoken: Spoken = []
    over = trio.Event()
    with trio.fail_after(50):
        async with serving(server, chosen, spoken, over) as url:
            assert await agreed(client, url, offered) == chosen
            await over.wait()
    assert spoken == [chosen]


@pytest.mark.parametrize("client", ["ours", "theirs"])
@pytest.mark.parametrize("offered", [[], ["a", "b"]], ids=["none offered", "others offered"])
async def test_both_refuse_what_they_did_not_offer(offered: list[str], client: str) -> None:
    """A client of either implementation leaves a server that chooses what was not offered."""
    over = trio.Event()
    with trio.fail_after(50):
        async with serving("theirs", "chat", [], over) as url:
            assert await agreed(client, url, offered) == "refused"


# --- floods that nobody reads ------------------------------------------------------------------------


FLOOD = frame(9, b"x" * 125) * 1000
MOST_HELD = 4 * MAX_UNWRITTEN_BYTES
"""What a socket, its library and the pipe may hold together while a flood lasts."""


async def test_a_flood_of_pings_is_bounded(autojump_clock: trio.testing.MockClock) -> None:
    """A peer that sends 25 MB of pings and reads no pong costs us the socket, and little memory."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        for _ in range(200):
            await stream.send_all(FLOOD)

    async with piped(talk)("ws://localhost/v1", headers=HEADERS) as socket:
        tracemalloc.start()
        try:
            for _ in range(50):  # we speak all the while, as a meeting does
                socket.send_bytes(bytes(640))
            with pytest.raises(ConnectionLost) as lost, trio.fail_after(30):
                await socket.receive()
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert "floods us with pings" in str(lost.value) or "took nothing" in str(lost.value)
    assert most < MOST_HELD


# --- peers that vanish, as a session meets them ------------------------------------------------------


class VoiceAgent:
    """A voice agent of the independent implementation, whose line goes dead as often as it is told."""

    def __init__(self, deaths: int) -> None:
        self.deaths, self.dialled_at = deaths, list[float]()

    async def __call__(self, stream: trio.abc.Stream) -> None:
        """Greet, apply the settings, and then be gone, or stay and listen."""
        self.dialled_at.append(trio.current_time())
        line, protocol = ToxicStream(stream), websockets.server.ServerProtocol()
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while received := await line.receive_some():
                protocol.receive_data(received)
                were_settings = [self._takes(protocol, event) for event in protocol.events_received()]
                for data in protocol.data_to_send():
                    await line.send_all(data)
                if any(were_settings) and len(self.dialled_at) <= self.deaths:
                    line.add(HalfOpen())

    def _takes(self, protocol: websockets.server.ServerProtocol, event: object) -> bool:
        """Answer a request or a message; whether that was the settings."""
        if isinstance(event, websockets.http11.Request):
            protocol.send_response(protocol.accept(event))
            protocol.send_text(b'{"type":"Welcome","request_id":"r-1"}')
        elif b'"type":"Settings"' in getattr(event, "data", b""):
            protocol.send_text(b'{"type":"SettingsApplied"}')
            return True
        return False


async def test_a_session_whose_peer_vanishes_twice(autojump_clock: trio.testing.MockClock) -> None:
    """A vanished peer is noticed within fifteen seconds, each time, and dialled again."""
    service = VoiceAgent(deaths=2)
    connect = partial(in_memory(service), "ws://voice.example/v1/agent/converse", headers={})
    block = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}
    events: list[object] = []

    async def watch() -> None:
        while True:
            event = await agent.next_event()
            if isinstance(event, SessionReady | SessionLost):
                events.append(event)

    async with open_agent(block, connect=connect) as agent, trio.open_nursery() as nursery:
        nursery.start_soon(watch)
        for _ in range(1000):
            agent.hear(bytes(3200))
            await trio.sleep(0.1)
        nursery.cancel_scope.cancel(reason="a hundred seconds are over")
    assert [type(event) for event in events] == [SessionReady, SessionLost] * 2 + [SessionReady]
    assert all(
        later - earlier <= 15.0 + 2.0 + 0.5 for earlier, later in pairwise(service.dialled_at)
    )  # silence, a close that nobody answers, the first pause
