"""What is remembered of people's speech: beside a turn that goes on, and of the turn that ended last."""

from __future__ import annotations

from functools import reduce

from attrs import Factory, define, frozen

from trialogue.rules.ears import Words


@define
class Barge:
    """A person who speaks beside an agent's turn: it is not known yet whether it takes the floor."""

    by: str
    """Who speaks."""

    passes: bool = False
    """Whether the turn goes on beside it so far: an overlap that is allowed."""

    overlapped: bool = False
    """Whether both were heard at once for more than it takes to fall silent."""

    words: list[Words] = Factory(list[Words])
    """What was made out of it so far."""

    @property
    def said(self) -> Words:
        """All that was made out of it so far, as one."""
        return reduce(Words.then, self.words) if self.words else Words("")


@frozen
class LastPerson:
    """The person's turn that ended last."""

    participant: str
    """Whose it was."""

    turn: int
    """Its number."""

    ended_at: float
    """When it ended."""

    listener: str | None
    """Whose ear its words were read from."""
