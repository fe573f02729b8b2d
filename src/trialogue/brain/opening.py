"""Start and opening of a meeting."""

from __future__ import annotations

from trialogue.brain.course.ending import tell_unpriced
from trialogue.brain.owners import Owners


def start(o: Owners) -> None:
    """Start the meeting: it waits for its sessions."""
    o.course.start(o.now)
    tell_unpriced(o)


def open_meeting(o: Owners) -> None:
    """Open the meeting with the participants that are present."""
    o.course.open(o.now)
    o.turns.free(o.now)
    move = o.course.agenda.open(o.now)
    if move is not None:
        o.emit(move)
