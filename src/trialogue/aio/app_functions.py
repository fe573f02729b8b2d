"""Adapters of an asyncio app's functions, so that a block on trio can call them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import cast

from trialogue.arguments import is_async, is_generator
from trialogue.bridge.hooks import mapped
from trialogue.bridge.out_of_trio import awaited_in_trio


def callable_from_trio(
    loop: asyncio.AbstractEventLoop, function: Callable[..., object]
) -> Callable[..., object]:
    """Async function for trio that runs an app's function, plain or async, on asyncio's loop.

    A generator, or an object that is not callable, is returned unchanged, to be refused.
    """
    if not callable(function) or is_generator(function):
        return function

    async def called(*given: object, **named: object) -> object:
        came = function(*given, **named)
        return await cast("Awaitable[object]", came) if inspect.isawaitable(came) else came

    @wraps(function)
    async def told(*given: object, **named: object) -> object:
        call = called(*given, **named)
        try:
            return await awaited_in_trio(asyncio.run_coroutine_threadsafe(call, loop), loop.is_closed)
        except RuntimeError:  # also where the loop is closed, and has not begun it
            call.close()
            raise

    return told


def tools_from_trio(loop: asyncio.AbstractEventLoop, tools: object) -> object:
    """Tools whose async functions run on asyncio's loop; plain functions run in threads, as usual."""
    if not isinstance(tools, Mapping):
        return tools
    given = cast("Mapping[str, Callable[..., object]]", tools)
    return {name: callable_from_trio(loop, tool) if _is_async(tool) else tool for name, tool in given.items()}


def _is_async(tool: object) -> bool:
    return callable(tool) and is_async(tool)


def hooks_from_trio(loop: asyncio.AbstractEventLoop, hooks: object) -> object:
    """Hooks whose functions, plain or async, run on asyncio's loop."""
    return mapped(hooks, lambda function: callable_from_trio(loop, function))
