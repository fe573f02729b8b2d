"""Compute: runs blocking functions, in threads in real time, in the loop itself under a virtual clock.

An autojumping clock would jump while a thread works. So a meeting under the virtual clock computes inline:
its loop waits for no thread, and its results do not depend on the machine.

A cancelled caller leaves its thread to finish. If the interpreter ends meanwhile, it kills trio's threads,
and aborts if one of them runs an engine's native code, even code that only frees an object. So engines run in
the standard library's thread pool, which the process waits for at its end, and no other thread holds their
objects.

A Ctrl-C while such a thread starts would leave the thread out of the pool's list: at its end the process
would not stop it, but wait for it forever. So engines are submitted under trio's Ctrl-C protection, and the
KeyboardInterrupt is raised when their caller waits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import Any, Final, Protocol, TypeVar
from weakref import WeakKeyDictionary

import trio
from trio.lowlevel import TrioToken, current_trio_token, enable_ki_protection

from trialogue.arguments import checks_arguments
from trialogue.errors import WrongValue

T = TypeVar("T")

MOVED_CLOCK: Final[Any] = vars(import_module("trio._core"))["MockClock"]
"""`trio.testing.MockClock`, from where trio defines it: `trio.testing` imports pytest if it is there."""


def is_virtual() -> bool:
    """Whether the running trio loop uses a virtual clock."""
    return isinstance(trio.lowlevel.current_clock(), MOVED_CLOCK)


class Compute(Protocol):
    """Runner of blocking functions for tasks."""

    async def run(self, function: Callable[[], T]) -> T:
        """Run `function` and return its result."""
        ...


_ENGINES: Final = ThreadPoolExecutor(32, thread_name_prefix="engine")
"""Thread pool of all engines; each loop's own limit bounds how many threads it uses."""


@enable_ki_protection
def _submitted(function: Callable[[], T], tell: Callable[[object], None]) -> Future[T]:
    """Future of an engine's function; `tell` is called when it is done."""
    future = _ENGINES.submit(function)
    future.add_done_callback(tell)
    return future


class InThreads:
    """Runner for real time: runs functions in worker threads, at most `limit` at once.

    With `is_native`, the functions are engines, and the process waits for them at its end. An app's own
    functions may block forever, so the process does not wait for them.
    """

    @checks_arguments
    def __init__(self, limit: int = 2, *, is_native: bool = True) -> None:
        if limit < 1:
            raise WrongValue("limit must be 1 or more", argument="limit")
        self._limiter = trio.CapacityLimiter(limit)
        self._is_native = is_native

    async def run(self, function: Callable[[], T]) -> T:
        """Run `function` in a worker thread; a cancelled caller leaves the thread to finish."""
        if self._is_native:
            return await self._run_engine(partial(copy_context().run, function))
        return await trio.to_thread.run_sync(function, limiter=self._limiter, abandon_on_cancel=True)

    async def _run_engine(self, function: Callable[[], T]) -> T:
        token, is_done, place = current_trio_token(), trio.Event(), object()

        def finish() -> None:
            self._limiter.release_on_behalf_of(place)
            is_done.set()

        def tell(_: object) -> None:
            with suppress(trio.RunFinishedError):  # the loop has ended: no task waits for this or for a place
                token.run_sync_soon(finish)

        await self._limiter.acquire_on_behalf_of(place)
        future = _submitted(function, tell)
        await is_done.wait()
        await trio.lowlevel.checkpoint_if_cancelled()  # the caller may be cancelled after the thread's end
        return future.result()


class Inline:
    """Runner for virtual time: runs functions in the loop while time stands still."""

    async def run(self, function: Callable[[], T]) -> T:
        """Run `function` here and now."""
        await trio.lowlevel.checkpoint()
        return function()


_LOOPS: Final[WeakKeyDictionary[TrioToken, InThreads]] = WeakKeyDictionary()


def compute() -> Compute:
    """Compute for this loop's clock; with a real clock, all engines of the loop share one limit."""
    if is_virtual():
        return Inline()
    return _LOOPS.setdefault(current_trio_token(), InThreads())
