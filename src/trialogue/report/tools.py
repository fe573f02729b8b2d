"""Tool calls from the records: the moment of each, and its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import evolve, field

from trialogue.model.commands import AnswerTool, AskHook, RunTool
from trialogue.model.events import ToolCallCancelled, ToolFinished, ToolRequested
from trialogue.model.records import Record
from trialogue.model.shared_results import SharedResults
from trialogue.values import define, frozen

ToolOutcome: TypeAlias = Literal[
    "succeeded", "failed", "timed-out", "cancelled", "unknown", "answered", "unanswered", "not-ours"
]
"""Outcome of a call: from `ToolFinished`, its own or that of the call whose result it shares; `answered` by
the meeting itself; never finished; or run elsewhere.
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

    A request with a used id that runs a tool, or is answered for the first time, is a new call.
    """
    calls = _Calls()
    for record in records:
        calls.take(record)
    return tuple(calls.all)


def begins_call(record: Record) -> bool:
    """Whether a request with the id of a running call is a new one: it runs, is put to the app, or answered.

    Services repeat requests.
    """
    return any(isinstance(each, RunTool | AskHook | AnswerTool) for each in record.commands)


@define
class _Calls:
    """Calls of the records so far; each id means the last call that has it."""

    all: list[ToolRecord] = field(factory=list[ToolRecord])
    _last: dict[tuple[str, str], int] = field(factory=dict[tuple[str, str], int])
    _shared: SharedResults = field(factory=SharedResults)

    def take(self, record: Record) -> None:
        answered = self._shared.take(record)
        match record.event:
            case ToolRequested():
                begins = any(isinstance(each, RunTool | AskHook) for each in record.commands)
                self._requested(record.event, record.at, is_new=begins or bool(answered))
            case ToolFinished(participant=name, call_id=call_id, outcome=outcome, code=code):
                self._end((name, call_id), outcome, record.at, code)
            case ToolCallCancelled(participant=name, call_id=call_id):
                self._end((name, call_id), "cancelled", record.at)
            case _:
                pass
        for each in answered:
            self._end((each.participant, each.call_id), each.outcome, record.at)

    def _requested(self, event: ToolRequested, at: float, *, is_new: bool) -> None:
        key = (event.participant, event.call_id)
        if key in self._last and not is_new:
            return
        outcome: ToolOutcome = "unanswered" if event.ours else "not-ours"
        self._last[key] = len(self.all)
        self.all.append(ToolRecord(*key, event.tool, at, outcome))

    def _end(self, key: tuple[str, str], outcome: ToolOutcome, at: float, code: str = "") -> None:
        """Note the end of a call; only the first counts, as a result may be repeated."""
        index = self._last.get(key)
        if index is not None and self.all[index].outcome == "unanswered":
            call = self.all[index]
            self.all[index] = evolve(call, outcome=outcome, duration_s=at - call.at, code=code)
