"""Mock tools, which answer with a fixed result."""

from __future__ import annotations

from collections.abc import Mapping

import trio

from trialogue.errors import ToolFailed
from trialogue.scenario.tool_keys import MockAnswer
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.tools.executor import Tool
from trialogue.tools.permissions import Permissions
from trialogue.tools.signatures import SILENT, Signature
from trialogue.values import frozen


@frozen
class MockTool:
    """Tool that gives the same result every time, after a delay."""

    result: object
    """Result that it gives."""

    delay_s: float = 0.0
    """Delay in seconds."""

    error: str = ""
    """Words with which it fails; None for no failure."""

    timeout_s: float = 20.0
    """Seconds after which a call is abandoned."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Wait, then return the result."""
        del arguments
        await trio.sleep(self.delay_s)
        if self.error:
            raise ToolFailed(self.error, code="mock")
        return self.result


def make(action: MockAnswer, spec: ToolSpec, _allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """Tool with this result."""
    return MockTool(action.result, action.delay_s, action.error, spec.timeout_s), SILENT
