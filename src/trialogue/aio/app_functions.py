"""Functions of an app that lives on asyncio, as a block on trio calls them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import cast

from trialogue.bridge.hooks import mapped
from trialogue.bridge.out_of_trio import awaited_in_trio
from trialogue.tools.kinds.python import is_async


def callable_from_trio(
    loop: asyncio.AbstractEventLoop, function: Callable[..., object]
) -> Callable[..., object]:
    """The function, run on asyncio's loop, plain or async, and waited for; what is none stays as it is."""
    if not callable(function):
        return function

    async def called(*given: object, **named: object) -> object:
        came = function(*given, **named)
        return await cast("Awaitable[object]", came) if inspect.isawaitable(came) else came

    @wraps(function)
    async def told(*given: object, **named: object) -> object:
        return await awaited_in_trio(asyncio.run_coroutine_threadsafe(called(*given, **named), loop))

    return told


def tools_from_trio(loop: asyncio.AbstractEventLoop, tools: object) -> object:
    """Tools whose async functions run on asyncio's loop; plain ones run in threads, as ever."""
    if not isinstance(tools, Mapping):
        return tools
    given = cast("Mapping[str, Callable[..., object]]", tools)
    return {name: callable_from_trio(loop, tool) if _is_async(tool) else tool for name, tool in given.items()}


def _is_async(tool: object) -> bool:
    return callable(tool) and is_async(tool)


def hooks_from_trio(loop: asyncio.AbstractEventLoop, hooks: object) -> object:
    """Hooks that are asked on asyncio's loop, plain or async."""
    return mapped(hooks, lambda function: callable_from_trio(loop, function))
