"""Our client and our server, in memory and over loopback: what one sends, the other receives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
import trio.testing
from attrs import evolve
from wires import HEADERS, Crashes, Listener, echo, listening

from trialogue.errors import ConnectionLost, DialFailed, LocalProtocolError, ProviderRefused
from trialogue.transport.accept import Accept, Reject, SocketService, UpgradeRequest, serve_websocket
from trialogue.transport.dial import Connector, in_memory, open_websocket
from trialogue.transport.socket import OutboxRules, SocketRules, WebSocket

HANDS_OVER = SocketRules(hands_over=True)

MORE_THAN_A_PIPE = "x" * 70_000
"""A text of which a part waits, and so does all that follows."""


def connector(way: str, listener: Listener, service: SocketService) -> tuple[Connector, str]:
    if way == "handed over":
        served = evolve(service, rules=evolve(service.rules, hands_over=True))
        serve = partial(serve_websocket, service=served)
        return in_memory(serve, rules=HANDS_OVER), "ws://localhost/v1/agent?x=1"
    if way == "memory":
        return in_memory(partial(serve_websocket, service=service)), "ws://localhost/v1/agent?x=1"
    return open_websocket, f"ws://127.0.0.1:{listener.port}/v1/agent?x=1"


@asynccontextmanager
async def connected(way: str, service: SocketService, **more: object) -> AsyncGenerator[WebSocket]:
    async with listening(service) as listener:
        connect, url = connector(way, listener, service)
        async with connect(url, headers=HEADERS, **more) as socket:
            yield socket


both_ways = pytest.mark.parametrize("way", ["memory", "handed over", "loopback"])


@both_ways
async def test_text_and_bytes_keep_their_order(way: str) -> None:
    """Texts and sound arrive in the order in which they were sent."""
    sent = ["Grüße", b"\x00\xff", "", b"x" * 3200, "{}", b"y" * 70_000]
    async with connected(way, SocketService(echo)) as socket:
        for message in sent:
            socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message)
        received = [await socket.receive() for _ in sent]
    assert received == sent


@both_ways
async def test_statistics_and_repr_say_what_happened(way: str) -> None:
    """The statistics of a socket count both directions, and its repr is a status line."""
    async with connected(way, SocketService(echo)) as socket:
        socket.send_text("one")
        socket.send_bytes(b"two")
        assert socket.statistics().outbox_length == 0
        await socket.drain()
        assert await socket.receive() == "one"
        seen = socket.statistics()
        assert (seen.messages_in, seen.messages_out, seen.frames_dropped, seen.outbox_length) == (1, 2, 0, 0)
        assert seen.bytes_in > 3
        assert seen.bytes_out > 6
        assert repr(socket) == "<WebSocket /v1/agent: open, 1 in, 2 out, 0 dropped>"
    assert repr(socket) == "<WebSocket /v1/agent: done 1000, 1 in, 2 out, 0 dropped>"


@both_ways
@pytest.mark.parametrize(
    ("code", "seen"), [(1000, 1000), (1001, 1001), (1011, 1011), (4000, 4000), (None, 1005)]
)
async def test_server_close_code_reaches_the_client(way: str, code: int | None, seen: int) -> None:
    """A client reads what the server sent before its close, then the code and reason."""

    async def close(socket: WebSocket, _request: UpgradeRequest) -> None:
        socket.send_text("last words")
        await socket.aclose(code, "so it goes")

    async with connected(way, SocketService(close)) as socket:
        assert await socket.receive() == "last words"
        for _ in range(2):
            with pytest.raises(ConnectionLost) as lost:
                await socket.receive()
            assert lost.value.close_code == seen
            assert lost.value.reason == ("so it goes" if code else "")
            assert lost.value.__cause__ is None


@both_ways
async def test_client_close_code_reaches_the_server(way: str) -> None:
    """A server learns the code with which its client closed."""
    codes: list[int] = []

    async def listen(socket: WebSocket, _request: UpgradeRequest) -> None:
        try:
            await socket.receive()
        except ConnectionLost as lost:
            codes.append(lost.close_code)

    async with connected(way, SocketService(listen)) as socket:
        await socket.aclose(4321)
        await socket.aclose()
        with pytest.raises(ConnectionLost, match="closed here"):
            socket.send_text("too late")
        socket.send_bytes(b"too late")
        assert socket.statistics().frames_dropped == 1
    assert codes == [4321]


@both_ways
async def test_the_app_decides_by_the_request(way: str) -> None:
    """A server's app sees the whole request, and the client its choice of subprotocol and headers."""
    seen: list[UpgradeRequest] = []

    def decide(request: UpgradeRequest) -> Accept | Reject:
        seen.append(request)
        return Accept("token", headers=(("dg-request-id", "r-1"),))

    async with connected(
        way, SocketService(echo, decide=decide), subprotocols=("token", "sesame-123")
    ) as socket:
        assert socket.handshake.subprotocol == "token"
        assert socket.handshake.path == "/v1/agent"
        assert socket.handshake.header("DG-Request-Id") == "r-1"
    (request,) = seen
    assert (request.path, request.query) == ("/v1/agent", "x=1")
    assert request.host is not None
    assert request.host.split(":")[0] in {"localhost", "127.0.0.1"}
    assert request.header("Authorization") == "Token sesame-123"
    assert request.subprotocols == ("token", "sesame-123")
    assert "sesame" not in repr(request)


@both_ways
async def test_a_rejected_client_learns_why(way: str) -> None:
    """A refused client gets the server's words and request id."""

    def decide(_request: UpgradeRequest) -> Accept | Reject:
        body = b'{"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}'
        return Reject(401, headers=(("dg-request-id", "r-2"),), body=body)

    with pytest.raises(ProviderRefused, match=r"401: Invalid credentials\.") as refused:
        async with connected(way, SocketService(echo, decide=decide)):
            pytest.fail("opened")
    assert (refused.value.status, refused.value.code, refused.value.request_id) == (
        401,
        "INVALID_AUTH",
        "r-2",
    )


async def test_one_crash_leaves_the_other_connections_alone() -> None:
    """A crash is reported, closes its connection with 1011, and the next one works."""

    async def crash_or_echo(socket: WebSocket, request: UpgradeRequest) -> None:
        if request.path == "/crash":
            raise LookupError("a bug")
        await echo(socket, request)

    crashes = Crashes()
    async with (
        listening(SocketService(crash_or_echo), crashes) as listener,
        open_websocket(listener.url("/fine"), headers={}) as fine,
    ):
        async with open_websocket(listener.url("/crash"), headers={}) as doomed:
            with pytest.raises(ConnectionLost) as lost:
                await doomed.receive()
        assert lost.value.close_code == 1011
        fine.send_text("still here")
        assert await fine.receive() == "still here"
    assert [repr(crash) for crash in crashes] == ["LookupError('a bug')"]


async def test_connections_over_the_limit_are_told_to_come_back() -> None:
    """A client beyond the limit gets 429 with a wait, and is let in when a place is free."""
    async with listening(SocketService(echo), sockets=1) as listener:
        async with open_websocket(listener.url(), headers={}) as first:
            with pytest.raises(DialFailed) as failed:
                async with open_websocket(listener.url(), headers={}):
                    pytest.fail("opened")
            assert (failed.value.status, failed.value.retry_after_s) == (429, 1.0)
            first.send_text("x")
            assert await first.receive() == "x"
        with trio.fail_after(50):
            while not await has_answered(listener):
                pass


async def has_answered(listener: Listener) -> bool:
    try:
        async with open_websocket(listener.url(), headers={}) as socket:
            socket.send_text("y")
            return await socket.receive() == "y"
    except DialFailed:
        return False


@both_ways
async def test_the_blocks_own_exception_comes_out_bare(way: str) -> None:
    """An exception raised while a socket is open is not wrapped in a group."""
    with pytest.raises(LookupError, match="mine"):
        async with connected(way, SocketService(echo)):
            raise LookupError("mine")


async def test_full_text_outbox_ends_the_socket() -> None:
    """A text that does not fit ends the socket, instead of being lost in silence."""
    rules = SocketRules(outbox=OutboxRules(max_texts=2))
    connect = in_memory(partial(serve_websocket, service=SocketService(echo)), rules=rules)
    async with connect("ws://localhost/", headers={}) as socket:
        socket.send_text(MORE_THAN_A_PIPE)
        socket.send_text("1")
        socket.send_text("2")
        with pytest.raises(ConnectionLost, match="outbox full"):
            socket.send_text("3")
        with pytest.raises(ConnectionLost, match="outbox full"):
            await socket.receive()
        with pytest.raises(ConnectionLost, match="outbox full"):
            await socket.drain()


async def test_lone_surrogates_are_refused_without_quoting_them() -> None:
    """A text that UTF-8 cannot hold is refused where it is sent, and the socket stays open."""
    connect = in_memory(partial(serve_websocket, service=SocketService(echo)))
    async with connect("ws://localhost/", headers={}) as socket:
        with pytest.raises(LocalProtocolError, match="lone surrogate") as broken:
            socket.send_text("secret speech \ud800")
        assert broken.value.__cause__ is None
        assert broken.value.__suppress_context__
        socket.send_text("fine")
        assert await socket.receive() == "fine"


async def test_old_audio_gives_way_to_new() -> None:
    """A full outbox keeps the newest frames and every text, and counts what it dropped."""
    rules = SocketRules(outbox=OutboxRules(max_frames=2))
    connect = in_memory(partial(serve_websocket, service=SocketService(echo)), rules=rules)
    async with connect("ws://localhost/", headers={}) as socket:
        socket.send_text(MORE_THAN_A_PIPE)
        for number in range(5):
            socket.send_bytes(bytes([number]))
        assert [await socket.receive() for _ in range(3)] == [MORE_THAN_A_PIPE, b"\x03", b"\x04"]
        assert socket.statistics().frames_dropped == 3


async def test_an_hour_of_silence_is_pinged_through_in_virtual_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Two idle peers in memory keep each other alive for an hour of virtual time."""
    connect = in_memory(partial(serve_websocket, service=SocketService(echo)))
    async with connect("ws://localhost/", headers={}) as socket:
        await trio.sleep(3600)
        socket.send_text("still here")
        assert await socket.receive() == "still here"
        assert socket.statistics().ping_rtt_s == 0.0


async def hear_all(socket: WebSocket, _request: UpgradeRequest) -> None:
    """Take what comes, late, and say what it was."""
    await trio.testing.wait_all_tasks_blocked()
    heard = [await socket.receive() for _ in range(40)]
    socket.send_text(repr(heard))
    await socket.drain()


@pytest.mark.parametrize("queue", [1, 3, 256])
async def test_handed_over_sound_keeps_its_order_among_frames(queue: int) -> None:
    """Sound and texts in memory keep their order, also where the peer is slow."""
    rules = SocketRules(hands_over=True, receive_queue=queue, max_message_size=50_000)
    service = SocketService(hear_all, rules=rules)
    connect = in_memory(partial(serve_websocket, service=service), rules=SocketRules(hands_over=True))
    sent = [
        f"{number}" if number % 5 == 4 else bytes([number]) * (60 if number % 3 else 1)
        for number in range(40)
    ]
    async with connect("ws://localhost/", headers={}) as socket:
        for number, message in enumerate(sent):
            socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message)
            if number % 7 == 0:
                await socket.drain()
        assert await socket.receive() == repr(sent)


@pytest.mark.parametrize("is_answered", [True, False])
async def test_handed_over_sound_is_in_no_frame(*, is_answered: bool) -> None:
    """Sound in memory reaches the other end without a frame, where both ends allow it."""
    service = SocketService(echo, rules=SocketRules(hands_over=is_answered))
    connect = in_memory(partial(serve_websocket, service=service), rules=HANDS_OVER)
    async with connect("ws://localhost/", headers={}) as socket:
        await trio.testing.wait_all_tasks_blocked()
        before = socket.statistics()
        sound = bytes(960)
        socket.send_bytes(sound)
        assert await socket.receive() == sound
        after = socket.statistics()
        assert after.bytes_out == before.bytes_out
        assert (after.bytes_in == before.bytes_in) is is_answered
        assert (after.messages_out, after.messages_in) == (1, 1)


@pytest.mark.parametrize("way", ["memory", "handed over"])
async def test_a_message_needs_no_turn_of_its_own_to_leave(way: str) -> None:
    """A message in memory has arrived when `send_text` returns."""
    async with connected(way, SocketService(echo)) as socket:
        socket.send_text("one")
        assert (socket.statistics().messages_out, socket.statistics().outbox_length) == (1, 0)
        assert await socket.receive() == "one"
