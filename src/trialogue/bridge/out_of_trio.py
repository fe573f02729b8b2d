"""Calls out of a trio loop: trio waits for an app's function on another loop, or in a thread.

Virtual time stands still while another loop works: a trio loop with something to do does not jump. It stands
still for `PATIENCE_S` of real time, or for a longer deadline of the caller. Then time goes on, and a function
that never returns meets the deadlines in force. A call that is given to a loop just before that is closed
never begins: it fails once the loop is seen to be closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from math import isinf
from typing import Final, TypeVar

import outcome
import trio

from trialogue.bridge.into_trio import settle
from trialogue.compute import is_virtual

T = TypeVar("T")

LOOK_S: Final = 0.001
"""Seconds of real time for which a virtual loop waits at once, while another loop works."""

PATIENCE_S: Final = 60.0
"""Seconds of real time for which a virtual loop stands still for one call, whatever its deadline."""

LOST_S: Final = 1.0
"""Seconds between two looks at whether the other loop is closed."""


def _is_never_gone() -> bool:
    return False


def begun_in_a_thread(function: Callable[[], T]) -> Future[T]:
    """Future of a function that may block, in a thread that ends with it."""
    future: Future[T] = Future()

    def work() -> None:
        if future.set_running_or_notify_cancel():
            settle(future, outcome.capture(function))

    threading.Thread(target=work, name="asked", daemon=True).start()
    return future


async def awaited_in_trio(future: Future[T], is_gone: Callable[[], bool] = _is_never_gone) -> T:
    """Result of another loop's future, in a trio task; cancelling the task cancels the future.

    RuntimeError where the other loop `is_gone`, so that the future is never done.
    """
    if is_virtual():
        await _while_time_stands(future, is_gone)
    is_done, token = trio.Event(), trio.lowlevel.current_trio_token()

    def tell(_: object) -> None:
        try:
            token.run_sync_soon(is_done.set)
        except trio.RunFinishedError:
            return

    future.add_done_callback(tell)
    try:
        while not (is_done.is_set() or is_gone()):
            with trio.move_on_after(LOST_S):
                await is_done.wait()
    except trio.Cancelled:
        _cancel(future, is_gone)
        raise
    if not future.done():
        raise RuntimeError("Event loop is closed")
    return future.result()


def _cancel(future: Future[T], is_gone: Callable[[], bool]) -> None:
    """Cancel a future, unless its loop is closed, which would report that it cannot be told."""
    if not is_gone():
        future.cancel()


async def _while_time_stands(future: Future[T], is_gone: Callable[[], bool]) -> None:
    """Wait until the future is done or lost, or time has stood still for long enough."""
    began = time.monotonic()
    try:
        while not (future.done() or is_gone()):
            left = trio.current_effective_deadline() - trio.current_time()
            if time.monotonic() - began >= max(PATIENCE_S, 0.0 if isinf(left) else left):
                return
            wait_for([future], timeout=LOOK_S)
            await trio.lowlevel.checkpoint()
    except trio.Cancelled:
        _cancel(future, is_gone)
        raise
