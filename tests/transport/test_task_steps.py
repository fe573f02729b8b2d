"""What a frame of sound costs on a socket in steps of tasks: counts that no busy machine moves."""

from collections import Counter

import trio
from wires import listening

from trialogue.transport.accept import SocketService
from trialogue.transport.connection import receive_beside
from trialogue.transport.dial import open_websocket

FRAMES = 50


class Steps(trio.abc.Instrument):
    """Counts the steps of each task, by the end of its name."""

    def __init__(self):
        self.of = Counter()

    def before_task_step(self, task):
        self.of[task.name.rsplit(".", 1)[-1]] += 1


async def test_a_frame_is_one_step_of_the_task_that_reads():
    """The sender writes it, and the reader gives it to whoever takes: neither writer nor taker is woken."""
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
    assert sum(steps.of.values()) <= 2.2 * FRAMES, steps.of  # the reader, and this test
