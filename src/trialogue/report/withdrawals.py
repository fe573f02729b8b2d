"""Requests for the floor that end without a grant."""

from __future__ import annotations

from trialogue.model.commands import Replace
from trialogue.model.events import FloorRequestCancelled, Left, SessionFailed
from trialogue.model.records import Record

__all__ = ["withdrawn_by"]


def withdrawn_by(record: Record) -> str | None:
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
