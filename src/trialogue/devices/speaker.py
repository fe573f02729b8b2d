"""Speaker: a sink that plays the meeting without the people in front of it.

The router's tick puts frames into a bounded ring, and the driver's thread takes samples out of it: two
threads may use the two ends of a `deque` at once. A full ring drops its oldest frame (we are late); an empty
one plays as silence (we are early).

The device's clock differs from the meeting's. The drift is corrected in silence: a silent frame is left out
while too many frames wait, and played twice before the ring runs empty.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing

import trio

from trialogue.devices.driver import Driver

RING_S = 0.5
"""Most seconds of sound that wait for the device."""

LEAD_S = 0.06
"""Seconds of sound that wait before the first is played, against the jitter of both clocks."""

LOOK_S = 2.0
"""Seconds of observation before the ring is corrected."""


class Speaker:
    """Sink for all participants except `without`; `mix` adds frames."""

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
        self._lead = max(1, round(LEAD_S * sample_rate / samples))
        self._ring: deque[bytes] = deque(maxlen=max(self._lead + 2, round(RING_S * sample_rate / samples)))
        self._least: int | None = None
        self._looks = 0
        self._rest = b""
        self._flows = False

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Take one tick."""
        del position
        frames = [pcm for name, pcm in sounding.items() if name not in self._without]
        if frames:
            self._ring.append(self._mix(frames))
        else:
            self._ring.extend([bytes(2 * self._samples)] * self._silent_frames())

    def _silent_frames(self) -> int:
        """Number of times that a silent frame is played: once, or as the drift of the clocks requires."""
        self._looks += 1
        if self._looks * self._samples < LOOK_S * self._rate or self._least is None:
            return 1
        least, self._least, self._looks = self._least, None, 0
        if least > self._lead:
            return 0
        return 2 if least < 1 and self._flows else 1

    async def run(
        self, _epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Play until cancelled; SetupError where there is no speaker."""
        with closing(self._driver.open_output(self._rate, self._samples, self._fill)) as stream:
            stream.start()
            task_status.started()
            await trio.sleep_forever()

    def _fill(self, samples: int) -> bytes:
        """Samples that the device plays next. Called in the driver's thread."""
        if not self._flows and len(self._ring) < self._lead:
            return bytes(2 * samples)
        self._flows = True
        while len(self._rest) < 2 * samples:
            try:
                self._rest += self._ring.popleft()
            except IndexError:  # the router is late
                self._flows = False
                break
        waiting = len(self._ring)
        self._least = waiting if self._least is None else min(self._least, waiting)
        sound, self._rest = self._rest[: 2 * samples], self._rest[2 * samples :]
        return sound.ljust(2 * samples, b"\0")

    def __repr__(self) -> str:
        """Status line."""
        return f"<Speaker: {len(self._ring)} frames waiting, without {', '.join(sorted(self._without))}>"
