"""Thread with a server in its own loop, for callers with another loop, or none.

1. The thread has its own trio loop, whose objects are used only there: calls go in by its token, results come
   out as futures.
2. `Bridge.do` blocks its caller until a call that never waits has been made. `Bridge.begin` returns the
   future of a call that waits: a thread can block on it, and a loop of any kind can await it (`awaited`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Final, TypeVar

import sniffio
import trio
from attrs import field

from trialogue.values import define

__all__ = ["Bridge", "awaited"]

T = TypeVar("T")

ANSWERS_WITHIN_S: Final = 10.0
"""Most seconds for a thread to start, to make a call, and to end."""


async def awaited(future: Future[T]) -> T:
    """Result of a future, in asyncio or trio."""
    if sniffio.current_async_library() == "asyncio":
        return await asyncio.wrap_future(future)
    return await trio.to_thread.run_sync(future.result, abandon_on_cancel=True)


@define(eq=False)
class Bridge:
    """Thread with a loop of its own, in which `main` runs until `close`."""

    main: Callable[[Callable[[], None]], Awaitable[None]]
    """Function that runs there until it is cancelled; it calls its argument once it is ready."""

    _token: trio.lowlevel.TrioToken | None = field(default=None, init=False)
    _nursery: trio.Nursery | None = field(default=None, init=False)
    _ready: Future[None] = field(factory=Future[None], init=False)
    _thread: threading.Thread = field(init=False)

    def open(self) -> None:
        """Start, and wait until it is ready; raises the error that prevented it."""
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)
        self._thread.start()
        self._ready.result(ANSWERS_WITHIN_S)

    def close(self) -> None:
        """End, and wait for the end; does nothing the second time."""
        if self._token is not None and self._nursery is not None:
            scope = self._nursery.cancel_scope
            try:
                self._token.run_sync_soon(lambda: scope.cancel(reason="the bridge was closed"))
            except trio.RunFinishedError:
                return
            self._thread.join(ANSWERS_WITHIN_S)

    def do(self, call: Callable[[], T]) -> T:
        """Make a call that never waits, in the loop; returns its result, or raises its error."""
        future: Future[T] = Future()

        def made() -> None:
            try:
                future.set_result(call())
            except Exception as error:  # noqa: BLE001 it is raised where the call was asked for
                future.set_exception(error)

        self._in_loop(made)
        return future.result(ANSWERS_WITHIN_S)

    def begin(self, call: Callable[[], Awaitable[T]]) -> Future[T]:
        """Begin a call that waits; returns the future of its result."""
        future: Future[T] = Future()

        async def made() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(await call())
            except Exception as error:  # noqa: BLE001 it is raised where the call was asked for
                future.set_exception(error)

        self._in_loop(lambda: self._start(made))
        return future

    def _in_loop(self, call: Callable[[], None]) -> None:
        if self._token is None:
            raise RuntimeError("the bridge is not open")
        self._token.run_sync_soon(call)

    def _start(self, task: Callable[[], Awaitable[None]]) -> None:
        if self._nursery is not None:
            self._nursery.start_soon(task)

    def _run(self) -> None:
        try:
            trio.run(self._main)
        except Exception as error:
            if not self._ready.done():
                self._ready.set_exception(error)
                return
            raise

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as self._nursery:
            await self.main(lambda: self._ready.set_result(None))
