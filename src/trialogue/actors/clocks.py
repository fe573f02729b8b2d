"""Watch over the machine's clocks: records their jumps for readers of the journal, without other effects.

1. No timer uses the time of day. The journal has it for people, so a step of it is recorded.
2. A machine that sleeps stops trio's clock, and with it the meeting's: nothing is late afterwards, but the
   peers of all sockets have left. Where the system has a clock that runs on during sleep (Linux's
   CLOCK_BOOTTIME), the sleep is reported; elsewhere it appears as a step of the time of day.
3. A process that is stopped while the machine runs is late afterwards; the router reports that.
4. A step that blocks the loop is reported by `stalls`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import trio

from trialogue.actors.router import ASLEEP_S
from trialogue.actors.stalls import StallWatch
from trialogue.model.events import Event, ProcessSuspended, WallClockJumped
from trialogue.values import frozen

EVERY_S: Final = 1.0
"""Seconds between two looks at the clocks."""

JUMP_S: Final = 2.0
"""Smallest step of the time of day that is reported; clocks are slewed by less."""

_BOOTTIME: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@frozen
class Clocks:
    """Readings of the machine's clocks at one moment, each in seconds from its own beginning."""

    wall_s: float
    """Time of day, which people and NTP set."""

    steady_s: float
    """Clock that runs while the machine is awake."""

    boot_s: float
    """Clock that also runs while the machine sleeps."""


def machine_clocks() -> Clocks:
    """Readings of the machine's clocks now."""
    return Clocks(time.time(), time.monotonic(), time.clock_gettime(_BOOTTIME))


def compare(before: Clocks, now: Clocks) -> list[Event]:
    """Events between two readings: a sleep of the machine, a step of the time of day."""
    passed_s = now.boot_s - before.boot_s
    slept_s = passed_s - (now.steady_s - before.steady_s)
    jumped_s = (now.wall_s - before.wall_s) - passed_s
    events: list[Event] = []
    if slept_s > ASLEEP_S:
        events.append(ProcessSuspended(round(slept_s, 3)))
    if abs(jumped_s) > JUMP_S:
        events.append(WallClockJumped(round(jumped_s, 3)))
    return events


class ClockWatch:
    """Actor that reads the clocks once a second, and reports."""

    def __init__(self, post: Callable[[Event], None], look: Callable[[], Clocks] = machine_clocks) -> None:
        self._post = post
        self._look = look

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Watch until cancelled."""
        async with trio.open_nursery() as nursery:
            await nursery.start(StallWatch(self._post).run)
            task_status.started()
            await self._watch()

    async def _watch(self) -> None:
        before = self._look()
        while True:
            await trio.sleep(EVERY_S)
            now = self._look()
            for event in compare(before, now):
                self._post(event)
            before = now
