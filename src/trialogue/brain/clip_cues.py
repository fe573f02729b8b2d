"""Cues of the clips that stand in for one person: a pure fold of the meeting's records.

1. A clip that interrupts is played at its trigger.
2. A clip that waits raises a hand at its trigger, and is played when the floor is granted, or at once if the
   participant already holds it. A grant without a request plays nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from attrs import Factory

from trialogue.brain.triggers import Triggers
from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.expectations import Trigger
from trialogue.model.records import Record
from trialogue.values import define, frozen


@frozen
class ClipCue:
    """Cue of one clip: when and how it is played."""

    trigger: Trigger
    """Trigger of the cue."""

    waits: bool
    """Whether it raises a hand and waits for the floor instead of interrupting."""


@define
class ClipCues:
    """Cues of one participant's clips; a clip's number is its position in the list."""

    participant: str
    """Participant whose clips they are."""

    _cues: tuple[ClipCue, ...]
    _triggers: Triggers
    _waiting: deque[int] = Factory(deque[int])
    _holds_floor: bool = False

    @classmethod
    def of(cls, participant: str, cues: Iterable[ClipCue]) -> ClipCues:
        """Make the fold for these cues; `PatternFault` for an invalid regular expression."""
        listed = tuple(cues)
        return cls(participant, listed, Triggers.of(cue.trigger for cue in listed))

    @property
    def waiting(self) -> int:
        """Number of clips that wait for the floor."""
        return len(self._waiting)

    @property
    def next_at(self) -> float | None:
        """Time at which a clip may be due without a record, in seconds since the start; None for never."""
        return self._triggers.next_at

    def take(self, record: Record) -> Iterator[int]:
        """Note a record; gives the clips that are played because the floor was granted."""
        self._triggers.take(record)
        for command in record.commands:
            match command:
                case EndTurn(participant=self.participant):
                    self._holds_floor = False
                case GrantFloor(to=self.participant):
                    self._holds_floor = True
                    if self._waiting:
                        yield self._waiting.popleft()
                case _:
                    pass

    def due(self, now: float) -> Iterator[tuple[int, bool]]:
        """Clips whose triggers go off by `now`, each with whether it is played at once or raises a hand."""
        for number in self._triggers.due(now):
            plays = self._holds_floor or not self._cues[number].waits
            if not plays:
                self._waiting.append(number)
            yield number, plays
