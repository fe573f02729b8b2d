"""Tool calls that are answered without a run of their own.

1. A call that is the same as another by its tool's `identity` takes the result of that one, and its outcome.
2. A call that the app refuses, and one of the floor's own tools, is `answered`: no tool ran.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from attrs import Factory, field

from trialogue.model.commands import AnswerTool, Command
from trialogue.model.events import Event, ToolFinished, ToolRequested
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
    """Fold over the records: call `take` for each in order, or its two parts."""

    _tools: dict[tuple[str, str], str] = Factory(dict[tuple[str, str], str])
    """Tool of the last request with each id."""

    _outcomes: dict[tuple[str, str], Outcome] = Factory(dict[tuple[str, str], Outcome])
    """Outcome of the last run of a tool with this result."""

    _answered: set[tuple[str, str, int]] = Factory(set[tuple[str, str, int]])

    def take(self, record: Record) -> list[AnsweredCall]:
        """Calls that this record answers without a run, each at its first answer."""
        self.take_event(record.event)
        return [each for each in map(self.take_command, record.commands) if each is not None]

    def take_event(self, event: Event) -> None:
        """Note an event."""
        match event:
            case ToolRequested(participant=name, call_id=call_id, tool=tool):
                self._tools[name, call_id] = tool
            case ToolFinished(participant=name, call_id=call_id, content=content, outcome=outcome, run=run):
                self._answered.add((name, call_id, run))
                self._outcomes[self._tools.get((name, call_id), ""), content] = outcome
            case _:
                pass

    def take_command(self, command: Command) -> AnsweredCall | None:
        """The call that a command answers without a run, at its first answer; None for any other command."""
        if not isinstance(command, AnswerTool) or not self._is_first(command):
            return None
        outcome = self._outcomes.get((command.tool, command.content), ANSWERED)
        return AnsweredCall(command.participant, command.call_id, outcome, command.content)

    def _is_first(self, answer: AnswerTool) -> bool:
        call = (answer.participant, answer.call_id, answer.run)
        is_first = call not in self._answered
        self._answered.add(call)
        return is_first
