"""Tools that are Python functions of this process."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import cast

from attrs import frozen

from trialogue.compute import Compute
from trialogue.errors import SetupError, ToolFailed


@frozen
class PythonTool:
    """A Python callable: async on trio, or sync in a worker thread.

    A thread cannot be stopped: at its deadline the call is given up, and what it still does is lost.
    """

    function: Callable[..., object]
    """What is called, with the arguments by keyword."""

    compute: Compute
    """Where a sync function runs."""

    timeout_s: float = 20.0
    """Seconds after which a call is given up."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Call the function; what it raises becomes a `ToolFailed` that names the type alone."""
        try:
            inspect.signature(self.function).bind(**arguments)
        except TypeError as wrong:
            raise ToolFailed(f"the arguments do not fit: {wrong}") from None
        try:
            if inspect.iscoroutinefunction(self.function):
                return await cast("Awaitable[object]", self.function(**arguments))
            return await self.compute.run(lambda: self.function(**arguments))
        except ToolFailed:
            raise
        except Exception as crash:  # whatever a user's tool raises is an answer for its agent
            raise ToolFailed(f"the tool raised {type(crash).__name__}") from crash


def import_function(name: str) -> Callable[..., object]:
    """The callable that `module:attr` names; `SetupError` in one line where there is none."""
    module_name, _, attribute = name.partition(":")
    try:
        found: object = getattr(import_module(module_name), attribute)
    except (ImportError, AttributeError) as missing:
        raise SetupError(f"tool {name}: {missing}") from missing
    if not callable(found):
        raise SetupError(f"tool {name}: is a {type(found).__name__}, not a function")
    return found
