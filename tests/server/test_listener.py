"""Who comes in, over real sockets on loopback and over memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from attrs import evolve
from desk import scripted, settings
from fakes import fake_equipment
from trio.testing import MockClock
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.trio.client import connect

from trialogue.compute import InThreads
from trialogue.errors import SetupError
from trialogue.server.admission import LOOPBACK, Access
from trialogue.server.equipment import seeded_ids
from trialogue.server.listener import Server, open_server, serve_stream
from trialogue.server.options import ServerOptions
from trialogue.server.think.scripted import read_script
from trialogue.server.think.stand_in import AgentMatch, StandInAgent, ThinkStandIn
from trialogue.transport.dial import open_websocket_over
from trialogue.transport.pipe import open_pipe


@asynccontextmanager
async def serving(access: Access = LOOPBACK, options: ServerOptions | None = None) -> AsyncIterator[Server]:
    """A server on loopback while the block runs."""
    async with trio.open_nursery() as nursery:
        equipment = evolve(fake_equipment(options), compute=InThreads())
        server: Server = await nursery.start(open_server, equipment, access)
        with trio.fail_after(50):
            await trio.lowlevel.checkpoint()
            yield server
        nursery.cancel_scope.cancel()


async def status_of(server: Server, *, path: str = "/v1/agent/converse", **options: Any) -> InvalidStatus:
    """The refusal that a client meets."""
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"ws://127.0.0.1:{server.port}{path}", **options):
            pass
    return caught.value


async def welcome(server: Server, *, query: str = "", **options: Any) -> tuple[Any, dict[str, Any]]:
    """The handshake's response and the first message."""
    async with connect(server.url + query, **options) as socket:
        return socket.response, json.loads(await socket.recv())


async def test_request_id_of_the_handshake_is_that_of_welcome() -> None:
    """A client can find its session by `dg-request-id` of the handshake."""
    async with serving() as server:
        response, message = await welcome(server)
    assert response.headers["dg-request-id"] == message["request_id"]
    assert message["request_id"] == seeded_ids(7)()


@pytest.mark.parametrize("authorization", ["Token x", "token x", "Bearer x", "bearer x", None])
async def test_any_scheme_is_welcome_without_a_key(authorization: str | None) -> None:
    """A server without a key accepts any authorization, and none."""
    headers = {} if authorization is None else {"Authorization": authorization}
    async with serving() as server:
        _, message = await welcome(server, additional_headers=headers)
    assert message["type"] == "Welcome"


async def test_subprotocol_authorization_is_echoed() -> None:
    """A browser's client with its key in the subprotocol can connect."""
    offered = ["token", "secret", "x-deepgram-session-id", "5"]
    async with serving(Access(api_key="secret")) as server:
        response, _ = await welcome(server, subprotocols=offered)
    assert response.headers["Sec-WebSocket-Protocol"] == "token"


@pytest.mark.parametrize("offered", [["secret"], ["secret", "token"], ["x", "secret"], ["token", "wrong"]])
async def test_a_key_without_its_scheme_stays_out(offered: list[str]) -> None:
    """A key without `token` or `bearer` before it gets no access."""
    async with serving(Access(api_key="secret")) as server:
        assert (await status_of(server, subprotocols=offered)).response.status_code == 401


async def test_unknown_queries_and_headers_are_ignored() -> None:
    """An SDK that adds queries or headers can connect."""
    async with serving() as server:
        _, message = await welcome(server, query="?a=1&b=2", additional_headers={"X-Fern-Language": "Python"})
    assert message["type"] == "Welcome"


async def test_wrong_key() -> None:
    """A wrong key gets 401 with the reason; a key is not accepted as a bearer token."""
    async with serving(Access(api_key="secret")) as server:
        for shown in (None, "Token wrong", "secret", "Bearer secret"):
            headers = {} if shown is None else {"Authorization": shown}
            refusal = (await status_of(server, additional_headers=headers)).response
            body = json.loads(refusal.body)
            assert refusal.status_code == 401
            assert refusal.headers["dg-error"] == "Invalid credentials."
            assert body == {
                "err_code": "INVALID_AUTH",
                "err_msg": "Invalid credentials.",
                "request_id": refusal.headers["dg-request-id"],
            }
        _, message = await welcome(server, additional_headers={"Authorization": "token secret"})
    assert message["type"] == "Welcome"


async def test_wrong_path() -> None:
    """An unknown path gets 404, like at the hosted service."""
    async with serving() as server:
        assert (await status_of(server, path="/")).response.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["}, {"Origin": "["}],
)
async def test_foreign_pages_stay_out(headers: dict[str, str]) -> None:
    """A page of another origin gets 403."""
    async with serving() as server:
        assert (await status_of(server, additional_headers=headers)).response.status_code == 403


async def test_own_pages_come_in() -> None:
    """A page served from this machine can connect."""
    async with serving() as server:
        _, message = await welcome(server, additional_headers={"Origin": "http://localhost:8000"})
    assert message["type"] == "Welcome"


@pytest.mark.parametrize("host", ["evil.example", "[", "[::1", "127.0.0.1.evil.example", "[]:80"])
async def test_foreign_hosts_stay_out(host: str) -> None:
    """A request with another `Host`, as after DNS rebinding, gets 403."""
    async with serving() as server:
        stream = await trio.open_tcp_stream("127.0.0.1", server.port)
        lines: Sequence[str] = (
            "GET /v1/agent/converse HTTP/1.1", f"Host: {host}", "Connection: Upgrade",
            "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        )  # fmt: skip
        async with stream:
            await stream.send_all("\r\n".join(lines).encode())
            answer = bytearray()
            while not answer.endswith(b"}"):
                answer += await stream.receive_some()
    assert answer.startswith(b"HTTP/1.1 403")


async def test_one_connection_too_many() -> None:
    """A client over the limit of connections gets 429 until another one leaves."""
    async with serving(Access(max_connections=1)) as server:
        async with connect(server.url) as first:
            await first.recv()
            assert (await status_of(server)).response.status_code == 429
        with trio.fail_after(50):
            while True:
                try:
                    _, message = await welcome(server)
                    break
                except InvalidStatus:
                    await trio.sleep(0.01)
    assert message["type"] == "Welcome"


async def test_beyond_loopback_only_with_a_key() -> None:
    """A server without a key refuses to listen beyond loopback."""
    with pytest.raises(SetupError):
        await open_server(fake_equipment(), Access(host="0.0.0.0"))


@pytest.mark.parametrize("host", ["::1", "localhost"])
async def test_every_loopback_address_needs_no_key(host: str) -> None:
    """A server on any address of this machine alone starts without a key, and is reached there."""
    async with trio.open_nursery() as nursery:
        try:
            server = await nursery.start(open_server, fake_equipment(), Access(host=host))
        except OSError:
            pytest.skip("this machine has no such address")
        await (await trio.open_tcp_stream(host, server.port)).aclose()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("host", ["localhost:\u0663", "\u00a8.localhost", "a" * 64 + "\u00e4.localhost"])
async def test_a_host_that_is_no_name_is_said_in_one_line(host: str) -> None:
    """An invalid `--host` is one line, without a query of the network."""
    with pytest.raises(SetupError, match="is not a valid host name"):
        await open_server(fake_equipment(), Access(host=host, api_key="sesame-of-the-test"))


async def test_error_is_followed_by_an_empty_close() -> None:
    """An Error is followed by a close without a status, after all earlier messages."""
    async with serving() as server, connect(server.url) as socket:
        await socket.send("nonsense")
        types = [json.loads(message)["type"] async for message in socket]
        assert types == ["Welcome", "Error"]
        assert socket.close_code == 1005


async def test_pings_are_answered() -> None:
    """SDKs that drop a server without pongs stay connected."""
    async with serving() as server, connect(server.url) as socket:
        await (await socket.ping()).wait()


async def conversation_in_memory() -> list[tuple[float, Any]]:
    """Greeting and one turn over a pipe: what came, and when."""
    near, far = open_pipe()
    seen: list[tuple[float, Any]] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_stream, far, fake_equipment())
        async with open_websocket_over(near, "ws://embedded/v1/agent/converse", headers={}) as socket:
            script = scripted({"say": "One. Two."}, {"think_ms": [200, 900]})
            socket.send_text(json.dumps(settings(greeting="Hello.", think=script)))
            for number in range(2):
                while not seen or seen[-1][1] != '{"type":"AgentAudioDone"}':
                    seen.append((trio.current_time(), await socket.receive()))
                if number == 0:
                    seen.append((trio.current_time(), "asked"))
                    socket.send_text('{"type":"InjectUserMessage","content":"Hi"}')
        nursery.cancel_scope.cancel()
    return seen


def test_in_memory_under_a_virtual_clock_twice_the_same() -> None:
    """A conversation under a virtual clock has the same messages in every run."""
    first, second = (
        trio.run(conversation_in_memory, clock=MockClock(autojump_threshold=0)) for _ in range(2)
    )
    assert len(first) > 10
    assert first == second


@pytest.mark.parametrize("dripped", [b"", b"GET /v1/agent/converse HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
async def test_a_stranger_has_ten_seconds_to_come_in(dripped: bytes, autojump_clock: MockClock) -> None:
    """A client that does not complete its upgrade within ten seconds is closed."""
    near, far = open_pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_stream, far, fake_equipment())
        began = trio.current_time()
        if dripped:
            await near.send_all(dripped)
        assert await near.receive_some() == b""
        assert trio.current_time() - began == pytest.approx(10.0, abs=0.5)
        await near.aclose()


@pytest.mark.parametrize("message", ["x" * (1024 * 1024 + 1), bytes(1024 * 1024 + 1)], ids=["text", "sound"])
async def test_a_message_is_at_most_a_mebibyte(message: str | bytes) -> None:
    """A message over 1 MiB is closed with 1009, and the server goes on."""
    async with serving() as server:
        async with connect(server.url) as socket:
            await socket.recv()
            await socket.send(message)
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1009
        _, welcomed = await welcome(server)
    assert welcomed["type"] == "Welcome"


def test_the_default_crowd() -> None:
    """The default number of clients is the one in the manual."""
    assert LOOPBACK.max_connections == 64


def agents_at(*paths: str) -> ThinkStandIn:
    """The operator's file with an agent for each of these paths."""
    script = read_script([{"say": "Yes."}])
    return ThinkStandIn(tuple(StandInAgent(f"a{n}", script, AgentMatch(path=p)) for n, p in enumerate(paths)))


async def test_agents_of_the_file_have_paths_of_their_own() -> None:
    """An agent's path in the operator's file leads to that agent, and other paths get 404."""
    options = ServerOptions(stand_in=agents_at("/orders"))
    async with serving(options=options) as server:
        root = f"ws://127.0.0.1:{server.port}"
        async with connect(f"{root}/orders/v1/agent/converse") as socket:
            assert json.loads(await socket.recv())["type"] == "Welcome"
            await socket.send(json.dumps(settings(think={"provider": {"type": "anthropic", "model": "m"}})))
            await socket.send(json.dumps({"type": "InjectUserMessage", "content": "Hi"}))
            said = ""
            while said != "Yes.":
                message = await socket.recv()
                said = json.loads(message).get("content", "") if isinstance(message, str) else said
        assert (await status_of(server, path="/sales/v1/agent/converse")).response.status_code == 404
