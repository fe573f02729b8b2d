"""Records of a meeting, in order: the journal's unit, from which everything else is computed."""

from __future__ import annotations

from typing import Final

from trialogue.model.commands import Command
from trialogue.model.events import Event
from trialogue.values import frozen

RULES: Final = 7
"""Number of the present rules: it grows whenever the same events may be decided differently."""


@frozen
class Record:
    """Event with the commands that the brain gave for it."""

    seq: int
    """Number in the meeting's total order, from 1, without gaps."""

    at: float
    """Seconds since the meeting's start, to the microsecond: the `now` that the brain was given."""

    event: Event
    """Event that was decided on."""

    commands: tuple[Command, ...]
    """Commands."""
