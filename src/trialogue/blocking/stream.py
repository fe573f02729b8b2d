"""Stream of a block's items for threads: its events, records or sound, one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from trialogue.blocking.waiting import why_over
from trialogue.bridge.into_trio import CallIntoTrio, CallsIntoTrio, CallStopped
from trialogue.handles import given_by
from trialogue.meeting.app_requests import a_time

T = TypeVar("T")


@given_by("trialogue.blocking.Meeting")
class Stream(Generic[T]):
    """Iterator that can be stopped and continued, also after a timeout, without losing items.

    Several threads may iterate; each item goes to one of them.
    """

    def __init__(self, held: CallsIntoTrio, following: Callable[[], Awaitable[T]]) -> None:
        self._held = held
        self._following = following
        self._coming: CallIntoTrio[T] | None = None
        self._lock = Lock()

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        try:
            return self.following()
        except StopAsyncIteration:
            raise StopIteration from None

    def following(self, timeout_s: float | None = None) -> T:
        """Wait for the next item; TimeoutError after `timeout_s`, StopAsyncIteration after the last item."""
        a_time(timeout_s, "timeout_s")
        since = monotonic()
        if not self._lock.acquire(timeout=-1 if timeout_s is None else timeout_s):
            raise TimeoutError
        try:
            return self._next(None if timeout_s is None else max(0.0, timeout_s - (monotonic() - since)))
        finally:
            self._lock.release()

    def _next(self, timeout_s: float | None) -> T:
        """Wait for the next item, as the only thread."""
        if self._coming is None:
            self._coming = self._held.begin(self._following)
        coming = self._coming
        try:
            came = coming.future.result(timeout_s)
        except (CancelledError, CallStopped):
            self._coming = None
            raise why_over(self._held) from None  # noqa: ASYNC104 - the error raised says why it was cancelled
        except BaseException:
            if coming.future.done():
                self._coming = None  # an error of the call itself
            raise
        self._coming = None
        return came
