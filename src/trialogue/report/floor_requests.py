"""Requests for the floor: those that begin to wait, and those that end without a grant.

1. A hand of a person who has the floor already, and has not begun to speak, asks for nothing.
2. Nor does that of a participant who cannot have the floor: an observer, or one that failed or left.
3. An agent asks with its tools `bid` and `request_floor`, if the meeting answers that its hand is up.
"""

from __future__ import annotations

from attrs import Factory

from trialogue.brain.tools.calls import BID, HAND_IS_UP, REQUEST_FLOOR
from trialogue.model.commands import AnswerTool, EndTurn, GrantFloor, Replace, Report
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    Left,
    MeetingResumed,
    MuteAsked,
    ProcessSuspended,
    SessionFailed,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    ToolRequested,
)
from trialogue.model.records import Record
from trialogue.model.text import mask
from trialogue.values import define

__all__ = ["FloorRequests"]


@define
class FloorRequests:
    """Fold over the records: call `take` for each in order."""

    _agents: set[str] = Factory(set[str])
    """Participants with a session, which people lack."""

    _awaited: str | None = None
    """Holder that has not begun to speak."""

    _speaking: set[str] = Factory(set[str])
    """People who speak."""

    def take(self, record: Record) -> tuple[str | None, str | None]:
        """Participant who asks for the floor with this record, and the one whose request, if any, ends."""
        asking = self._asking(record)
        match record.event:
            case SessionReady(participant=name):
                self._agents.add(name)
            case SpeechStarted(participant=name):
                self._speaking.add(name)
                self._begins(name)
            case TextTyped(participant=name):
                self._begins(name)
            case (
                SpeechStopped(participant=name)
                | MuteAsked(participant=name, muted=True)
                | Left(participant=name)
            ):
                self._speaking.discard(name)
            case ProcessSuspended() | MeetingResumed():
                self._speaking.clear()
            case _:
                pass
        for command in record.commands:
            if isinstance(command, GrantFloor):
                self._awaited = None if command.to in self._speaking else command.to
            elif isinstance(command, EndTurn):
                self._awaited = None
        return asking, _withdrawn(record)

    def _begins(self, name: str) -> None:
        if name == self._awaited:
            self._awaited = None

    def _asking(self, record: Record) -> str | None:
        match record.event:
            case FloorRequested(participant=name) if not _is_refused(record, name):
                return None if name == self._awaited and name not in self._agents else name
            case ToolRequested(participant=name, tool=tool) if tool in {BID, REQUEST_FLOOR}:
                return name if _has_raised(record, name) else None
            case _:
                return None


def _has_raised(record: Record, name: str) -> bool:
    """Whether a tool has raised a hand, by its answer.

    A redacted journal has masked the answer, which is as long as that to who has the floor.
    """
    answers = {each.content for each in record.commands if isinstance(each, AnswerTool)}
    is_granted = any(isinstance(each, GrantFloor) and each.to == name for each in record.commands)
    return HAND_IS_UP in answers or (mask(HAND_IS_UP) in answers and not is_granted)


def _is_refused(record: Record, name: str) -> bool:
    """Whether the meeting passed over a request, since its participant cannot have the floor."""
    reports = (each for each in record.commands if isinstance(each, Report))
    return any((each.code, each.participant) == ("stale", name) for each in reports)


def _withdrawn(record: Record) -> str | None:
    """Participant whose request, if it has one, ends with this record: it took it back, failed or left.

    An agent whose fallback takes its seat goes on waiting.
    """
    is_replaced = any(isinstance(each, Replace) for each in record.commands)
    match record.event:
        case FloorRequestCancelled(participant=name) | Left(participant=name):
            return name
        case SessionFailed(participant=name) if not is_replaced:
            return name
        case _:
            return None
