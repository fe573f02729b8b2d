"""Tools that are Python functions of this process."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib.metadata import entry_points
from typing import cast

from trialogue.compute import Compute, Inline, InThreads, is_virtual
from trialogue.errors import SetupError, ToolFailed
from trialogue.importing import import_named
from trialogue.scenario.tool_keys import PythonFunction
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.tools.executor import Tool
from trialogue.tools.permissions import Permissions, check_import, check_place
from trialogue.tools.signatures import SILENT, Signature, describe
from trialogue.values import frozen

GROUP = "trialogue.tools"
"""The group of entry points by which packages register tools."""


@frozen
class PythonTool:
    """A Python callable (function, object, partial): async on trio, or sync in a worker thread.

    A thread cannot be stopped: at its deadline the call is given up, and what it still does is lost.
    """

    function: Callable[..., object]
    """Function that is called, with the arguments by keyword."""

    compute: Compute
    """Place in which a sync function runs."""

    timeout_s: float = 20.0
    """Seconds after which a call is given up."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Call the function, and wait for what it returns if that can be waited for."""
        self._check(arguments)
        if is_async(self.function):
            return await cast("Awaitable[object]", self.function(**arguments))
        # In a tuple, since trio takes no coroutine out of a thread: what a decorator returns may be one.
        (result,) = await self.compute.run(lambda: (self.function(**arguments),))
        return await result if inspect.isawaitable(result) else result

    def _check(self, arguments: Mapping[str, object]) -> None:
        """`ToolFailed` unless the function takes these; what a partial has bound is not to be given."""
        bound: Mapping[str, object] = getattr(self.function, "keywords", {})  # as a partial has them
        try:
            signature = inspect.signature(self.function)
        except ValueError:  # some builtin functions have none: they judge by themselves
            return
        try:
            signature.bind(**arguments)
        except TypeError as wrong:
            raise ToolFailed(f"the arguments do not fit: {wrong}", code="arguments") from None
        if taken := sorted(bound.keys() & arguments.keys()):
            raise ToolFailed(f"the arguments do not fit: {taken[0]} is already set", code="arguments")


def is_async(function: Callable[..., object]) -> bool:
    """Whether calling it gives a coroutine at once: it is an async function, or its `__call__` is one."""
    while isinstance(function, partial):
        function = cast("partial[object]", function).func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def import_function(name: str) -> Callable[..., object]:
    """The callable that `module:attr` names; `SetupError` in one line where there is none."""
    found = import_named(f"tool {name}", name)
    if not callable(found):
        raise SetupError(f"tool {name} must be a function, not a {type(found).__name__}")
    return found


def make(action: PythonFunction, spec: ToolSpec, allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """The tool of this function, which says itself what it takes; `SetupError` where it may not be run."""
    what = f"tool {spec.name}"
    function = _function(what, action.target, allowed)
    compute = Inline() if is_virtual() else InThreads(16, is_native=False)
    itself = SILENT if spec.schema is not None else describe(function, what)
    return PythonTool(function, compute, spec.timeout_s), itself


def _function(what: str, target: str, allowed: Permissions) -> Callable[..., object]:
    if ":" not in target:
        return _registered(what, target, allowed)
    if not allowed.code:
        raise SetupError(f"{what}: runs code ({target}), which is not allowed")
    check_import(what, target, allowed.imports)
    function = import_function(target)
    check_place(what, target, function, allowed.imports)
    return function


def _registered(what: str, name: str, allowed: Permissions) -> Callable[..., object]:
    if name in allowed.registered:
        registered: object = allowed.registered[name]  # callers may not be typed
        if not callable(registered):
            raise SetupError(f"{what} must be a function, not a {type(registered).__name__}")
        return registered
    for entry in entry_points(group=GROUP, name=name):
        loaded: object = entry.load()
        if callable(loaded):
            return loaded
    raise SetupError(f"{what}: no tool {name} is registered; register it, or write module:function")
