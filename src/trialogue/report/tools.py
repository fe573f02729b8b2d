"""Tool calls as the records tell them: asked when, ended how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import evolve, frozen

from trialogue.model.commands import AnswerTool
from trialogue.model.events import ToolCallCancelled, ToolFinished, ToolRequested
from trialogue.model.records import Record

ToolOutcome: TypeAlias = Literal[
    "succeeded", "failed", "timed-out", "cancelled", "unknown", "answered", "unanswered", "not-ours"
]
"""How a call ended: as `ToolFinished` says; `answered` by the meeting itself; never; or run elsewhere."""


@frozen
class ToolCall:
    """One call of a tool."""

    participant: str
    """Which agent asked."""

    call_id: str
    """The service's id of the call."""

    tool: str
    """Which tool."""

    at: float
    """When it was asked for, in seconds since the meeting's start."""

    outcome: ToolOutcome
    """How it ended."""

    duration_s: float | None = None
    """How long it took; None where it never ended."""


def tool_calls(records: Iterable[Record]) -> tuple[ToolCall, ...]:
    """Every call, in the order in which they were asked for; asked again, a call counts once."""
    calls: dict[tuple[str, str], ToolCall] = {}
    for record in records:
        _take_event(calls, record)
        for command in record.commands:
            if isinstance(command, AnswerTool):
                _end(calls, (command.participant, command.call_id), "answered", record.at)
    return tuple(calls.values())


def _take_event(calls: dict[tuple[str, str], ToolCall], record: Record) -> None:
    match record.event:
        case ToolRequested(participant=name, call_id=call_id, tool=tool, ours=ours):
            outcome: ToolOutcome = "unanswered" if ours else "not-ours"
            calls.setdefault((name, call_id), ToolCall(name, call_id, tool, record.at, outcome))
        case ToolFinished(participant=name, call_id=call_id, outcome=outcome):
            _end(calls, (name, call_id), outcome, record.at)
        case ToolCallCancelled(participant=name, call_id=call_id):
            _end(calls, (name, call_id), "cancelled", record.at)
        case _:
            pass


def _end(
    calls: dict[tuple[str, str], ToolCall], key: tuple[str, str], outcome: ToolOutcome, at: float
) -> None:
    """The first end of a call counts: the same result may be told again."""
    call = calls.get(key)
    if call is not None and call.outcome == "unanswered":
        calls[key] = evolve(call, outcome=outcome, duration_s=at - call.at)
