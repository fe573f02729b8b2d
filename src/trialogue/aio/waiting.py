"""Waits of asyncio tasks for calls on a block's loop, and the effect of their cancellation there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from trialogue.bridge.into_trio import CallsIntoTrio, CallStopped

T = TypeVar("T")


async def waited(held: CallsIntoTrio, function: Callable[[], Awaitable[T]]) -> T:
    """Result of a call that waits; cancellation stops the call on its loop and waits for its end."""
    call = held.begin(function)
    waiting = asyncio.wrap_future(call.future)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        if waiting.cancelled():
            raise await why_over(held) from None  # noqa: ASYNC104 - the error raised says why it was cancelled
        call.cancel()
        await ended(waiting)
        raise
    except CallStopped:
        raise await why_over(held) from None


async def asked(held: CallsIntoTrio, function: Callable[[], T]) -> T:
    """Result of a call that never waits."""
    waiting = asyncio.wrap_future(held.do(function))
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        await ended(waiting)
        raise


async def why_over(held: CallsIntoTrio) -> BaseException:
    """Error of a call that was stopped with its block; known once the block has ended."""
    await ended(asyncio.wrap_future(held.ended))
    return held.why_over()


async def ended(waiting: asyncio.Future[T]) -> None:
    """Wait until a future is done, despite cancellation; the caller reads its outcome."""
    while not waiting.done():
        try:
            await asyncio.wait([waiting])
        except asyncio.CancelledError:  # noqa: ASYNC103 - the caller raises it, or its own error
            continue  # noqa: ASYNC104 - likewise
    if not waiting.cancelled():
        waiting.exception()
