"""The timers of the brain: a `WakeAt` goes in, a `Woke` comes out."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import trio

from trialogue.model.commands import WakeAt
from trialogue.model.events import Event, Woke


class Timers:
    """Wakes the brain; `epoch` is the trio time of the meeting's start."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._due: list[tuple[float, int, str]] = []
        self._current: dict[str, int] = {}
        self._count = 0
        self._changed = trio.Event()

    def set(self, command: WakeAt) -> None:
        """Set a timer; an earlier one of the same name is forgotten."""
        self._count += 1
        self._current[command.timer] = self._count
        heapq.heappush(self._due, (command.at, self._count, command.timer))
        self._changed.set()

    async def run(
        self, epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Post `Woke` at each timer's time until cancelled."""
        task_status.started()
        while True:
            self._changed = trio.Event()
            wait = epoch + self._due[0][0] if self._due else float("inf")
            with trio.move_on_at(wait):
                await self._changed.wait()
            self._post_due(trio.current_time() - epoch)

    def _post_due(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            _, number, timer = heapq.heappop(self._due)
            if self._current.get(timer) == number:
                del self._current[timer]
                self._post(Woke(timer))
