"""Shortfall of a meeting with an ordinary end: no agent could speak, or a recording was lost."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

from trialogue.model.commands import EndTurn
from trialogue.model.events import (
    PlaybackStarted,
    RecordingFailed,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SessionFailed,
    SessionLost,
)
from trialogue.model.failed_replies import SilentReplies
from trialogue.model.participants import Kind
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

__all__ = ["FELL_SHORT", "Shortfall", "shortfall", "timed_out"]


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
        late = {name for name in timed_out(record) if name not in people}
        failed |= late
        made = {each for each in made if each[0] not in late}
    return bool(failed) and not made


def timed_out(record: Record) -> list[str]:
    """Participants whose turn a record ends because nothing came of them in time."""
    ends = (each for each in record.commands if isinstance(each, EndTurn))
    return [each.participant for each in ends if each.cause == "timeout"]
