"""Calls into a trio loop from another loop or a thread: what comes of each, and how it is stopped.

1. Whoever calls waits for a future of the standard library, which any loop and any thread can.
2. A call is stopped on its own loop, and its future is done only once it has really ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Generic, TypeVar, cast

import outcome
import trio

from trialogue.errors import AlreadyOver

T = TypeVar("T")


class CallStopped(Exception):
    """A call was stopped before it had come to anything: by whoever made it, or by its block's end."""


class CallIntoTrio(Generic[T]):
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


class CallsIntoTrio:
    """Calls into a trio loop that somebody runs, from any thread."""

    def __init__(self) -> None:
        self.ended: Future[None] = Future()
        self._token: trio.lowlevel.TrioToken | None = None
        self._nursery: trio.Nursery | None = None

    def adopt(self, nursery: trio.Nursery) -> None:
        """Run calls in this nursery of the loop that runs here."""
        self._token, self._nursery = trio.lowlevel.current_trio_token(), nursery

    def begin(self, function: Callable[[], Awaitable[T]]) -> CallIntoTrio[T]:
        """Begin a call that waits."""
        call = CallIntoTrio(self._running(), function)
        self._soon(lambda: self._start(call))
        return call

    def do(self, function: Callable[[], T]) -> Future[T]:
        """Make a call that never waits, behind those before it."""
        future: Future[T] = Future()
        self._soon(lambda: settle(future, outcome.capture(function)))
        return future

    def why_over(self) -> BaseException:
        """Error for whoever asks it any more."""
        failure = self.ended.exception() if self.ended.done() else None
        return failure or AlreadyOver("the block has been left: nothing can be asked of it any more")

    def _start(self, call: CallIntoTrio[T]) -> None:
        nursery = self._nursery
        try:
            if nursery is not None:
                nursery.start_soon(call.run)
        except RuntimeError:  # a nursery that is closed takes nobody
            nursery = None
        if nursery is None:
            call.future.cancel()

    def _running(self) -> trio.lowlevel.TrioToken:
        if self._token is None or self.ended.done():
            raise self.why_over()
        return self._token

    def _soon(self, function: Callable[[], None]) -> None:
        try:
            self._running().run_sync_soon(function)
        except trio.RunFinishedError:
            raise self.why_over() from None
