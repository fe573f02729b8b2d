"""Records of what happened, in order: the journal's unit, from which all else is computed."""

from __future__ import annotations

from typing import Final

from trialogue.model.commands import Command
from trialogue.model.events import Event
from trialogue.values import frozen

RULES: Final = 4
"""The number of the rules that decide: one more whenever the same events may be answered otherwise."""


@frozen
class Record:
    """One event with the commands that the brain answered it with."""

    seq: int
    """The total order of the meeting, from 1, without gaps."""

    at: float
    """Seconds since the meeting's start, to the microsecond: the very `now` that the brain was given."""

    event: Event
    """The fact."""

    commands: tuple[Command, ...]
    """The decision."""
