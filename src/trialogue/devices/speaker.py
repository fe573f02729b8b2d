"""The speaker: a sink that plays the meeting without those who sit before it.

The router's tick puts frames into a bounded ring, the driver's thread takes samples out; both ends of a
`deque` may be used at once. A ring that is full forgets its oldest frame (we are late), an empty one is
silence (we are early).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing

import trio

from trialogue.devices.driver import Driver

__all__ = ["Speaker"]

RING_FRAMES = 25
"""Frames that may wait for the device."""

LEAD_FRAMES = 3
"""Frames that wait before the first is played, against the jitter of both clocks."""


class Speaker:
    """A sink for everybody but `without`; `mix` adds frames up."""

    def __init__(
        self,
        driver: Driver,
        *,
        sample_rate: int,
        samples: int,
        without: Collection[str],
        mix: Callable[[Sequence[bytes]], bytes],
    ) -> None:
        self._driver = driver
        self._rate = sample_rate
        self._samples = samples
        self._without = frozenset(without)
        self._mix = mix
        self._ring: deque[bytes] = deque(maxlen=RING_FRAMES)
        self._rest = b""
        self._flows = False

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Take one tick."""
        del position
        frames = [pcm for name, pcm in sounding.items() if name not in self._without]
        self._ring.append(self._mix(frames) if frames else bytes(2 * self._samples))

    async def run(
        self, _epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Play until cancelled; SetupError where there is no speaker."""
        with closing(self._driver.open_output(self._rate, self._samples, self._fill)) as stream:
            stream.start()
            task_status.started()
            await trio.sleep_forever()

    def _fill(self, samples: int) -> bytes:
        """What the device plays next. Called in the driver's thread."""
        if not self._flows and len(self._ring) < LEAD_FRAMES:
            return bytes(2 * samples)
        self._flows = True
        while len(self._rest) < 2 * samples:
            try:
                self._rest += self._ring.popleft()
            except IndexError:  # the router is late
                self._flows = False
                break
        sound, self._rest = self._rest[: 2 * samples], self._rest[2 * samples :]
        return sound.ljust(2 * samples, b"\0")

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<Speaker: {len(self._ring)} frames waiting, without {', '.join(sorted(self._without))}>"
