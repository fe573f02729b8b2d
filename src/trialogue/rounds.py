"""Rounds of one loop: one task reads ready sockets and runs due ticks, on behalf of all tasks that wait.

Waking a sleeping process costs more than a frame. A task's own wait for its socket costs a turn of the loop
and a system call, and its own wait for a tick as much again. Here all sockets are in one epoll object, on
which the loop waits like on any file, and the functions that read and tick are called back.

1. One task per run waits for a socket or a tick, whichever is first. It calls the functions of all ready
   sockets, then those of all due ticks.
2. The task that registered a function waits meanwhile: an error of the function is raised there, and after
   the task's cancellation the function is called no more.
3. Ticks are on time: the kernel's timer is precise, while the loop's own waits end on milliseconds.
4. Without such a timer (on systems other than Linux), and under a virtual clock, there are no rounds: every
   task waits alone. So does a task that comes while the process has no file descriptor left for rounds.
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
"""Most ticks in a row that run late in one round; then sockets and tasks have their turn."""


class _TimerSpec(ctypes.Structure):
    """Argument of `timerfd_settime`."""

    _fields_ = (
        ("every_s", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("first_s", ctypes.c_long),
        ("first_ns", ctypes.c_long),
    )


class _Timer:
    """Timer of the kernel: a file that can be read once the timer has fired."""

    def __init__(self) -> None:
        system = ctypes.CDLL(None, use_errno=True)
        self.fd: int = system.timerfd_create(1, _CLOSED_BY_EXEC | _NEVER_BLOCKS)  # 1: the monotonic clock
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "there is no timer")
        self._set = system.timerfd_settime
        self._spec = _TimerSpec(0, 0, 0, 0)
        self._pointer = ctypes.byref(self._spec)

    def set(self, seconds: float) -> None:
        """Fire after `seconds`: at once for 0 or less, never for infinity."""
        ns = 0 if seconds == inf else max(1, int(seconds * _SECOND_NS))
        self._spec.first_s, self._spec.first_ns = divmod(ns, _SECOND_NS)
        self._set(self.fd, 0, self._pointer, None)


@define(eq=False)
class _Reading:
    """Function that reads a socket, and the task that waits meanwhile."""

    read: Callable[[], bool]
    task: Task


@define(eq=False)
class _Ticking:
    """Function that ticks, and the task that waits meanwhile."""

    tick: Callable[[], float]
    task: Task
    is_over: bool = False


class Rounds:
    """Rounds of one loop, which `rounds_of` gives."""

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
        """Time of the next tick by `perf_counter`, the clock below trio's, which each wake reads."""
        self.is_over: bool = False

    def __repr__(self) -> str:
        return f"<Rounds: {len(self._readings)} sockets, {len(self._due)} ticks>"

    async def reading(self, fd: int, read: Callable[[], bool]) -> None:
        """Call `read` whenever `fd` has something to read, until it returns False.

        Raises the errors of `read`, and ClosedResourceError after `closing`.
        """
        if fd in self._readings:
            raise trio.BusyResourceError("another task already reads this socket")
        self._epoll.register(fd, select.EPOLLIN)
        self._readings[fd] = _Reading(read, current_task())

        def abort(_: object) -> Abort:
            self._drop(fd)
            return Abort.SUCCEEDED

        await wait_task_rescheduled(abort)

    def closing(self, fd: int) -> None:
        """End the wait of the task that reads `fd`, which is about to be closed."""
        reading = self._readings.get(fd)
        if reading is not None:
            self._drop(fd)
            reschedule(reading.task, outcome.Error(trio.ClosedResourceError()))

    async def ticking(self, tick: Callable[[], float], first: float) -> NoReturn:
        """Call `tick` at the time `first` of trio's clock, then at each time that `tick` returned.

        Raises the errors of `tick`; never returns.
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
        """Read and tick until the run is over."""
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
        """Read every socket that has something to read."""
        readings = self._readings
        for fd, _ in self._epoll.poll(0, len(readings) + 1):
            reading = readings.get(fd)
            if reading is None:
                continue  # the timer, or a socket that was dropped in this round
            try:
                if reading.task.context.run(reading.read):
                    continue
                ended: outcome.Outcome[None] = outcome.Value(None)
            except BaseException as error:  # noqa: ASYNC103, BLE001 - raised in the task that waits
                ended = outcome.Error(error)
            if readings.get(fd) is reading:
                self._drop(fd)
                reschedule(reading.task, ended)

    def _tick(self) -> None:
        """Run due ticks, a few times in a row if they are late: the next round then reads more at once."""
        now = trio.current_time()
        for _ in range(TICKS_IN_A_ROW):
            if not self._tick_once(now):
                return

    def _tick_once(self, now: float) -> bool:
        """Run each tick that is due at `now` once; whether there was any."""
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
    """Rounds of the running loop; None where every task waits alone."""
    try:
        rounds = _ROUNDS.get()
    except LookupError:
        try:
            rounds = Rounds() if sys.platform == "linux" and not is_virtual() else None
        except OSError:  # no descriptor is left: the next call tries again
            return None
        _ROUNDS.set(rounds)
        if rounds is not None:
            trio.lowlevel.spawn_system_task(rounds.run, name="rounds")
    return None if rounds is None or rounds.is_over else rounds
