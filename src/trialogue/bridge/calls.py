"""A call that is made on another loop: what comes of it, and how it is stopped.

1. Whoever calls waits for a future of the standard library, which any loop and any thread can.
2. A call is stopped on its own loop, and its future is done only once it has really ended.
3. Virtual time stands still while another loop answers: a trio loop that has something to do does not jump.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import Final, Generic, TypeVar, cast

import outcome
import trio

from trialogue.compute import is_virtual

T = TypeVar("T")

LOOK_S: Final = 0.001
"""Seconds of real time for which a virtual loop may be held up at one go, while another loop works."""


class CallStopped(Exception):
    """A call was stopped before it had come to anything: by whoever made it, or by its block's end."""


class RemoteCall(Generic[T]):
    """One call on a trio loop."""

    def __init__(self, token: trio.lowlevel.TrioToken, function: Callable[[], Awaitable[T]]) -> None:
        self.future: Future[T] = Future()
        self._token = token
        self._function = function
        self._scope = trio.CancelScope()

    async def run(self) -> None:
        """Make it, as a task of the loop."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            with self._scope:
                came = await outcome.acapture(self._function)
                if isinstance(came, outcome.Error) and isinstance(came.error, trio.Cancelled):
                    came.unwrap()
                settle(self.future, came)
        finally:
            if not self.future.done():
                self.future.set_exception(CallStopped())

    def cancel(self) -> None:
        """Stop it, from any thread; does nothing to one that has ended."""
        try:
            self._token.run_sync_soon(self._scope.cancel)
        except trio.RunFinishedError:
            self.future.cancel()


def settle(future: Future[T], came: outcome.Outcome[T]) -> None:
    """Give a future what came of its call."""
    if isinstance(came, outcome.Error):
        future.set_exception(came.error)
    else:
        future.set_result(cast("outcome.Value[T]", came).value)


def begun_in_a_thread(function: Callable[[], T]) -> Future[T]:
    """Future of a function that may block, in a thread that ends with it."""
    future: Future[T] = Future()

    def work() -> None:
        if future.set_running_or_notify_cancel():
            settle(future, outcome.capture(function))

    threading.Thread(target=work, name="asked", daemon=True).start()
    return future


async def awaited_in_trio(future: Future[T]) -> T:
    """The result of another loop's future, in a task of trio's; cancelled, it cancels the future, too."""
    if is_virtual():
        return await _while_time_stands(future)
    is_done, token = trio.Event(), trio.lowlevel.current_trio_token()

    def tell(_: object) -> None:
        try:
            token.run_sync_soon(is_done.set)
        except trio.RunFinishedError:
            return

    future.add_done_callback(tell)
    try:
        await is_done.wait()
    except trio.Cancelled:
        future.cancel()
        raise
    return future.result()


async def _while_time_stands(future: Future[T]) -> T:
    try:
        while not future.done():
            wait_for([future], timeout=LOOK_S)
            await trio.lowlevel.checkpoint()
    except trio.Cancelled:
        future.cancel()
        raise
    return future.result()
