"""What peers do wrong, and what becomes of the socket: one ending each, in bounded time."""

import socket as socket_module
import struct
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
import trio
import trio.testing
from wires import (
    HEADERS,
    QUICK_RULES,
    echo,
    frame,
    piped,
    read_frames,
    read_request,
    switching,
    tcp_peer,
    unmask,
    upgrade,
)

from trialogue.errors import ConnectionLost, RemoteProtocolError
from trialogue.transport import incoming
from trialogue.transport.accept import SocketService, serve_websocket
from trialogue.transport.dial import in_memory, open_websocket, open_websocket_over
from trialogue.transport.pipe import PipeStream, open_pipe
from trialogue.transport.socket import OutboxRules, SocketRules, WebSocket

URL = "ws://localhost/v1"


async def ending(
    talk: Callable[[PipeStream], Awaitable[None]], rules: SocketRules = QUICK_RULES
) -> ConnectionLost:
    """How a client's socket ends where `talk` plays the server after the upgrade."""

    async def upgrade_and_talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await talk(stream)

    async with piped(upgrade_and_talk, rules)(URL, headers=HEADERS) as socket:
        with pytest.raises(ConnectionLost) as lost:
            await drop_all(socket)
    return lost.value


async def drop_all(socket: WebSocket) -> None:
    while True:
        await socket.receive()


def sending(*data: bytes) -> Callable[[PipeStream], Awaitable[None]]:
    """A peer that sends `data`, then waits for the other side to end."""

    async def talk(stream: PipeStream) -> None:
        await stream.send_all(b"".join(data))
        while await stream.receive_some():
            pass

    return talk


BROKEN = {
    "masked by a server": (frame(1, b"hi", mask=True), 1002),
    "reserved bit": (frame(1, b"hi", fin=0xC0), 1002),
    "unknown opcode": (frame(3), 1002),
    "fragmented ping": (frame(9, fin=0), 1002),
    "long ping": (frame(9, b"x" * 126), 1002),
    "continuation of nothing": (frame(0, b"hi"), 1002),
    "text inside a binary": (frame(2, b"a", fin=0) + frame(1, b"b"), 1002),
    "close code 999": (frame(8, b"\x03\xe7"), 1002),
    "close code 1006": (frame(8, b"\x03\xee"), 1002),
    "close code of one byte": (frame(8, b"\x03"), 1002),
    "invalid UTF-8": (frame(1, b"\xff\xfe"), 1007),
    "invalid UTF-8 over two frames": (frame(1, b"\xc3", fin=0) + frame(0, b"("), 1007),
    "invalid UTF-8 in a close": (frame(8, b"\x03\xe8\xff"), 1007),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_frames_end_the_client_and_are_answered(name: str) -> None:
    """A server that breaks the protocol is closed with the code, and the client's error says so."""
    data, code = BROKEN[name]
    answered: list[tuple[int, bytes]] = []

    async def talk(stream: PipeStream) -> None:
        await stream.send_all(data)
        answered.extend(await read_frames(stream))

    lost = await ending(talk, SocketRules())
    assert lost.close_code == code
    assert isinstance(lost.__cause__, RemoteProtocolError)
    assert answered == [(8, code.to_bytes(2))]


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "masked by a server"])
async def test_broken_frames_end_the_server_and_are_answered(name: str) -> None:
    """A client that breaks the protocol is closed with the code, and the server's error says so."""
    data, code = BROKEN[name]
    masked = b"".join(
        frame(raw[0] & 0x0F, payload, fin=raw[0] & 0xF0, mask=True) for raw, payload in split_frames(data)
    )
    ours, theirs = open_pipe()
    ends: list[ConnectionLost] = []

    async def listen(socket: WebSocket, _request: object) -> None:
        try:
            await socket.receive()
        except ConnectionLost as lost:
            ends.append(lost)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, SocketService(listen))
        await ours.send_all(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        await ours.send_all(
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await read_request(ours)
        await ours.send_all(masked)
        answered = await read_frames(ours)
        ours.close()
    assert [lost.close_code for lost in ends] == [code]
    assert isinstance(ends[0].__cause__, RemoteProtocolError)
    assert answered == [(8, code.to_bytes(2))]


def split_frames(data: bytes) -> list[tuple[bytes, bytes]]:
    """Unmasked frames as (first byte, payload)."""
    found: list[tuple[bytes, bytes]] = []
    while data:
        ((_, payload), *_), size = unmask(data), data[1] & 0x7F
        end = 2 + (2 if size == 126 else 0) + len(payload)
        found.append((data[:1], payload))
        data = data[end:]
    return found


async def test_a_message_too_big_is_closed_with_1009() -> None:
    """A message beyond the bound is closed with 1009, whether it is one frame or many."""
    answered: list[tuple[int, bytes]] = []

    async def talk(stream: PipeStream) -> None:
        await stream.send_all(frame(2, b"x" * 600, fin=0) + frame(0, b"y" * 600))
        answered.extend(await read_frames(stream))

    lost = await ending(talk, SocketRules(max_message_size=1000))
    assert lost.close_code == 1009
    assert isinstance(lost.__cause__, RemoteProtocolError)
    assert [(opcode, payload[:2]) for opcode, payload in answered] == [(8, b"\x03\xf1")]


async def test_one_mebibyte_is_not_too_big() -> None:
    """The default bound lets exactly 1 MiB through, and 1 MiB and a byte not."""
    rules = SocketRules(outbox=OutboxRules(max_frame_bytes=2**21))
    connect = in_memory(partial(serve_websocket, service=SocketService(echo, rules=rules)), rules=rules)
    async with connect(URL, headers=HEADERS) as socket:
        socket.send_bytes(bytes(2**20))
        assert await socket.receive() == bytes(2**20)
        socket.send_bytes(bytes(2**20 + 1))
        with pytest.raises(ConnectionLost) as lost:
            await socket.receive()
    assert lost.value.close_code == 1009


async def test_long_messages_may_follow_the_upgrade_at_once() -> None:
    """A server that has much to say right after its 101 does not exceed the bound on handshakes."""

    async def talk(stream: PipeStream) -> None:
        answer = switching(await read_request(stream))
        await stream.send_all(answer + frame(2, b"x" * 500_000))
        await stream.receive_some()  # its Close
        stream.close()

    ours, theirs = open_pipe(max_bytes=2**20)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(talk, theirs)
        async with open_websocket_over(ours, URL, headers={}) as socket:
            assert await socket.receive() == b"x" * 500_000


async def test_the_end_inside_a_frame_is_1006() -> None:
    """A stream that ends within a frame is reported as 1006, after the whole messages before it."""

    async def talk(stream: PipeStream) -> None:
        await stream.send_all(frame(1, b"whole") + frame(2, b"x" * 100)[:50])

    async def upgrade_and_talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await talk(stream)

    async with piped(upgrade_and_talk)(URL, headers=HEADERS) as socket:
        assert await socket.receive() == "whole"
        with pytest.raises(ConnectionLost, match="without a Close frame") as lost:
            await socket.receive()
    assert lost.value.close_code == 1006


async def test_the_peers_last_message_is_read_although_writing_fails() -> None:
    """A peer that closes after its last message cannot lose it by our writes failing first."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await stream.send_all(frame(1, b'{"type":"Error"}') + frame(8, b"\x03\xf3"))

    async with piped(talk)(URL, headers=HEADERS) as socket:
        for _ in range(100):
            socket.send_bytes(b"x" * 3200)
        assert await socket.receive() == '{"type":"Error"}'
        with pytest.raises(ConnectionLost) as lost:
            await socket.receive()
    assert lost.value.close_code == 1011


async def test_ten_thousand_empty_fragments_are_one_message(autojump_clock: trio.testing.MockClock) -> None:
    """A message in ten thousand empty fragments takes no memory, and the socket stays open."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await stream.send_all(frame(1, b"a", fin=0) + frame(0, fin=0) * 10_000 + frame(0, b"b"))
        await read_frames(stream)

    async with piped(talk)(URL, headers=HEADERS) as socket:
        assert await socket.receive() == "ab"


async def test_a_frame_that_claims_an_exabyte_ends_by_liveness(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A frame without an end counts as a silent peer."""

    async def talk(stream: PipeStream) -> None:
        await stream.send_all(b"\x82\x7f" + (2**62).to_bytes(8) + b"abc")
        await trio.sleep_forever()

    lost = await ending(talk, SocketRules())
    assert "nothing was heard from the peer for 15 s" in str(lost)


async def test_a_peer_that_vanishes_is_missed_after_fifteen_seconds(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A vanished peer is noticed after fifteen seconds, by unanswered pings."""
    heard = bytearray()

    async def talk(stream: PipeStream) -> None:
        while received := await stream.receive_some():
            heard.extend(received)

    started = trio.current_time()
    lost = await ending(talk, SocketRules())
    assert trio.current_time() - started == pytest.approx(15)
    assert lost.close_code == 1006
    assert [opcode for opcode, _ in unmask(bytes(heard))] == [9]


async def test_any_byte_counts_as_life(autojump_clock: trio.testing.MockClock) -> None:
    """A peer that answers no ping and still sends counts as alive."""

    async def talk(stream: PipeStream) -> None:
        for _ in range(10):
            await trio.sleep(10)
            await stream.send_all(frame(2, b"x"))
        await stream.send_all(frame(8, b"\x03\xe8"))

    lost = await ending(talk, SocketRules())
    assert lost.close_code == 1000


async def test_our_own_slowness_is_not_the_peers_death(autojump_clock: trio.testing.MockClock) -> None:
    """A peer does not count as dead while we do not read."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await stream.send_all(frame(2, b"x") * 10)
        await trio.sleep_forever()

    async with piped(talk, SocketRules(receive_queue=2))(URL, headers=HEADERS) as socket:
        await trio.sleep(60)
        for _ in range(10):
            assert await socket.receive() == b"x"
        with pytest.raises(ConnectionLost, match="nothing was heard"):
            await socket.receive()


async def test_a_peer_that_does_not_read_is_lost_by_the_send_deadline(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A peer that reads nothing for two seconds is lost, and the waiting frames are counted."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await trio.sleep_forever()

    started = trio.current_time()
    async with piped(talk)(URL, headers=HEADERS) as socket:
        for _ in range(200):
            socket.send_bytes(b"x" * 1000)
        with pytest.raises(ConnectionLost, match="received nothing for 2 s"):
            await socket.receive()
        assert trio.current_time() - started == pytest.approx(2)
        seen = socket.statistics()
        assert seen.messages_out + seen.frames_dropped == 200


async def test_a_flood_of_pings_by_a_peer_that_does_not_read(autojump_clock: trio.testing.MockClock) -> None:
    """A peer that floods us with pings and reads no pong is lost, instead of filling the memory."""

    async def talk(stream: PipeStream) -> None:
        while True:
            await stream.send_all(frame(9, b"x" * 125) * 100)

    lost = await ending(talk, SocketRules())
    assert "floods us with pings" in str(lost) or "took nothing" in str(lost)


async def test_a_message_in_parts_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message in endless empty parts ends the socket, instead of filling the memory."""
    monkeypatch.setattr(incoming, "MOST_PARTS", 1000)

    async def talk(stream: PipeStream) -> None:
        await stream.send_all(frame(1, fin=0))
        while True:
            await stream.send_all(frame(0, fin=0) * 1000)

    assert "too many parts" in str(await ending(talk, SocketRules()))


async def test_a_reset_is_1006() -> None:
    """A TCP reset ends the socket like any end without a Close frame."""

    async def talk(stream: trio.SocketStream) -> None:
        await upgrade(stream)
        stream.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_LINGER, struct.pack("ii", 1, 0))

    async with tcp_peer(talk) as port, open_websocket(f"ws://127.0.0.1:{port}/", headers={}) as socket:
        with pytest.raises(ConnectionLost) as lost:
            await socket.receive()
    assert lost.value.close_code == 1006
