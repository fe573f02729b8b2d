"""What was heard of whom, and when."""

from __future__ import annotations

from attrs import frozen

from trialogue.model.commands import Cause


@frozen
class Utterance:
    """One turn's speech as the meeting heard it."""

    participant: str
    """Who spoke."""

    turn: int
    """In which turn."""

    start_s: float
    """Where its first heard sample is on the meeting's audio clock."""

    end_s: float
    """Where its last heard sample ends."""

    heard: str
    """The words that were heard: cut at a word boundary where the turn was cut. Personal."""

    intended: str
    """All the words that the agent meant to say, as far as they arrived. Personal."""

    cause: Cause
    """Why the turn ended."""

    is_certain: bool = True
    """False where a person's words may be somebody else's, since two spoke at once."""

    @property
    def was_cut(self) -> bool:
        """Whether less was heard than was meant."""
        return self.heard != self.intended
