"""Tool calls that are answered without a run of their own.

1. A call that is the same as another by its tool's `identity` takes the result of that one, and its outcome.
2. A call that the app refuses, and one of the floor's own tools, is `answered`: no tool ran.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from attrs import Factory, field

from trialogue.model.commands import AnswerTool
from trialogue.model.events import ToolFinished, ToolRequested
from trialogue.model.records import Record
from trialogue.values import define, frozen

Outcome: TypeAlias = Literal["succeeded", "failed", "timed-out", "cancelled", "unknown", "answered"]
"""Outcome of a call: from `ToolFinished`, or `answered`."""

ANSWERED: Final = "answered"
"""Outcome of a call that no tool ran for."""


@frozen
class AnsweredCall:
    """Tool call that was answered without a run of its own."""

    participant: str
    """Agent that called."""

    call_id: str
    """Id of the call, by the service."""

    outcome: Outcome
    """Outcome of the call whose result it shares, or `answered`."""

    content: str = field(repr=False)
    """Result, in the form for the agent. Personal."""


@define
class SharedResults:
    """Fold over the records: call `take` for each in order."""

    _tools: dict[tuple[str, str], str] = Factory(dict[tuple[str, str], str])
    """Tool of the last request with each id."""

    _outcomes: dict[tuple[str, str], Outcome] = Factory(dict[tuple[str, str], Outcome])
    """Outcome of the last run of a tool with this result."""

    _answered: set[tuple[str, str, int]] = Factory(set[tuple[str, str, int]])

    def take(self, record: Record) -> list[AnsweredCall]:
        """Calls that this record answers without a run, each at its first answer."""
        match record.event:
            case ToolRequested(participant=name, call_id=call_id, tool=tool):
                self._tools[name, call_id] = tool
            case ToolFinished(participant=name, call_id=call_id, content=content, outcome=outcome, run=run):
                self._answered.add((name, call_id, run))
                self._outcomes[self._tools.get((name, call_id), ""), content] = outcome
            case _:
                pass
        return [
            AnsweredCall(each.participant, each.call_id, self._outcome(each), each.content)
            for each in record.commands
            if isinstance(each, AnswerTool) and self._is_first(each)
        ]

    def _outcome(self, answer: AnswerTool) -> Outcome:
        return self._outcomes.get((answer.tool, answer.content), ANSWERED)

    def _is_first(self, answer: AnswerTool) -> bool:
        call = (answer.participant, answer.call_id, answer.run)
        is_first = call not in self._answered
        self._answered.add(call)
        return is_first
