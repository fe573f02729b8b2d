"""What the app, or a person at the controls, asked of a running meeting: a repeated one is asked it again.

What people said, wrote and raised hands for is in their clips.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypeGuard

from trialogue.meeting.outputs import FAILURES, SIGNAL_CODES
from trialogue.model.events import (
    Event,
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    MuteAsked,
    NoteGiven,
    RevokeAsked,
    SayAsked,
    StopAsked,
)
from trialogue.model.participants import Kind, Participant
from trialogue.values import frozen

__all__ = ["AskedAgain", "Request", "is_asked_again"]

Request: TypeAlias = (
    GrantAsked
    | RevokeAsked
    | SayAsked
    | NoteGiven
    | MuteAsked
    | FloorRequested
    | FloorRequestCancelled
    | StopAsked
)
"""Requests that can be made of a repeated meeting."""


@frozen
class AskedAgain:
    """Request to a running meeting."""

    at: float
    """Moment, in seconds since the meeting's start."""

    behind: int
    """Number of changes of the floor before it."""

    event: Request
    """Request."""


def is_asked_again(event: Event, seats: Iterable[Participant]) -> TypeGuard[Request]:
    """Whether a repeated meeting is asked this again: not a stop by a signal or a failure."""
    match event:
        case StopAsked(reason=reason):
            return reason not in SIGNAL_CODES and reason not in FAILURES
        case FloorRequested(participant=name) | FloorRequestCancelled(participant=name):
            return any(each.name == name and each.kind is Kind.AGENT for each in seats)
        case _:
            return isinstance(event, Request)
