"""Where blocking work runs: in threads in life, in the loop itself under a virtual clock.

A thread under an autojumping clock lets time jump while it works, so a meeting under the virtual clock
computes inline: its loop waits for nobody else, and its results do not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import trio

T = TypeVar("T")


class Compute(Protocol):
    """Runs blocking functions for tasks."""

    async def run(self, function: Callable[[], T]) -> T:
        """Run `function` and return what it returns."""
        ...


class InThreads:
    """Real time: in worker threads, at most `limit` at once."""

    def __init__(self, limit: int = 2) -> None:
        self._limiter = trio.CapacityLimiter(limit)

    async def run(self, function: Callable[[], T]) -> T:
        """Run `function` in a worker thread; a cancelled caller leaves the thread to finish."""
        return await trio.to_thread.run_sync(function, limiter=self._limiter, abandon_on_cancel=True)


class Inline:
    """Virtual time: in the loop, while virtual time stands still."""

    async def run(self, function: Callable[[], T]) -> T:
        """Run `function` here and now."""
        await trio.lowlevel.checkpoint()
        return function()
