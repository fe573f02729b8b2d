"""Playback of a recorded meeting: its records at their times, its levels from its recordings.

1. `Playback` plays a finished run at any speed; `GrowingRun` follows a journal while it is written.
2. Neither can be steered: the meeting is over, or runs in another process.
"""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import trio
from attrs import field

from trialogue.journal.following import Following
from trialogue.model.events import Joined
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.regular_files import open_regular
from trialogue.report.cast import with_everybody
from trialogue.values import define

LOOK_S: Final = 0.1
"""Seconds between two looks at a growing journal."""

_WINDOW_S: Final = 0.1
"""Seconds of sound over which a level is measured."""

_HEADER: Final = 44
"""Bytes before the samples of a recording."""


@define
class Playback:
    """Playback of a finished meeting from a given place; `speed` is a factor of real time."""

    plan: MeetingPlan
    """Plan of the meeting, as it began."""

    past: Sequence[Record]
    """Records of the meeting, in order."""

    audio: Path
    """The folder of its recordings."""

    speed: float = 1.0
    """Speed of time."""

    start_s: float = 0.0
    """Moment at which it begins, in seconds since the meeting's start."""

    begin: Callable[[], None] = lambda: None
    """Function that is called when time begins to run, such as for sound."""

    _began: float | None = field(init=False, default=None)
    _names: tuple[str, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Find the participants."""
        self._names = _names_of(with_everybody(self.plan, self.past))

    @property
    def now(self) -> float:
        """Seconds since the meeting's start, up to its last record."""
        if self._began is None:
            return self.start_s
        return min(self.start_s + (trio.current_time() - self._began) * self.speed, self.past[-1].at)

    async def records(self) -> AsyncIterator[Record]:
        """Records before the start place at once, every later one at its time."""
        for record in self.past:
            if record.at > self.start_s:
                if self._began is None:
                    self._began = trio.current_time()
                    self.begin()
                await trio.sleep(max(0.0, (record.at - self.now) / self.speed))
            yield record

    def levels(self) -> Mapping[str, float]:
        """Levels of the participants heard now, in dBFS."""
        return recorded_levels(self.audio, self._names, self.now)


@define
class GrowingRun:
    """A meeting that another process runs, followed through its growing journal; or a finished one."""

    following: Following
    """Journal that is followed."""

    is_alive: Callable[[], bool]
    """Function that says whether a process still writes it."""

    _last: tuple[float, float] = field(init=False, default=(0.0, 0.0))
    _joined: list[Record] = field(init=False, factory=list[Record])

    @property
    def plan(self) -> MeetingPlan:
        """Plan of the meeting, as it began."""
        return self.following.header.plan

    @property
    def now(self) -> float:
        """Seconds since the meeting's start: the last record's time plus the time since it arrived."""
        at, came = self._last
        return at + (trio.current_time() - came if came else 0.0)

    async def records(self) -> AsyncIterator[Record]:
        """Records as they are written, until the journal ends or no process writes it any more."""
        while True:
            alive = self.is_alive()
            for record in self.following.news():
                self._joined.extend([record] if isinstance(record.event, Joined) else [])
                self._last = (max(record.at, self._last[0]), trio.current_time())
                yield record
            if self.following.end is not None or not alive:
                return
            await trio.sleep(LOOK_S)

    def levels(self) -> Mapping[str, float]:
        """Levels of the participants heard now, in dBFS."""
        names = _names_of(with_everybody(self.plan, self._joined))
        return recorded_levels(self.following.path.parent / "audio", names, self.now)


def _names_of(plan: MeetingPlan) -> tuple[str, ...]:
    return tuple(each.name for each in plan.participants)


def recorded_levels(audio: Path, names: Iterable[str], at: float) -> dict[str, float]:
    """The level of each recording at a time, in dBFS; silent ones are left out."""
    levels: dict[str, float] = {}
    for name in names:
        sound = _samples(audio / f"{name}.wav", at)
        power = float(np.mean(np.square(sound))) if sound.size else 0.0
        if power > 0:
            levels[name] = 10 * math.log10(power)
    return levels


def _samples(path: Path, at: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The samples just before a time, from -1 to 1, of a WAV file that may still grow."""
    try:
        with open_regular(path) as file:
            rate = int.from_bytes(file.read(_HEADER)[24:28], "little")
            count = int(_WINDOW_S * rate)
            end = int(min(at * rate, os.fstat(file.fileno()).st_size))  # a time may be beyond all files
            file.seek(_HEADER + 2 * max(0, end - count))
            read = file.read(2 * count)
    except OSError:
        return np.zeros(0)
    return np.frombuffer(read[: len(read) // 2 * 2], "<i2").astype(np.float64) / 32768
