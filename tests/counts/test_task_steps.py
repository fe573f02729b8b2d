"""Task steps that a frame takes: each is a pass of trio's loop, which is most of what a frame costs live.

They are counted, not timed, so that they hold on a busy machine too. A limit is what it was when it was
written: who needs a step more a frame says why here, and who needs one less lowers it.
"""

import itertools
from contextlib import asynccontextmanager

import pytest
import trio

from trialogue.transport.accept import SocketService, serve_websocket
from trialogue.transport.dial import open_websocket_over
from trialogue.transport.pipe import open_pipe

FRAMES = 50
FRAME = bytes(960)


class Steps(trio.abc.Instrument):
    """Counts the steps of all tasks but one: the test's own."""

    def __init__(self, own):
        self.own = own
        self.count = 0

    def before_task_step(self, task):
        self.count += task is not self.own


@asynccontextmanager
async def over_pipe():
    yield open_pipe()


@asynccontextmanager
async def over_loopback():
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        left = await trio.open_tcp_stream("127.0.0.1", listener.socket.getsockname()[1])
        async with left, await listener.accept() as right:
            yield left, right


@asynccontextmanager
async def joined(streams):
    """Two sockets of ours, one at each end."""
    accepted, taken = trio.open_memory_channel(1)

    async def converse(socket, _request):
        await accepted.send(socket)
        await trio.sleep_forever()

    async with streams() as (left, right), trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, right, SocketService(converse))
        async with open_websocket_over(left, "ws://localhost/", headers={}) as socket:
            yield socket, await taken.receive()
            nursery.cancel_scope.cancel()


async def steps_a_frame(streams, beside=None):
    """How many steps others make for a frame that is sent, and received, before the next one is."""
    async with joined(streams) as (here, there), trio.open_nursery() as nursery:
        if beside is not None:
            nursery.start_soon(beside, there)
        here.send_bytes(FRAME)
        await there.receive()
        steps = Steps(trio.lowlevel.current_task())
        trio.lowlevel.add_instrument(steps)
        for _ in range(FRAMES):
            here.send_bytes(FRAME)
            assert await there.receive() == FRAME
        trio.lowlevel.remove_instrument(steps)
        nursery.cancel_scope.cancel()
    return steps.count / FRAMES


LIMITS = {over_pipe: 3.0, over_loopback: 3.0}
"""Beside the test, which sends and receives: the writer wakes, the reader wakes, and the writer rests."""


@pytest.mark.parametrize("streams", LIMITS, ids=["in memory", "loopback"])
async def test_a_frame_takes_no_more_steps(streams):
    """A change that costs steps of the loop for each frame is noticed without a quiet machine."""
    assert await steps_a_frame(streams) <= LIMITS[streams]


async def test_a_wake_more_is_found():
    """A task that wakes once a frame and decides nothing is a step more."""
    plain = await steps_a_frame(over_pipe)

    async def wakes(_socket):
        for _ in itertools.repeat(None):
            await trio.lowlevel.checkpoint()

    assert await steps_a_frame(over_pipe, wakes) >= plain + 1


def tasks_below(task):
    """How many tasks there are below one."""
    below = [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    return len(below) + sum(map(tasks_below, below))


SOCKET_TASKS = 2
"""One reads and one writes; liveness is looked at between writes. A task more is some six KiB a socket."""


async def test_an_open_socket_has_no_more_tasks():
    """A change that gives an open socket another task is noticed."""
    async with joined(over_pipe):
        assert tasks_below(trio.lowlevel.current_task()) == 2 * SOCKET_TASKS + 1
