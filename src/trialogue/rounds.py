"""Rounds of one loop: one task reads what can be read and ticks what is due, for all who wait.

A process that sleeps pays more for being woken than a frame costs; a task's own wait for its socket costs a
turn of the loop and a call of the system, and its own wait for a tick as much again. Here all sockets are in
one epoll of ours, on which the loop waits as on any file, and whoever reads or ticks is called.

1. One task per run waits for a socket or a tick, whichever is first, and calls all that are ready and due.
   What has come by then is read before a tick.
2. Who reads or ticks waits in a task of its own: what its call raises is raised there, and whoever is
   cancelled is called no more.
3. A tick comes in its time: the timer is the kernel's, where the loop's own waits end on milliseconds.
4. Where there is no such timer (other systems than Linux), and under a virtual clock, there are no rounds:
   everybody waits alone. So does who comes while the process has no descriptor left for them.
"""

from __future__ import annotations

import ctypes
import os
import select
import sys
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf
from time import perf_counter
from typing import Final, NoReturn

import outcome
import trio
from trio.lowlevel import Abort, RunVar, Task, current_task, reschedule, wait_readable, wait_task_rescheduled

from trialogue.compute import is_virtual
from trialogue.values import define

_CLOSED_BY_EXEC, _NEVER_BLOCKS = 0o2000000, 0o4000
_SECOND_NS: Final = 1_000_000_000

TICKS_IN_A_ROW: Final = 5
"""Number of ticks after which one that is late waits for the next round: sockets and tasks have a turn."""


class _TimerSpec(ctypes.Structure):
    """Argument of `timerfd_settime`."""

    _fields_ = (
        ("every_s", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("first_s", ctypes.c_long),
        ("first_ns", ctypes.c_long),
    )


class _Timer:
    """Timer of the kernel's: a file that can be read once it has fired."""

    def __init__(self) -> None:
        system = ctypes.CDLL(None, use_errno=True)
        self.fd: int = system.timerfd_create(1, _CLOSED_BY_EXEC | _NEVER_BLOCKS)  # 1: the monotonic clock
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "there is no timer")
        self._set = system.timerfd_settime
        self._spec = _TimerSpec(0, 0, 0, 0)
        self._pointer = ctypes.byref(self._spec)

    def set(self, seconds: float) -> None:
        """Fire so many seconds from now, at once where none are left; not at all for infinity."""
        ns = 0 if seconds == inf else max(1, int(seconds * _SECOND_NS))
        self._spec.first_s, self._spec.first_ns = divmod(ns, _SECOND_NS)
        self._set(self.fd, 0, self._pointer, None)


@define(eq=False)
class _Reading:
    """A socket, and the task that waits while it is read."""

    read: Callable[[], bool]
    task: Task


@define(eq=False)
class _Ticking:
    """Something that ticks, and the task that waits meanwhile."""

    tick: Callable[[], float]
    task: Task
    is_over: bool = False


class Rounds:
    """The rounds of one loop; `rounds_of` gives them."""

    def __init__(self) -> None:
        self._timer = _Timer()
        try:
            self._epoll = select.epoll()
        except OSError:
            os.close(self._timer.fd)
            raise
        self._epoll.register(self._timer.fd, select.EPOLLIN)
        self._readings: dict[int, _Reading] = {}
        self._due: list[tuple[float, int, _Ticking]] = []
        self._numbers = count()
        self._armed_for = inf
        self._rings_at = inf
        """When a tick is due by the clock of trio's clock, which is asked with each wake."""
        self.is_over: bool = False

    def __repr__(self) -> str:
        return f"<Rounds: {len(self._readings)} sockets, {len(self._due)} ticks>"

    async def reading(self, fd: int, read: Callable[[], bool]) -> None:
        """Have `read` called whenever there is anything to be read at `fd`, until it returns False.

        Raises what it raises; ClosedResourceError where `closing` is told.
        """
        if fd in self._readings:
            raise trio.BusyResourceError("another task has this socket read")
        self._epoll.register(fd, select.EPOLLIN)
        self._readings[fd] = _Reading(read, current_task())

        def abort(_: object) -> Abort:
            self._drop(fd)
            return Abort.SUCCEEDED

        await wait_task_rescheduled(abort)

    def closing(self, fd: int) -> None:
        """Note that `fd` is about to be closed: whoever has it read is told."""
        reading = self._readings.get(fd)
        if reading is not None:
            self._drop(fd)
            reschedule(reading.task, outcome.Error(trio.ClosedResourceError()))

    async def ticking(self, tick: Callable[[], float], first: float) -> NoReturn:
        """Have `tick` called at the time `first` of trio's clock, then each time that it returned.

        Raises what it raises; it does not return.
        """
        ticking = _Ticking(tick, current_task())
        heappush(self._due, (first, next(self._numbers), ticking))
        if first < self._armed_for:
            self._arm(first)

        def abort(_: object) -> Abort:
            ticking.is_over = True
            return Abort.SUCCEEDED

        await wait_task_rescheduled(abort)
        raise AssertionError("a tick is waited for until it raises, or until its task is cancelled")

    # --- the task ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Go round until the run is over."""
        try:
            fd = self._epoll.fileno()
            while True:
                await wait_readable(fd)
                self._read()
                if perf_counter() >= self._rings_at:
                    self._tick()
                    self._arm_for_next()
        finally:
            self.is_over = True
            self._epoll.close()
            os.close(self._timer.fd)

    def _arm_for_next(self) -> None:
        due = self._due[0][0] if self._due else inf
        if due != self._armed_for:
            self._arm(due)

    def _arm(self, due: float) -> None:
        left = due - trio.current_time()
        self._armed_for, self._rings_at = due, perf_counter() + left
        self._timer.set(left)

    def _read(self) -> None:
        """Read every socket at which there is anything."""
        readings = self._readings
        for fd, _ in self._epoll.poll(0, len(readings) + 1):
            reading = readings.get(fd)
            if reading is None:
                continue  # the timer, or one that has gone in this round
            try:
                if reading.task.context.run(reading.read):
                    continue
                ended: outcome.Outcome[None] = outcome.Value(None)
            except BaseException as error:  # noqa: ASYNC103, BLE001 - it is raised where it is waited for
                ended = outcome.Error(error)
            if readings.get(fd) is reading:
                self._drop(fd)
                reschedule(reading.task, ended)

    def _tick(self) -> None:
        """Tick what is due, a few times in a row where it is late: the next round reads more at once then."""
        now = trio.current_time()
        for _ in range(TICKS_IN_A_ROW):
            if not self._tick_once(now):
                return

    def _tick_once(self, now: float) -> bool:
        """Tick once whatever is due at `now`; whether anything was."""
        due: list[_Ticking] = []
        while self._due and self._due[0][0] <= now:
            due.append(heappop(self._due)[2])
        for ticking in due:
            if ticking.is_over:
                continue
            again = outcome.capture(ticking.task.context.run, ticking.tick)
            if isinstance(again, outcome.Value):
                heappush(self._due, (again.value, next(self._numbers), ticking))
            elif not ticking.is_over:
                reschedule(ticking.task, again)
        return bool(due)

    def _drop(self, fd: int) -> None:
        del self._readings[fd]
        if not self.is_over:
            self._epoll.unregister(fd)


_ROUNDS: Final = RunVar["Rounds | None"]("rounds")


def rounds_of() -> Rounds | None:
    """The rounds of the running loop; None where everybody waits alone."""
    try:
        rounds = _ROUNDS.get()
    except LookupError:
        try:
            rounds = Rounds() if sys.platform == "linux" and not is_virtual() else None
        except OSError:  # no descriptor is left: the next who comes finds out whether there is one again
            return None
        _ROUNDS.set(rounds)
        if rounds is not None:
            trio.lowlevel.spawn_system_task(rounds.run, name="rounds")
    return None if rounds is None or rounds.is_over else rounds
