"""Tool calls from the records: the moment of each, and its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import evolve, field

from trialogue.model.commands import AnswerTool, RunTool
from trialogue.model.events import ToolCallCancelled, ToolFinished, ToolRequested
from trialogue.model.records import Record
from trialogue.values import define, frozen

ToolOutcome: TypeAlias = Literal[
    "succeeded", "failed", "timed-out", "cancelled", "unknown", "answered", "unanswered", "not-ours"
]
"""Outcome of a call: from `ToolFinished`; `answered` by the meeting itself; never finished; or run elsewhere.
"""


@frozen
class ToolRecord:
    """Call of a tool."""

    participant: str
    """Agent that asked."""

    call_id: str
    """Id of the call, by the service."""

    tool: str
    """Name of the tool."""

    at: float
    """Moment of the request, in seconds since the meeting's start."""

    outcome: ToolOutcome
    """Outcome of the call."""

    duration_s: float | None = None
    """Seconds that it took; None where it never ended."""

    code: str = ""
    """Reason for a missing result, in one word; empty where none is known."""


def tool_calls(records: Iterable[Record]) -> tuple[ToolRecord, ...]:
    """Calls in the order of their requests; a repeated request counts once.

    A request with a used id whose tool runs is a new call.
    """
    calls = _Calls()
    for record in records:
        calls.take(record)
    return tuple(calls.all)


@define
class _Calls:
    """Calls of the records so far; each id means the last call that has it."""

    all: list[ToolRecord] = field(factory=list[ToolRecord])
    _last: dict[tuple[str, str], int] = field(factory=dict[tuple[str, str], int])

    def take(self, record: Record) -> None:
        match record.event:
            case ToolRequested():
                self._requested(record.event, record)
            case ToolFinished(participant=name, call_id=call_id, outcome=outcome, code=code):
                self._end((name, call_id), outcome, record.at, code)
            case ToolCallCancelled(participant=name, call_id=call_id):
                self._end((name, call_id), "cancelled", record.at)
            case _:
                pass
        for command in record.commands:
            if isinstance(command, AnswerTool):
                self._end((command.participant, command.call_id), "answered", record.at)

    def _requested(self, event: ToolRequested, record: Record) -> None:
        key = (event.participant, event.call_id)
        if key in self._last and not any(isinstance(command, RunTool) for command in record.commands):
            return
        outcome: ToolOutcome = "unanswered" if event.ours else "not-ours"
        self._last[key] = len(self.all)
        self.all.append(ToolRecord(*key, event.tool, record.at, outcome))

    def _end(self, key: tuple[str, str], outcome: ToolOutcome, at: float, code: str = "") -> None:
        """Note the end of a call; only the first counts, as a result may be repeated."""
        index = self._last.get(key)
        if index is not None and self.all[index].outcome == "unanswered":
            call = self.all[index]
            self.all[index] = evolve(call, outcome=outcome, duration_s=at - call.at, code=code)
