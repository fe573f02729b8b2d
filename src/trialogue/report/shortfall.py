"""Shortfall of a meeting with an ordinary end: no agent could speak, or a recording was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

from trialogue.model.commands import AnswerTool, Cue, EndMeeting, EndTurn, GrantFloor, Prepare, Speak
from trialogue.model.events import (
    PlaybackStarted,
    RecordingFailed,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SessionFailed,
    SessionLost,
    ToolRequested,
)
from trialogue.model.failed_replies import SilentReplies
from trialogue.model.participants import Kind
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

__all__ = ["FELL_SHORT", "Shortfall", "late_answers", "shortfall"]

LATE_S: Final = 3.0
"""Seconds after which an agent's answer is late where the meeting ends."""

BY_ITSELF: Final = frozenset({"limit-time", "limit-cost", "silence", "happened"})
"""Reasons for which a meeting ends though nobody asked for its end."""


class Shortfall(Enum):
    """Kind of shortfall: something that was asked for and is missing."""

    UNSPOKEN = "unspoken"
    """No agent was heard: the service or model of each that was asked refused, failed, sent no sound, or did
    not answer in time."""

    UNRECORDED = "unrecorded"
    """A part of the sound is in no file."""


FELL_SHORT: Final = MappingProxyType(
    {"unspoken": "no agent was heard", "unrecorded": "its recording is not whole"}
)
"""Shortfalls in words for people, by their names in a result."""


def shortfall(plan: MeetingPlan, records: Sequence[Record]) -> Shortfall | None:
    """Most serious shortfall of a meeting; None without one."""
    if _is_unspoken(plan, records):
        return Shortfall.UNSPOKEN
    if any(isinstance(record.event, RecordingFailed) for record in records):
        return Shortfall.UNRECORDED
    return None


def _is_unspoken(plan: MeetingPlan, records: Sequence[Record]) -> bool:
    """Whether agents were asked and none was heard, as their services failed or sent no sound in time."""
    people = {each.name for each in plan.participants if each.kind is not Kind.AGENT}
    silent, failed, made = SilentReplies(), set[str](), set[tuple[str, int]]()
    for record in records:
        is_silent = silent.take(record.event)
        match record.event:
            case PlaybackStarted(participant=name) if name not in people:
                return False
            case ReplyStarted(participant=name, reply=reply):
                made.add((name, reply))
            case ReplySent(participant=name, reply=reply) if is_silent:
                made.discard((name, reply))
                failed.add(name)
            case (
                SessionFailed(participant=name)
                | SessionLost(participant=name)
                | ReplyFailed(participant=name)
            ) if name not in people:
                failed.add(name)
            case _:
                pass
        late = {name for name in _timed_out(record) if name not in people}
        failed |= late
        made = {each for each in made if each[0] not in late}
    failed.update(name for _, name in late_answers(plan, records))
    return bool(failed) and not made


def late_answers(plan: MeetingPlan, records: Sequence[Record]) -> Iterator[tuple[float, str]]:
    """Moments, in seconds, and agents from whom nothing came in their turn's time, or to the meeting's end.

    At an end that somebody asked for, or within `LATE_S` of the request, no answer is late; nor is that of an
    agent that does not hold the floor, or waits for a tool.
    """
    agents = {each.name for each in plan.participants if each.kind is Kind.AGENT}
    asked: dict[str, float] = {}
    open_calls, holder = set[tuple[str, str]](), ""
    for record in records:
        match record.event:
            case ReplyStarted(participant=name):
                asked.pop(name, None)
            case ToolRequested(participant=name, call_id=call):
                asked.pop(name, None)
                open_calls.add((name, call))
            case _:
                pass
        ended = [name for name in _timed_out(record) if name in agents]
        for command in record.commands:
            match command:
                case GrantFloor(to=name):
                    holder = name
                    asked.setdefault(name, record.at)  # one that greets gets no cue
                case Cue(to=name) | Prepare(to=name) | Speak(to=name):
                    asked[name] = record.at
                case AnswerTool(participant=name, call_id=call):
                    open_calls.discard((name, call))
                    if name not in {caller for caller, _ in open_calls}:
                        asked[name] = record.at
                case EndTurn(participant=name, cause=cause) if cause != "meeting-ended":
                    asked.pop(name, None)
                    holder = ""
                case EndMeeting(reason=reason) if reason in BY_ITSELF and holder in agents:
                    ended += [holder] if record.at - asked.get(holder, record.at) >= LATE_S else []
                case _:
                    pass
        yield from ((record.at, name) for name in ended)


def _timed_out(record: Record) -> list[str]:
    """Participants whose turn a record ends because nothing came of them in time."""
    ends = (each for each in record.commands if isinstance(each, EndTurn))
    return [each.participant for each in ends if each.cause == "timeout"]
