"""Tools without a world behind them."""

from __future__ import annotations

from collections.abc import Mapping

import trio
from attrs import frozen

from trialogue.errors import ToolFailed


@frozen
class MockTool:
    """A tool that answers the same thing every time, after a while."""

    result: object
    """What it answers."""

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
