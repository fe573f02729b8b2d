"""The task that reads a socket takes one step a frame, by count, and bounds what waits to be taken."""

import sys
from collections import Counter

import pytest
import trio
import trio.testing
from wires import frame, listening

from trialogue.transport.accept import SocketService
from trialogue.transport.connection import receive_beside
from trialogue.transport.dial import open_websocket
from trialogue.transport.socket import SocketRules

FRAMES = 50


class Steps(trio.abc.Instrument):
    """Counts the steps of each task, by the end of its name."""

    def __init__(self):
        self.of = Counter()

    def before_task_step(self, task):
        self.of[task.name.rsplit(".", 1)[-1]] += 1


async def test_a_frame_is_one_step_of_the_task_that_reads():
    """A frame costs one step of one task on its way to the taker."""
    taken, came = [], trio.Event()

    async def take(socket, _request):
        def hear(frame):
            taken.append(frame)
            came.set()

        await receive_beside(socket, hear)

    steps = Steps()
    async with (
        listening(SocketService(take)) as listener,
        open_websocket(listener.url(), headers={}) as socket,
    ):
        for number in range(FRAMES):
            if number == 1:  # what wakes tasks as a connection opens is past
                trio.lowlevel.add_instrument(steps)
            socket.send_bytes(bytes([number]) * 960)
            await came.wait()
            came = trio.Event()
        trio.lowlevel.remove_instrument(steps)
        await socket.aclose()
    assert taken == [bytes([number]) * 960 for number in range(FRAMES)]
    assert steps.of["run_writer"] == 0
    assert sys.platform != "linux" or steps.of["run_reader"] == 0
    assert sum(steps.of.values()) <= 2.2 * FRAMES, steps.of  # the reader, and this test


async def read_in_all(socket):
    """Bytes that a socket has read when it reads no more."""
    read = -1
    while read != (read := socket.statistics().bytes_in):
        await trio.testing.wait_all_tasks_blocked(0.05)
    return read


async def test_nothing_is_read_while_as_many_messages_wait_as_may():
    """A flood of messages that nobody takes is bounded, and all of it arrives later."""
    many = 3000

    async def flood(socket, _request):
        for number in range(many):
            socket.send_bytes(number.to_bytes(2) * 480)
            await socket.drain()
        await trio.sleep_forever()

    rules = SocketRules(receive_queue=8, send_within_s=60.0)
    async with (
        listening(SocketService(flood, rules=rules)) as listener,
        open_websocket(listener.url(), headers={}, rules=rules) as socket,
    ):
        with trio.fail_after(60):
            assert await read_in_all(socket) < 200_000
            got = [await socket.receive() for _ in range(many)]
    assert got == [number.to_bytes(2) * 480 for number in range(many)]


@pytest.mark.parametrize("parts", [1, 2])
async def test_long_messages_that_nobody_takes_are_bounded_by_their_size(parts):
    """A flood of long messages that nobody takes is bounded by size, and all of it arrives later."""
    size, many = 500_000, 50
    half = bytes(size // 2)
    message = frame(2, 2 * half) if parts == 1 else frame(2, half, fin=0) + frame(0, half)

    async def flood(socket, _request):
        await socket.drain()  # the upgrade is written
        for _ in range(many):
            await socket.wire.stream.send_all(message)
        await trio.sleep_forever()

    rules = SocketRules(send_within_s=60.0)
    async with (
        listening(SocketService(flood, rules=rules)) as listener,
        open_websocket(listener.url(), headers={}, rules=rules) as socket,
    ):
        with trio.fail_after(60):
            assert await read_in_all(socket) < 10_000_000
            got = [len(await socket.receive()) for _ in range(many)]
    assert got == [size] * many
