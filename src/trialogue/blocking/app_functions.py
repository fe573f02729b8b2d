"""Adapters of a threaded app's functions, so that a block on trio can call them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps

import trio

from trialogue.arguments import is_async, is_generator
from trialogue.bridge.hooks import mapped
from trialogue.bridge.out_of_trio import awaited_in_trio, begun_in_a_thread
from trialogue.compute import is_virtual


def callable_from_trio(function: Callable[..., object]) -> Callable[..., object]:
    """Async function for trio that runs an app's plain function in a thread, so that it may block.

    An async function is returned unchanged; so is a generator, or an object that is not callable, to be
    refused.
    """
    if not callable(function) or is_async(function) or is_generator(function):
        return function

    @wraps(function)
    async def told(*given: object, **named: object) -> object:
        asked = partial(function, *given, **named)
        if is_virtual():
            return await awaited_in_trio(begun_in_a_thread(asked))
        return await trio.to_thread.run_sync(asked, abandon_on_cancel=True)

    return told


def hooks_from_trio(hooks: object) -> object:
    """Hooks whose plain functions run in threads, so that they may block."""
    return mapped(hooks, callable_from_trio)
