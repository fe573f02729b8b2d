"""Shortfall of a meeting that ended in order: nobody could speak, or its recording was lost."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from trialogue.model.events import (
    PlaybackStarted,
    RecordingFailed,
    ReplyFailed,
    ReplyStarted,
    SessionFailed,
    SessionLost,
)
from trialogue.model.participants import Kind
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

__all__ = ["Shortfall", "shortfall"]


class Shortfall(Enum):
    """Shortfall: what was asked for and did not come to be."""

    UNSPOKEN = "unspoken"
    """No agent said a word: the service or model of each that was asked refused or was out of reach."""

    UNRECORDED = "unrecorded"
    """A part of the sound is in no file."""


def shortfall(plan: MeetingPlan, records: Sequence[Record]) -> Shortfall | None:
    """The gravest shortfall of a meeting; None where there is none."""
    if _is_unspoken(plan, records):
        return Shortfall.UNSPOKEN
    if any(isinstance(record.event, RecordingFailed) for record in records):
        return Shortfall.UNRECORDED
    return None


def _is_unspoken(plan: MeetingPlan, records: Sequence[Record]) -> bool:
    """Whether agents were asked and failed, and none spoke. Who made a reply, be it empty, has not failed."""
    people = {each.name for each in plan.participants if each.kind is Kind.HUMAN}
    failed: set[str] = set()
    for record in records:
        match record.event:
            case PlaybackStarted(participant=name) | ReplyStarted(participant=name) if name not in people:
                return False
            case (
                SessionFailed(participant=name)
                | SessionLost(participant=name)
                | ReplyFailed(participant=name)
            ) if name not in people:
                failed.add(name)
            case _:
                pass
    return bool(failed)
