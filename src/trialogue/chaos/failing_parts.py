"""Parts of a meeting that fail on demand: brain, journal, tools.

Each part has its faults with their strike functions. A strike function returns whether the fault strikes now,
and notes that it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import trio

from trialogue.actors.sequencer import RecordKeeper
from trialogue.chaos.catalogue import Part
from trialogue.errors import JournalError, ToolFailed
from trialogue.journal.verify import Decider
from trialogue.model.commands import Command
from trialogue.model.events import Event
from trialogue.model.records import Record
from trialogue.tools.executor import Tool
from trialogue.values import define

SPOIL_AFTER = 20
"""Records after which brains and journals fail, so that the meeting is well under way."""

Spoiling = Sequence[tuple[Part, Callable[[], bool]]]
"""Faults, each with its strike function."""


class FaultOnDemand(Exception):
    """Error that stands for a bug of the brain."""


@define
class FailingBrain:
    """Brain with a bug: it raises at one event, before it has changed anything."""

    brain: Decider
    faults: Spoiling
    handled: int = 0

    def handle(self, event: Event, now: float) -> Sequence[Command]:
        """Decide, or raise `FaultOnDemand`."""
        self.handled += 1
        if self.handled > SPOIL_AFTER and any(strike() for _, strike in self.faults):
            raise FaultOnDemand("the brain failed on demand")
        return self.brain.handle(event, now)


@define
class FailingJournal:
    """Journal on a disk that is full from one record on."""

    journal: RecordKeeper
    faults: Spoiling

    def append(self, record: Record) -> None:
        """Write a record, or fail as a full disk does."""
        if record.seq > SPOIL_AFTER and any(strike() for _, strike in self.faults):
            raise JournalError("cannot write the journal: No space left on device")
        self.journal.append(record)


@define
class _SpoiledTool:
    """Tool whose call meets the first fault that strikes; it works where none does."""

    tool: Tool
    faults: Spoiling

    @property
    def timeout_s(self) -> float:
        """Deadline of the tool."""
        return self.tool.timeout_s

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Call the tool, or fail."""
        part = next((part for part, strike in self.faults if strike()), None)
        if part is None:
            return await self.tool.call(arguments)
        if part is Part.TOOL_HANGS:
            await trio.sleep_forever()
        if part is Part.TOOL_RAISES:
            raise ToolFailed("the tool failed on demand")
        return "x" * 10_000_000


def spoiled_tool(tool: Tool, faults: Spoiling) -> Tool:
    """Tool for a call of the participant whom these faults strike."""
    return _SpoiledTool(tool, faults) if faults else tool
