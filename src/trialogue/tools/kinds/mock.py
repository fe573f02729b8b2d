"""Tools without a world behind them."""

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
    """A tool that answers the same thing every time, after a while."""

    result: object
    """Result that it answers."""

    delay_s: float = 0.0
    """After how long, in seconds."""

    error: str = ""
    """If set, it fails with these words instead."""

    timeout_s: float = 20.0
    """Seconds after which a call is given up."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Wait, then answer."""
        del arguments
        await trio.sleep(self.delay_s)
        if self.error:
            raise ToolFailed(self.error, code="mock")
        return self.result


def make(action: MockAnswer, spec: ToolSpec, _allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """The tool of this answer."""
    return MockTool(action.result, action.delay_s, action.error, spec.timeout_s), SILENT
