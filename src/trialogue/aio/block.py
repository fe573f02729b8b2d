"""Block for asyncio: a block of the trio interface, as an async context manager of asyncio.

1. Entering waits until the block is open, leaving until it has ended. Cancelling either one ends the block.
2. If the block fails by itself, the task inside it is cancelled, as by a task group. The block then raises
   its error instead of that cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Generic, TypeVar

from trialogue.aio.waiting import ended
from trialogue.bridge.trio_thread import HeldBlock
from trialogue.handles import check_not_entered, entered
from trialogue.meeting.places import check_opened_on_asyncio

NativeT = TypeVar("NativeT")
OwnT = TypeVar("OwnT")


class Block(Generic[NativeT, OwnT]):
    """Async context manager of asyncio for a block in a thread of its own; it can be entered once."""

    def __init__(
        self,
        hold: Callable[[asyncio.AbstractEventLoop], HeldBlock[NativeT]],
        shown: Callable[[HeldBlock[NativeT], NativeT], OwnT],
    ) -> None:
        self._hold = hold
        self._shown = shown
        self._held: HeldBlock[NativeT] | None = None
        self._is_leaving = False
        self._has_cancelled = False

    async def __aenter__(self) -> OwnT:
        check_opened_on_asyncio()
        check_not_entered(self._held)
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task is not None else 0
        self._held = held = self._hold(self._loop)
        held.start()
        opened = asyncio.wrap_future(held.opened)
        try:
            native = await asyncio.shield(opened)
        except asyncio.CancelledError:
            held.cancel()
            await self._end(held)
            await ended(opened)
            raise
        except BaseException:
            await self._end(held)  # noqa: ASYNC120 - asyncio's: it waits despite cancellation
            raise
        held.ended.add_done_callback(self._tell)
        return self._shown(held, native)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, trace
        held = entered(self._held)
        self._is_leaving = True
        held.leave(error)
        ending = asyncio.wrap_future(held.ended)
        try:
            await asyncio.wait([ending])
        except asyncio.CancelledError:
            held.cancel()
            await ended(ending)
            held.join()
            raise
        await ended(ending)
        held.join()
        failure = held.ended.exception()
        is_ours = isinstance(error, asyncio.CancelledError) and self._is_ours()
        if failure is not None and (error is None or is_ours or failure is not error):
            raise failure from (None if is_ours else error)

    def _tell(self, ended: Future[None]) -> None:
        with suppress(RuntimeError):  # the loop was closed in the middle of the block: nobody waits there
            self._loop.call_soon_threadsafe(self._over, ended)

    def _over(self, ended: Future[None]) -> None:
        """Cancel the task inside after the block has failed."""
        if not self._is_leaving and ended.exception() is not None and self._task is not None:
            self._has_cancelled = True
            self._task.cancel()

    def _is_ours(self) -> bool:
        """Whether only this block has cancelled the task."""
        if not self._has_cancelled or self._task is None:
            return False
        return self._task.uncancel() <= self._cancelling

    async def _end(self, held: HeldBlock[NativeT]) -> None:
        await ended(asyncio.wrap_future(held.ended))
        held.join()
