"""Clips that a finished meeting never played, found by the fold that plays them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialogue.actors.stand_in import GRAIN_S
from trialogue.brain.clip_cues import ClipCue, ClipCues
from trialogue.model.records import Record
from trialogue.scenario.pattern_reading import pattern_of, with_time
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.resolve import Resolved

__all__ = ["unplayed_clips"]


def unplayed_clips(resolved: Resolved, records: Sequence[Record]) -> Iterator[str]:
    """Line for each clip of the scenario that was never played, with what it waited for; no speech."""
    for person in resolved.people:
        via = resolved.document.cast[person.name].via
        if person.via != "clips" or not isinstance(via, ClipsKeys):
            continue
        played, waited = _played(
            person.name, [ClipCue(each.trigger, waits=each.waits) for each in person.clips], records
        )
        for number, clip in enumerate(via.clips):
            if number not in played:
                _, text = pattern_of(resolved.document, clip.when, person.name)
                event = with_time(text, clip.when.nth)
                why = "its hand was raised, and the floor never came" if number in waited else event
                what = "played" if clip.type is None else "typed"
                yield f"cast.{person.name}.via.clips[{number}] was never {what}: {why}"


def _played(name: str, cues: Sequence[ClipCue], records: Sequence[Record]) -> tuple[set[int], set[int]]:
    """Numbers of the clips that were played, and of those that raised a hand."""
    fold = ClipCues.of(name, cues)
    played, waited = set[int](), set[int]()
    for record in records:
        _sort(fold.due(record.at - GRAIN_S), played, waited)
        played.update(fold.take(record))
        _sort(fold.due(record.at + GRAIN_S), played, waited)
    return played, waited


def _sort(due: Iterator[tuple[int, bool]], played: set[int], waited: set[int]) -> None:
    for number, plays in due:
        (played if plays else waited).add(number)
