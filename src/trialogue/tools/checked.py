"""Arguments are judged before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from trialogue.brain.tools.arguments import misfit
from trialogue.errors import ToolFailed
from trialogue.tools.executor import Tool


@frozen
class CheckedTool:
    """A tool that is called only with arguments that fit its schema."""

    tool: Tool
    """What is called."""

    schema: Mapping[str, object]
    """JSON Schema of its arguments."""

    @property
    def timeout_s(self) -> float:
        """Seconds after which a call is given up."""
        return self.tool.timeout_s

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Judge, then call; `ToolFailed` tells the model what does not fit."""
        wrong = misfit(self.schema, arguments)
        if wrong is not None:
            raise ToolFailed(f"the arguments do not fit: {wrong}", code="arguments")
        return await self.tool.call(arguments)
