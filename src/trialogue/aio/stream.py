"""Stream of a block's items for asyncio: its events, records or sound, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from trialogue.aio.waiting import why_over
from trialogue.bridge.into_trio import CallsIntoTrio, CallStopped
from trialogue.handles import given_by

T = TypeVar("T")


@given_by("trialogue.aio.Meeting")
class Stream(Generic[T]):
    """Async iterator that can be stopped, cancelled and continued without losing items.

    One task at a time may wait for the next item.
    """

    def __init__(self, held: CallsIntoTrio, following: Callable[[], Awaitable[T]]) -> None:
        self._held = held
        self._following = following
        self._coming: asyncio.Future[T] | None = None
        self._is_waited_for = False

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        return await self.following()

    async def following(self) -> T:
        """Wait for the next item; StopAsyncIteration after the last one."""
        if self._is_waited_for:
            raise RuntimeError("another task is already waiting for the next item: only one task can iterate")
        if self._coming is None:
            self._coming = asyncio.wrap_future(self._held.begin(self._following).future)
            self._coming.add_done_callback(_looked_at)
        coming, self._is_waited_for = self._coming, True
        try:
            came = await asyncio.shield(coming)
        except asyncio.CancelledError:
            if not coming.cancelled():
                raise  # the next call gets the item that is under way
            raise await why_over(self._held) from None  # noqa: ASYNC104 - the error raised says why it was cancelled
        except CallStopped:
            raise await why_over(self._held) from None
        except BaseException:
            self._coming = None
            raise
        finally:
            self._is_waited_for = False
        self._coming = None
        return came


def _looked_at(coming: asyncio.Future[T]) -> None:
    """Read the outcome, so that asyncio reports no unread error of a call that ended with its block."""
    if not coming.cancelled():
        coming.exception()
