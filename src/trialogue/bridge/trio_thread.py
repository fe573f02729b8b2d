"""Block of the trio interface, kept open in a thread of its own for callers with another loop, or none.

1. The thread starts before the block and ends with it: each block has one thread, with its own loop.
2. Calls run on the block's loop, in order; after the block's end they raise `AlreadyOver`.
3. An end that was not requested is reported at once (`ended`), so that the other side can leave its block,
   too.
4. An error of the other side ends the block like an error inside it, and is not raised again.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

import outcome
import trio

from trialogue.bridge.into_trio import CallsIntoTrio, settle

T = TypeVar("T")
NativeT = TypeVar("NativeT")

Main = Callable[[], Awaitable[None]]
Running = Callable[[Main], None]
"""Function that runs a trio loop to its end: `trio.run`, or one in virtual time."""

Opening = Callable[[], AbstractAsyncContextManager[NativeT]]
"""Function that opens the block, on its loop."""

Prepared = Callable[[], tuple[Running, Opening[NativeT]]]
"""Function that prepares the block in its thread: returns its loop's runner, and its opener."""


class _Left(Exception):
    """The other side has left its block by an error of its own."""


class HeldBlock(CallsIntoTrio, Generic[NativeT]):
    """Block that is kept open until `leave`."""

    def __init__(self, prepare: Prepared[NativeT], name: str) -> None:
        super().__init__()
        self.opened: Future[NativeT] = Future()
        self._prepare = prepare
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._is_failed = False
        self._scope = trio.CancelScope()
        self._left = trio.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Open the block; `opened` gets its value, or the error that prevented it."""
        self._thread.start()

    def leave(self, error: BaseException | None) -> None:
        """Leave the block: normally, by the caller's error, or by cancellation. At once in a fork."""
        if self.is_elsewhere:
            self.ended.set_result(None)
            return
        if error is not None and not isinstance(error, Exception):
            self.cancel()
            return
        self._is_failed = error is not None
        self._quietly(self._left.set)

    def cancel(self) -> None:
        """Cancel the block, opened or not."""
        with self._lock:
            self._is_cancelled = True
            if self._token is None:
                return
        self._quietly(self._scope.cancel)

    def join(self) -> None:
        """Wait for the thread's own end, shortly after `ended`.

        A thread whose start was interrupted is not waited for: cancelled, it ends by itself.
        """
        if self._thread.is_alive():
            self._thread.join()

    # --- its thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        came = outcome.capture(self._live)
        if isinstance(came, outcome.Error) and not self.opened.done():
            self.opened.set_exception(came.error)
        self.opened.cancel()
        settle(self.ended, came)

    def _live(self) -> None:
        run, opening = self._prepare()
        run(lambda: self._main(opening))

    async def _main(self, opening: Opening[NativeT]) -> None:
        with self._lock:
            self._token = trio.lowlevel.current_trio_token()
            if self._is_cancelled:
                self._scope.cancel()
        try:
            with self._scope:
                await self._hold(opening)
        except _Left:
            return

    async def _hold(self, opening: Opening[NativeT]) -> None:
        async with opening() as native:
            async with trio.open_nursery() as self._nursery:
                self.opened.set_result(native)
                await self._left.wait()
                self._nursery.cancel_scope.cancel(reason="the block is left")
            if self._is_failed:
                raise _Left

    def _quietly(self, function: Callable[[], None]) -> None:
        """Call a function on the loop, if it still runs."""
        if self._token is not None:
            try:
                self._token.run_sync_soon(function)
            except trio.RunFinishedError:
                return
