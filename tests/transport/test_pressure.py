"""Sending and closing under pressure: nothing is corrupted, nothing hangs, everything is bounded."""

import pytest
import trio
import trio.testing
from wires import HEADERS, frame, piped, upgrade

from trialogue.errors import ConnectionLost
from trialogue.transport.accept import SocketService, serve_websocket
from trialogue.transport.dial import open_websocket_over
from trialogue.transport.pipe import PipeStream, open_pipe
from trialogue.transport.socket import LivenessRules, OutboxRules, SocketRules, WebSocket

URL = "ws://localhost/v1"


async def test_saturation_both_ways_with_pings_delivers_everything() -> None:
    """Two peers that only send, over a small pipe, with pings all the time, lose nothing and do not lock."""
    count = 300
    rules = SocketRules(
        outbox=OutboxRules(max_frames=count, max_frame_bytes=2**22), liveness=LivenessRules(0.0005, 30)
    )
    received: dict[str, int] = {}

    async def flood(socket: WebSocket, who: str) -> None:
        for number in range(count):
            socket.send_bytes(number.to_bytes(2) + bytes(3198))
        for number in range(count):
            message = await socket.receive()
            assert isinstance(message, bytes)
            assert message[:2] == number.to_bytes(2)
            received[who] = number + 1
        await socket.drain()

    ours, theirs = open_pipe(max_bytes=4096)
    finished = trio.Event()

    async def converse(socket: WebSocket, _request: object) -> None:
        await flood(socket, "server")
        await finished.wait()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, SocketService(converse, rules=rules))
        async with open_websocket_over(ours, URL, headers={}, rules=rules) as socket:
            with trio.fail_after(50):
                await flood(socket, "client")
            assert socket.statistics().ping_rtt_s is not None
            finished.set()
    assert received == {"client": count, "server": count}


async def test_cancelling_a_sender_never_corrupts_the_stream() -> None:
    """Tasks cancelled while they send and drain leave whole frames behind them, in order."""
    ours, theirs = open_pipe(max_bytes=1000)
    received: list[bytes] = []

    async def collect(socket: WebSocket, _request: object) -> None:
        while (message := await socket.receive()) != "done":
            assert isinstance(message, bytes)
            received.append(message)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, SocketService(collect))
        async with open_websocket_over(ours, URL, headers={}) as socket:
            for number in range(50):
                with trio.CancelScope() as scope:
                    socket.send_bytes(bytes([number]) * 5000)
                    scope.cancel(reason="the test cancels every sender")
                    await socket.drain()
                await trio.lowlevel.checkpoint()
            socket.send_text("done")
            await socket.drain()
    assert received == [bytes([number]) * 5000 for number in range(50)]


async def test_close_against_a_peer_that_never_answers_takes_two_seconds(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """`aclose` ends after two seconds without an answer, for any number of tasks."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        while await stream.receive_some():
            pass

    async with piped(talk)(URL, headers=HEADERS) as socket:
        started = trio.current_time()
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(socket.aclose)
        assert trio.current_time() - started == pytest.approx(2)
        await socket.aclose()


async def test_a_ping_that_crosses_our_close_does_not_delay_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A ping that comes after our Close neither raises nor delays it."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await stream.receive_some()
        await stream.send_all(frame(9, b"late"))
        await trio.sleep_forever()

    started = trio.current_time()
    async with piped(talk)(URL, headers=HEADERS) as socket:
        await socket.aclose()
        assert trio.current_time() - started < 2
        with pytest.raises(ConnectionLost, match="closed here"):
            await socket.receive()


async def test_a_cancelled_block_ends_at_once(autojump_clock: trio.testing.MockClock) -> None:
    """Cancelling whoever has the socket closes it by force, without waiting for the peer."""

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        await trio.sleep_forever()

    started = trio.current_time()
    with trio.move_on_after(1):
        async with piped(talk)(URL, headers=HEADERS) as socket:
            await socket.receive()
    assert trio.current_time() - started == pytest.approx(1)
    assert "done" in repr(socket)


@pytest.mark.parametrize("when", ["later", "with the handshake"])
async def test_other_tasks_have_their_turn_while_a_message_comes_in_thousands_of_parts(
    when: str,
) -> None:
    """A peer whose frames are tiny holds up nobody else, and its message arrives whole, with what follows."""
    parts = frame(1, b"", fin=0) + frame(0, b"x", fin=0) * 3_000 + frame(0, b"y")

    async def talk(stream: PipeStream) -> None:
        await upgrade(stream)
        if when == "later":
            await stream.receive_some()
        await stream.send_all(parts + frame(1, b"behind"))
        await trio.sleep_forever()

    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take_turns)
        with trio.fail_after(20):
            async with piped(talk)(URL, headers=HEADERS) as socket:
                before = turns
                socket.send_text("now")
                assert await socket.receive() == "x" * 3_000 + "y"
                assert (turns if when == "with the handshake" else turns - before) > 8
                assert await socket.receive() == "behind"
                nursery.cancel_scope.cancel(reason="all has come")  # the peer would never answer a Close
