"""Tools that are Python functions of this process."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import entry_points
from typing import cast

from trialogue.arguments import is_async
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
"""Group of entry points by which packages register tools."""


@frozen
class PythonTool:
    """Python callable (function, object, partial): async on trio, or sync in a worker thread.

    A thread cannot be stopped: at its deadline the call is abandoned, and its later result is lost.
    """

    function: Callable[..., object]
    """Function, called with the arguments by keyword."""

    compute: Compute
    """Place where a sync function runs."""

    timeout_s: float = 20.0
    """Seconds after which a call is abandoned."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Call the function, and await its result if that is awaitable."""
        self._check(arguments)
        if is_async(self.function):
            return await cast("Awaitable[object]", self.function(**arguments))
        # In a tuple, since trio passes no coroutine out of a thread, and a decorator may return one.
        (result,) = await self.compute.run(lambda: (self.function(**arguments),))
        return await result if inspect.isawaitable(result) else result

    def _check(self, arguments: Mapping[str, object]) -> None:
        """Raise `ToolFailed` unless the function accepts these; those bound by a partial may not be given."""
        bound: Mapping[str, object] = getattr(
            self.function, "keywords", {}
        )  # arguments that a partial has already set
        try:
            signature = inspect.signature(self.function)
        except ValueError:  # some builtin functions have none: they check their own arguments
            return
        try:
            signature.bind(**arguments)
        except TypeError as wrong:
            raise ToolFailed(f"the arguments do not fit: {wrong}", code="arguments") from None
        if taken := sorted(bound.keys() & arguments.keys()):
            raise ToolFailed(f"the arguments do not fit: {taken[0]} is already set", code="arguments")


def import_function(name: str) -> Callable[..., object]:
    """Callable at `module:attr`; `SetupError` in one line where there is none."""
    found = import_named(f"tool {name}", name)
    if not callable(found):
        raise SetupError(f"tool {name} must be a function, not a {type(found).__name__}")
    return found


def make(action: PythonFunction, spec: ToolSpec, allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """Tool for this function, with its signature; `SetupError` where it may not run."""
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
        registered: object = allowed.registered[name]  # callers need not be typed
        if not callable(registered):
            raise SetupError(f"{what} must be a function, not a {type(registered).__name__}")
        return registered
    for entry in entry_points(group=GROUP, name=name):
        loaded: object = entry.load()
        if callable(loaded):
            return loaded
    raise SetupError(f"{what}: no tool {name} is registered; register it, or write module:function")
