"""Calls out of a trio loop: trio waits for an app's function on another loop, or in a thread.

Virtual time stands still while another loop works: a trio loop with something to do does not jump. It stands
still for `PATIENCE_S` of real time, or for a longer deadline of the caller. Then time goes on, and a function
that never returns meets the deadlines in force.
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


def begun_in_a_thread(function: Callable[[], T]) -> Future[T]:
    """Future of a function that may block, in a thread that ends with it."""
    future: Future[T] = Future()

    def work() -> None:
        if future.set_running_or_notify_cancel():
            settle(future, outcome.capture(function))

    threading.Thread(target=work, name="asked", daemon=True).start()
    return future


async def awaited_in_trio(future: Future[T]) -> T:
    """Result of another loop's future, in a trio task; cancelling the task cancels the future."""
    if is_virtual():
        await _while_time_stands(future)
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


async def _while_time_stands(future: Future[T]) -> None:
    """Wait until the future is done, or time has stood still for long enough."""
    began = time.monotonic()
    try:
        while not future.done():
            left = trio.current_effective_deadline() - trio.current_time()
            if time.monotonic() - began >= max(PATIENCE_S, 0.0 if isinf(left) else left):
                return
            wait_for([future], timeout=LOOK_S)
            await trio.lowlevel.checkpoint()
    except trio.Cancelled:
        future.cancel()
        raise
