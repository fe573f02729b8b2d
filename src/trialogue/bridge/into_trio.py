"""Calls into a trio loop, from asyncio or a thread: their results, and their cancellation.

1. The caller waits for a future of the standard library, as any loop and any thread can.
2. A call is cancelled on its own loop, and its future is done only after the call has ended.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Generic, TypeVar, cast

import outcome
import trio

from trialogue.errors import AlreadyOver
from trialogue.meeting.app_requests import FORKED

T = TypeVar("T")


class CallStopped(Exception):
    """A call was stopped before its end: by its caller, or by the end of its block."""


class CallIntoTrio(Generic[T]):
    """Call on a trio loop."""

    def __init__(self, token: trio.lowlevel.TrioToken, function: Callable[[], Awaitable[T]]) -> None:
        self.future: Future[T] = Future()
        self._token = token
        self._function = function
        self._scope = trio.CancelScope()

    async def run(self) -> None:
        """Run the call, as a task of the loop."""
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
        """Cancel the call, from any thread; does nothing after its end."""
        try:
            self._token.run_sync_soon(self._scope.cancel)
        except trio.RunFinishedError:
            self.future.cancel()


def settle(future: Future[T], came: outcome.Outcome[T]) -> None:
    """Set a future to the outcome of its call."""
    if isinstance(came, outcome.Error):
        future.set_exception(came.error)
    else:
        future.set_result(cast("outcome.Value[T]", came).value)


class CallsIntoTrio:
    """Calls into a running trio loop, from any thread."""

    def __init__(self) -> None:
        self.ended: Future[None] = Future()
        self._process = os.getpid()
        self._token: trio.lowlevel.TrioToken | None = None
        self._nursery: trio.Nursery | None = None

    def adopt(self, nursery: trio.Nursery) -> None:
        """Run calls in this nursery of the present loop."""
        self._token, self._nursery = trio.lowlevel.current_trio_token(), nursery

    def begin(self, function: Callable[[], Awaitable[T]]) -> CallIntoTrio[T]:
        """Begin a call that waits."""
        call = CallIntoTrio(self._running(), function)
        self._soon(lambda: self._start(call))
        return call

    def do(self, function: Callable[[], T]) -> Future[T]:
        """Make a call that never waits, after those before it."""
        future: Future[T] = Future()
        self._soon(lambda: settle(future, outcome.capture(function)))
        return future

    def why_over(self) -> BaseException:
        """Error for calls after the end: the block's own error, or `AlreadyOver`."""
        failure = self.ended.exception() if self.ended.done() else None
        return failure or AlreadyOver("the block has ended and takes no more calls")

    def _start(self, call: CallIntoTrio[T]) -> None:
        nursery = self._nursery
        try:
            if nursery is not None:
                nursery.start_soon(call.run)
        except RuntimeError:  # a closed nursery takes no task
            nursery = None
        if nursery is None:
            call.future.cancel()

    @property
    def is_elsewhere(self) -> bool:
        """Whether this is a forked process, which has no copy of the loop's thread."""
        return os.getpid() != self._process

    def _running(self) -> trio.lowlevel.TrioToken:
        if self.is_elsewhere:
            raise AlreadyOver(FORKED)
        if self._token is None or self.ended.done():
            raise self.why_over()
        return self._token

    def _soon(self, function: Callable[[], None]) -> None:
        try:
            self._running().run_sync_soon(function)
        except trio.RunFinishedError:
            raise self.why_over() from None
