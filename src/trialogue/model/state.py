"""State of a meeting at one moment: who is ready, speaking or waiting, and why."""

from __future__ import annotations

from typing import Literal, TypeAlias

from trialogue.errors import UnknownName
from trialogue.model.participants import Kind, Role
from trialogue.values import frozen

MeetingPhase: TypeAlias = Literal["new", "opening", "open", "over"]
"""Phase of a meeting: before its start; while its sessions are dialled; while it is held; ended."""

Activity: TypeAlias = Literal[
    "joining", "listening", "thinking", "speaking", "waiting", "away", "failed", "left"
]
"""Activity of a participant: `joining` until its first session is ready, `away` while a lost one is dialled
again, `thinking` while it has the floor and is not heard, `waiting` while it wants the floor, `failed` and
`left` for good; else `listening`."""


@frozen
class ParticipantState:
    """State of one participant at one moment."""

    name: str
    """Key in the scenario's cast."""

    label: str
    """Name in digests, transcripts and on the screen."""

    role: Role
    """Chair, speaker or observer."""

    kind: Kind
    """Agent, human or recording."""

    activity: Activity
    """Activity of the participant."""

    why: str
    """Reason: one sentence without speech."""

    is_ready: bool
    """Whether it can be granted the floor now, or listens if it is an observer."""

    has_floor: bool
    """Whether it holds the floor."""

    is_muted: bool
    """Whether it is muted by command."""

    turns: int
    """Number of its finished turns."""

    spoken_s: float
    """Seconds of it that were heard in those."""


@frozen
class MeetingState:
    """State of a whole meeting at one moment."""

    phase: MeetingPhase
    """Phase of the meeting."""

    at: float
    """Moment of this state, in seconds since the meeting's start."""

    holder: str | None
    """Holder of the floor; None while it is free."""

    turn: int
    """Number of the last turn that was granted; 0 before the first."""

    item: str | None
    """Id of the agenda's present point; None where there is none."""

    speaking: tuple[str, ...]
    """Participants who are heard."""

    participants: tuple[ParticipantState, ...]
    """All participants that are or were at the table, in the order of their coming."""

    def of(self, participant: str) -> ParticipantState:
        """State of a participant; UnknownName for an unknown name."""
        for each in self.participants:
            if each.name == participant:
                return each
        known = ", ".join(each.name for each in self.participants)
        raise UnknownName(
            f"no participant is called {participant!r}; there are {known}", argument="participant"
        )
