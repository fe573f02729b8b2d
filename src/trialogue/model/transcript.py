"""Transcript: who was heard, with which words, and when."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

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
"""Reason for which a turn ended (the floor machine's closed list)."""

UNCLEAR: Final = "(unclear)"
"""The words of speech that nobody could make words of."""

Beside: TypeAlias = Literal["", "backchannel", "overlap"]
"""Kind of speech beside another's turn; empty for speech in a turn of its own."""


@frozen
class Passage:
    """Some words of an utterance with their place: an agent's sentence, what an ear made of a stretch."""

    start_s: float
    """Beginning of their sound on the meeting's audio clock, in seconds."""

    end_s: float
    """End of it, in seconds."""

    text: str
    """The words that were heard. Personal."""


@frozen
class Utterance:
    """One turn's speech as the meeting heard it, or a stretch of speech beside another's turn."""

    participant: str
    """Participant who spoke."""

    turn: int
    """Number of the turn; beside which, where it was said beside another's."""

    start_s: float
    """Place of its first heard sample on the meeting's audio clock, in seconds."""

    end_s: float
    """End of its last heard sample, in seconds."""

    heard: str
    """The words that were heard: cut at a word boundary where the turn was cut. Personal."""

    intended: str
    """All the words that the agent meant to say, as far as they arrived. Personal."""

    cause: Cause
    """Reason for which the turn ended."""

    is_certain: bool = True
    """False where a person's words are not sure: they came late, were not settled, or are none."""

    beside: Beside = ""
    """Kind of speech, where it was said beside another's turn."""

    passages: tuple[Passage, ...] = field(default=(), eq=False)
    """The same words in parts, as far as it is known where each of them is."""

    @property
    def was_cut(self) -> bool:
        """Whether less was heard than was meant."""
        return self.heard != self.intended
