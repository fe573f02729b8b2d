"""A block of the trio surface as a block of asyncio's.

1. Entering waits for the block to be open, leaving for its end; both can be cancelled, and end it then.
2. Where the block fails by itself, the task inside it is cancelled, as by a task group, and the block raises
   what has happened in the place of that cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

from trialogue.aio.waiting import ended
from trialogue.bridge.trio_thread import HeldBlock
from trialogue.meeting.places import check_opened_on_asyncio

NativeT = TypeVar("NativeT")
OwnT = TypeVar("OwnT")


class Block(Generic[NativeT, OwnT]):
    """An async context manager of asyncio's around a block in a thread of its own; it is entered once."""

    def __init__(
        self,
        hold: Callable[[asyncio.AbstractEventLoop], HeldBlock[NativeT]],
        shown: Callable[[HeldBlock[NativeT], NativeT], OwnT],
    ) -> None:
        self._hold = hold
        self._shown = shown
        self._is_leaving = False
        self._has_cancelled = False

    async def __aenter__(self) -> OwnT:
        check_opened_on_asyncio()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task is not None else 0
        self._held = held = self._hold(self._loop)
        held.start()
        self._ending = asyncio.wrap_future(held.ended)
        opened = asyncio.wrap_future(held.opened)
        try:
            native = await asyncio.shield(opened)
        except asyncio.CancelledError:
            held.cancel()
            await self._end()
            await ended(opened)
            raise
        except BaseException:
            await self._end()  # noqa: ASYNC120 - of another loop, and told by its own error
            raise
        held.ended.add_done_callback(lambda _: self._loop.call_soon_threadsafe(self._over))
        return self._shown(held, native)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, trace
        self._is_leaving = True
        held = self._held
        held.leave(error)
        try:
            await asyncio.wait([self._ending])
        except asyncio.CancelledError:
            held.cancel()
            await self._end()
            raise
        await self._end()
        failure = held.ended.exception()
        is_ours = isinstance(error, asyncio.CancelledError) and self._is_ours()
        if failure is not None and (error is None or is_ours or failure is not error):
            raise failure from (None if is_ours else error)

    def _over(self) -> None:
        """The block has ended: cancel whoever is still inside."""
        if not self._is_leaving and self._held.ended.exception() is not None and self._task is not None:
            self._has_cancelled = True
            self._task.cancel()

    def _is_ours(self) -> bool:
        """Whether it is this block alone that has cancelled its task."""
        if not self._has_cancelled or self._task is None:
            return False
        return self._task.uncancel() <= self._cancelling

    async def _end(self) -> None:
        await ended(self._ending)
        self._held.join()
