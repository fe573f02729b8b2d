"""Recordings that clips play, found by the fold that plays them: such a sound may have no words to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from trialogue.actors.stand_in import GRAIN_S
from trialogue.brain.clip_cues import ClipCue, ClipCues
from trialogue.model.records import Record
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.seating import ClipSpec
from trialogue.values import define

__all__ = ["PlayedSounds", "Sound"]

Sound: TypeAlias = tuple[float, str, str]
"""Recording that is played: seconds since the start, the participant, and the file's name."""


@define
class PlayedSounds:
    """Fold of the meeting's records into recordings that clips play, except those whose words are known."""

    _people: list[tuple[ClipCues, tuple[ClipSpec, ...]]]

    @classmethod
    def of(cls, resolved: Resolved) -> PlayedSounds:
        """Make the fold for the people of a scenario."""
        people = [person for person in resolved.people if any(each.file for each in person.clips)]
        return cls(
            [
                (
                    ClipCues.of(each.name, [ClipCue(clip.trigger, clip.waits) for clip in each.clips]),
                    each.clips,
                )
                for each in people
            ]
        )

    def take(self, record: Record) -> Iterator[Sound]:
        """Note a record; gives the recordings that began since the one before it."""
        for cues, clips in self._people:
            for at, number in _began(cues, record):
                file = clips[number].file
                if file is not None and not clips[number].text:
                    yield at, cues.participant, file.name


def _began(cues: ClipCues, record: Record) -> Iterator[tuple[float, int]]:
    """Clips that begin before or at a record: when, and their numbers."""
    while (at := cues.next_at) is not None and at < record.at - GRAIN_S:
        yield from ((at, number) for number, plays in cues.due(at) if plays)
    yield from ((record.at, number) for number in cues.take(record))
    yield from ((record.at, number) for number, plays in cues.due(record.at + GRAIN_S) if plays)
