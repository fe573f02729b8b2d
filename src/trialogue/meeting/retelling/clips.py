"""What people said, as clips that stand in for them: cut from the recordings, played at the same moments.

A moment is told by what went on, so long into another's speech; where nobody spoke, by the time since the
meeting's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from attrs import define, frozen

from trialogue.importing import import_extra
from trialogue.model.commands import GrantFloor
from trialogue.model.events import FloorRequested, TextTyped
from trialogue.model.records import Record
from trialogue.model.transcript import UNCLEAR, Utterance
from trialogue.report.stretches import Stretch, stretches
from trialogue.scenario.quantities import write_duration

__all__ = ["Clip", "clips_of", "cut"]

Keys = dict[str, object]

BEFORE_S: Final = 0.15
"""How much sound before a voice was noticed belongs to it."""

_AFTER_S: Final = 0.2
"""How much after it."""


@frozen
class Clip:
    """Speech of a person."""

    participant: str
    """Whose."""

    start_s: float
    """Where its sound begins, in seconds on the meeting's audio clock."""

    end_s: float
    """Where it ends; equal to `start_s` where it was typed."""

    text: str
    """What was said; empty where nobody knows. Personal."""

    when: Keys
    """The key `when` of a scenario's clip."""

    waits: bool = False
    """Whether the person raised a hand first."""


@define
class _Moments:
    """What went on at each time, for telling moments by it."""

    heard: Sequence[Stretch]
    grants: Sequence[tuple[float, str]]
    requests: Sequence[tuple[float, str]]

    def when(self, name: str, at: float) -> tuple[Keys, bool]:
        """The moment at which a person began to speak, and whether it raised a hand for that."""
        beside = [each for each in self.heard if each.turn is not None and each.participant != name]
        around = next((each for each in beside if each.start_s < at < each.end_s), None)
        if around is not None:
            own = [each for each in beside if each.participant == around.participant]
            into = write_duration(round(at - around.start_s, 3))
            return _nth({"speaking": around.participant, "for": into}, own, around, at), False
        granted = [time for time, to in self.grants if to == name and time <= at]
        asked = [time for time, who in self.requests if who == name and (not granted or time <= granted[-1])]
        if (
            asked
            and granted
            and not any(granted[-1] > time > asked[-1] for time, who in self.grants if who == name)
        ):
            return {"at": write_duration(round(asked[-1], 3))}, True
        return {"at": write_duration(round(max(at, 0.001), 3))}, False


def _nth(when: Keys, own: Sequence[Stretch], around: Stretch, at: float) -> Keys:
    """The same moment with its number among those that are as long."""
    long = [each for each in own if each.end_s - each.start_s >= at - around.start_s]
    place = long.index(around) + 1
    return {**when, "nth": place} if place > 1 else when


def clips_of(name: str, records: Sequence[Record], said: Iterable[Utterance]) -> list[Clip]:
    """Everything that a person said and typed, by its beginning."""
    heard = stretches(records)
    moments = _Moments(
        heard,
        [(r.at, c.to) for r in records for c in r.commands if isinstance(c, GrantFloor)],
        [(r.at, r.event.participant) for r in records if isinstance(r.event, FloorRequested)],
    )
    words = [each for each in said if each.participant == name]
    found: list[Clip] = []
    for each in heard:
        if each.participant == name:
            when, waits = moments.when(name, max(0.0, each.start_s - BEFORE_S))
            found.append(Clip(name, each.start_s, each.end_s, _words_in(each, words), when, waits))
    for record in records:
        if isinstance(record.event, TextTyped) and record.event.participant == name:
            when, waits = moments.when(name, record.at)
            found.append(Clip(name, record.at, record.at, record.event.text, when, waits))
    return sorted(found, key=lambda each: each.start_s)


def cut(audio: Path, clip: Clip, path: Path) -> bool:
    """Write a clip's sound to a WAV file; False where nothing was recorded of it."""
    soundfile = cast("Any", import_extra("soundfile", "a recording", "local"))
    source = audio / f"{clip.participant}.wav"
    if not source.is_file() or clip.end_s <= clip.start_s:
        return False
    with soundfile.SoundFile(str(source)) as file:
        rate = file.samplerate
        first = max(0, round((clip.start_s - BEFORE_S) * rate))
        file.seek(min(first, file.frames))
        sound = file.read(round((clip.end_s + _AFTER_S) * rate) - first, dtype="int16")
    if not np.any(sound):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(str(path), sound, rate, subtype="PCM_16")
    return True


def _words_in(stretch: Stretch, words: Sequence[Utterance]) -> str:
    """What was said in a stretch, where an utterance is mostly in it."""
    within = [
        each.heard
        for each in words
        if min(each.end_s, stretch.end_s) - max(each.start_s, stretch.start_s)
        > (each.end_s - each.start_s) / 2
    ]
    return " ".join(text for text in within if text and text != UNCLEAR)
