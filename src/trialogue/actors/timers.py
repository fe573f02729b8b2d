"""Timers of the brain: a `WakeAt` goes in, a `Woke` comes out."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import trio

from trialogue.model.commands import WakeAt
from trialogue.model.events import Event, Woke


class AlarmClock:
    """Actor that wakes the brain; `epoch` is the trio time of the meeting's start."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._due: list[tuple[float, int, str]] = []
        self._current: dict[str, int] = {}
        self._count = 0
        self._changed = trio.Event()

    def set(self, command: WakeAt) -> None:
        """Set a timer; it replaces one of the same name."""
        self._count += 1
        self._current[command.timer] = self._count
        heapq.heappush(self._due, (command.at, self._count, command.timer))
        self._changed.set()

    def cancel(self, timer: str) -> None:
        """Remove a timer, if it is set."""
        self._current.pop(timer, None)

    async def run(
        self, epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Post `Woke` at each timer's time until cancelled."""
        task_status.started()
        while True:
            self._changed = trio.Event()
            with trio.move_on_at(self._next(epoch)):
                await self._changed.wait()
            self._post_due(epoch)

    def _next(self, epoch: float) -> float:
        """Trio time of the next timer.

        A difference of times is rounded in another way than their sum, so one sum is used both for the wait
        and for the check whether it is over.
        """
        return epoch + self._due[0][0] if self._due else float("inf")

    def _post_due(self, epoch: float) -> None:
        while self._next(epoch) <= trio.current_time():
            _, number, timer = heapq.heappop(self._due)
            if self._current.get(timer) == number:
                del self._current[timer]
                self._post(Woke(timer))
