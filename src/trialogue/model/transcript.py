"""Transcript: the heard utterances with their words and times."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field

from trialogue.values import frozen

Cause: TypeAlias = Literal[
    "finished",
    "yielded",
    "hold-limit",
    "interrupted",
    "timeout",
    "failed",
    "lost",
    "left",
    "meeting-ended",
]
"""Reason for the end of a turn (the floor machine's closed list)."""

Beside: TypeAlias = Literal["", "backchannel", "overlap"]
"""Kind of speech beside another's turn; empty for speech in a turn of its own."""


@frozen
class Passage:
    """Words of a part of an utterance with their place: an agent's sentence, or an ear's stretch."""

    start_s: float
    """Beginning of their sound on the meeting's audio clock, in seconds."""

    end_s: float
    """End of it, in seconds."""

    text: str
    """The words that were heard. Personal."""


@frozen
class Utterance:
    """Speech of one turn as the meeting heard it, or a stretch of speech beside another's turn."""

    participant: str
    """Participant who spoke."""

    turn: int
    """Number of the turn, or of the turn beside which it was said."""

    start_s: float
    """Beginning of its first heard sample on the meeting's audio clock, in seconds."""

    end_s: float
    """End of its last heard sample, in seconds."""

    heard: str
    """Words that were heard, cut at a word boundary where the turn was cut. Personal."""

    intended: str
    """Words that the agent meant to say, as far as they arrived. Personal."""

    cause: Cause
    """Reason for which the turn ended."""

    is_certain: bool = True
    """False where a person's words are not sure: they came late, were not settled, or were not recognized."""

    beside: Beside = ""
    """Kind of speech, where it was said beside another's turn."""

    passages: tuple[Passage, ...] = field(default=(), eq=False)
    """Words in parts, as far as their places are known."""

    @property
    def was_cut(self) -> bool:
        """Whether less was heard than was meant."""
        return self.heard != self.intended
