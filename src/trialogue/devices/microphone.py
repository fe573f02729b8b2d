"""Microphone of one person: takes the driver's sound into a ring, and from there into the meeting.

1. The driver's callback appends to the ring and asks the loop to drain it. It never waits, not even for the
   loop, as `from_thread.run` would. A full ring drops its oldest block.
2. A device that gives no more samples (unplugged) is reported as lost and opened again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import closing

import trio

from trialogue.devices.driver import Driver
from trialogue.errors import SetupError
from trialogue.model.events import Event, ServiceWarned

RING_S = 1.0
"""Most seconds of sound that wait for the loop."""

LOST_S = 2.0
"""Seconds without any samples, even silent ones, after which a device counts as lost."""

AGAIN_S = 1.0
"""Seconds before a lost device is opened again."""


class Microphone:
    """One person's microphone; `push` takes its sound, a block of `samples` at a time."""

    def __init__(
        self,
        participant: str,
        driver: Driver,
        push: Callable[[bytes], None],
        *,
        sample_rate: int,
        samples: int,
        post: Callable[[Event], None],
    ) -> None:
        self.participant = participant
        self._driver = driver
        self._push = push
        self._rate = sample_rate
        self._samples = samples
        self._post = post
        self._ring: deque[bytes] = deque(maxlen=max(2, round(RING_S * sample_rate / samples)))
        self._sounded = trio.Event()
        self._is_open = False

    async def run(
        self, _epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Take sound until cancelled."""
        task_status.started()
        while True:
            try:
                await self._listen()
            except SetupError as gone:
                self._warn(str(gone))
            await trio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        """Take sound until the device gives no more samples."""
        token = trio.lowlevel.current_trio_token()

        def take(pcm: bytes) -> None:
            self._ring.append(pcm)
            try:
                token.run_sync_soon(self._drain, idempotent=True)
            except trio.RunFinishedError:
                self._ring.clear()

        with closing(self._driver.open_input(self._rate, self._samples, take)) as stream:
            stream.start()
            self._is_open = True
            try:
                await self._until_lost()
            finally:
                self._is_open = False
        self._warn("the microphone delivers no more sound")

    async def _until_lost(self) -> None:
        while True:
            self._sounded = trio.Event()
            with trio.move_on_after(LOST_S) as waiting:
                await self._sounded.wait()
            if waiting.cancelled_caught:
                return

    def _drain(self) -> None:
        while self._ring:
            self._push(self._ring.popleft())
        self._sounded.set()

    def _warn(self, text: str) -> None:
        self._post(ServiceWarned(self.participant, "microphone-lost", text))

    def __repr__(self) -> str:
        """Status line."""
        return f"<Microphone {self.participant}: {'open' if self._is_open else 'closed'}>"
