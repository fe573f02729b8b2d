"""How a task of asyncio waits for a call on the loop of a block, and what its cancellation does there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from trialogue.bridge.into_trio import CallsIntoTrio, CallStopped

T = TypeVar("T")


async def waited(held: CallsIntoTrio, function: Callable[[], Awaitable[T]]) -> T:
    """The result of a call that waits; cancelled, it is stopped there, and has ended before this returns."""
    call = held.begin(function)
    waiting = asyncio.wrap_future(call.future)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        if waiting.cancelled():
            raise await why_over(held) from None  # noqa: ASYNC104 - of another loop, and told by its own error
        call.cancel()
        await ended(waiting)
        raise
    except CallStopped:
        raise await why_over(held) from None


async def asked(held: CallsIntoTrio, function: Callable[[], T]) -> T:
    """The result of a call that never waits."""
    waiting = asyncio.wrap_future(held.do(function))
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        await ended(waiting)
        raise


async def why_over(held: CallsIntoTrio) -> BaseException:
    """Reason for which a call was stopped with its block: known once that has ended."""
    await ended(asyncio.wrap_future(held.ended))
    return held.why_over()


async def ended(waiting: asyncio.Future[T]) -> None:
    """Wait for an end that comes, whoever cancels meanwhile; what came of it is the caller's to look at."""
    while not waiting.done():
        try:
            await asyncio.wait([waiting])
        except asyncio.CancelledError:  # noqa: ASYNC103 - of another loop, and told by its own error
            continue  # noqa: ASYNC104 - of another loop, and told by its own error
    if not waiting.cancelled():
        waiting.exception()


def on_loop(loop: asyncio.AbstractEventLoop, function: Callable[[], Awaitable[T]]) -> Future[T]:
    """Begin something on asyncio's loop, from any thread."""

    async def made() -> T:
        return await function()

    return asyncio.run_coroutine_threadsafe(made(), loop)
