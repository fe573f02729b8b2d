"""Clips that stand in for people: cut from the recordings, played at the same moments.

The trigger of a clip is the event that the person answered: a raised hand, the grant, or a time into
another's speech; without any, the time since the meeting's start. A time into speech is told as
`brain.triggers` will count it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from attrs import Factory

from trialogue.errors import JournalError
from trialogue.importing import import_extra
from trialogue.meeting.scenario_from.new_files import NewFiles
from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    PlaybackFinished,
    PlaybackStarted,
    TextTyped,
)
from trialogue.model.records import Record
from trialogue.model.text import UNCLEAR
from trialogue.model.transcript import Utterance
from trialogue.regular_files import open_regular
from trialogue.report.recordings import check_rate
from trialogue.report.stretches import Stretch, stretches
from trialogue.scenario.quantities import write_duration
from trialogue.values import define, frozen

__all__ = ["Clip", "clips_of", "cut"]

Keys = dict[str, object]

BEFORE_S: Final = 0.15
"""Seconds of sound before the detection of a voice that belong to it."""

_AFTER_S: Final = 0.2
"""Seconds of sound after it."""

_SILENT_S: Final = 0.1
"""Seconds of a clip that only raises a hand."""

_RATE: Final = 24_000
_LEAST_S: Final = 0.001

_LAST_S: Final = 0.05
"""Seconds at the end of speech that no trigger counts on: repeated, it may end a moment earlier."""


@frozen
class Clip:
    """Speech of a person."""

    participant: str
    """Participant whose clip it is."""

    start_s: float
    """Beginning of its sound, in seconds on the meeting's audio clock."""

    end_s: float
    """End of its speech; equal to `start_s` for typed words and for a hand alone."""

    text: str
    """Words; empty where unknown. Personal."""

    when: Keys
    """The key `when` of a scenario's clip that is cut from the recording, which begins before the voice."""

    when_said: Keys
    """The same for a clip that is spoken again, which begins with the voice."""

    waits: bool = False
    """Whether the person raised a hand first."""

    is_silent: bool = False
    """Whether it only raised a hand: nothing was said with the floor, or the floor never came."""

    is_typed: bool = False
    """Whether its words were typed."""


@frozen
class _Moment:
    """Moment at which a person began to speak."""

    when: Keys
    start_s: float
    hand_s: float | None = None
    """Moment of the raised hand; None without one."""


@define
class _Person:
    """Person's doings with the floor, as they become known."""

    grants: list[float] = Factory(list[float])
    hands: dict[float, float | None] = Factory(dict[float, float | None])
    """Moments at which a hand went up, and at which the floor came."""

    _up: float | None = None

    def take(self, name: str, record: Record) -> None:
        match record.event:
            case FloorRequested(participant=who) if who == name and self._up is None:
                self._up = record.at
                self.hands[record.at] = None
            case FloorRequestCancelled(participant=who) if who == name and self._up is not None:
                del self.hands[self._up]
                self._up = None
            case _:
                pass
        for command in record.commands:
            if isinstance(command, GrantFloor) and command.to == name:
                self.grants.append(record.at)
                if self._up is not None:
                    self.hands[self._up], self._up = record.at, None


@frozen
class _Speech:
    """Speech of an agent as a trigger counts it: the first reply of a turn, with its pauses."""

    participant: str
    start_s: float
    """Beginning, in seconds on the meeting's audio clock."""

    length_s: float
    """Time for which a trigger counts it, in seconds: from the record of its beginning to that of its end."""

    @property
    def end_s(self) -> float:
        """End of the time for which a trigger counts it."""
        return self.start_s + self.length_s


def _speeches(records: Iterable[Record]) -> list[_Speech]:
    """Speech of all agents, by its beginning; what is not over ends with the records."""
    begun: dict[str, tuple[float, float]] = {}
    counted: dict[str, int] = {}
    found, now = list[_Speech](), 0.0
    for record in records:
        now = record.at
        match record.event:
            case PlaybackStarted(participant=name, turn=turn, position_s=position_s) if (
                counted.get(name) != turn
            ):
                counted[name] = turn
                begun[name] = position_s, now
            case PlaybackFinished(participant=name) if name in begun:
                start_s, at = begun.pop(name)
                found.append(_Speech(name, start_s, now - at))
            case _:
                pass
    found.extend(_Speech(name, start_s, now - at) for name, (start_s, at) in begun.items())
    return sorted(found, key=lambda each: each.start_s)


@define
class _Moments:
    """Moments of the meeting that can be triggers."""

    name: str
    heard: Sequence[Stretch]
    speeches: Sequence[_Speech]
    person: _Person
    grants: Sequence[tuple[float, str]]

    def of(self, voiced_s: float, before_s: float) -> _Moment:
        """The moment of speech whose voice was noticed at `voiced_s`; its sound begins `before_s` earlier.

        What is said first with a floor is told by the grant, or by the hand that asked for it, from which on
        nothing may have been said for a while.
        """
        begins = max(0.0, voiced_s - before_s)
        granted = self._answered(voiced_s)
        if granted is None:
            return _Moment(self.told(begins), begins)
        hand = next((up for up, came in self.person.hands.items() if came == granted), None)
        if hand is not None:
            return _Moment(self.told(hand), granted, hand)
        begins = max(granted, begins)
        number = self.person.grants.index(granted) + 1
        return _Moment(_with_grant(number, begins - granted), begins)

    def _answered(self, voiced_s: float) -> float | None:
        """Grant with which the person speaks here for the first time; None without one."""
        last = max((grant for grant in self.grants if grant[0] <= voiced_s), default=None)
        if last is None or last[1] != self.name:
            return None
        own = (each.start_s for each in self.heard if each.participant == self.name)
        return None if any(last[0] <= start_s < voiced_s for start_s in own) else last[0]

    def told(self, at: float) -> Keys:
        """Trigger in another's speech, or by the time."""
        long = (each for each in self.speeches if each.length_s > 2 * _LAST_S)
        around = next((each for each in long if each.start_s < at <= each.end_s), None)
        if around is None:
            return {"at": write_duration(round(max(at, _LEAST_S), 3))}
        into = round(at - around.start_s, 3)
        counted = min(into, round(around.length_s - _LAST_S, 3))
        late = round(into - counted, 3)
        alike = [each for each in self.speeches if _is_counted(each, around.participant, counted)]
        place = alike.index(around) + 1
        when: Keys = {"speaking": around.participant, "for": write_duration(counted)}
        when |= {"nth": place} if place > 1 else {}
        return when | ({"after": write_duration(late)} if late >= _LEAST_S else {})


def _with_grant(number: int, late_s: float) -> Keys:
    """Trigger so many seconds after a person's grant, the first of which is number 1."""
    when: Keys = {"granted": True} if number == 1 else {"granted": True, "nth": number}
    late = round(late_s, 3)
    return when | ({"after": write_duration(late)} if late >= _LEAST_S else {})


def _is_counted(speech: _Speech, participant: str, for_s: float) -> bool:
    """Whether a trigger counts speech as so long."""
    return speech.participant == participant and speech.length_s >= for_s


def clips_of(name: str, records: Sequence[Record], said: Iterable[Utterance]) -> list[Clip]:
    """Everything that a person said and typed, and hands without effect, by their beginning."""
    person, heard = _Person(), stretches(records)
    for record in records:
        person.take(name, record)
    grants = [(r.at, c.to) for r in records for c in r.commands if isinstance(c, GrantFloor)]
    moments = _Moments(name, heard, _speeches(records), person, grants)
    words = [each for each in said if each.participant == name]
    hands, found = set(person.hands), list[Clip]()
    for start_s, end_s, text in _spoken(name, heard, words):
        began = moments.of(start_s, BEFORE_S)
        waits = began.hand_s is not None
        hands -= {began.hand_s} if began.hand_s is not None else set()
        said_anew = moments.of(start_s, 0.0).when
        found.append(Clip(name, began.start_s, max(end_s, began.start_s), text, began.when, said_anew, waits))
    for at, text, grant in _typed(name, records):
        when = moments.told(at) if grant is None else _with_grant(grant[0], at - grant[1])
        found.append(Clip(name, at, at, text, when, when, is_typed=True))
    for at in hands:
        when = moments.told(at)
        found.append(Clip(name, at, at, "", when, when, waits=True, is_silent=True))
    return sorted(found, key=lambda each: each.start_s)


def _spoken(
    name: str, heard: Iterable[Stretch], words: Sequence[Utterance]
) -> Iterator[tuple[float, float, str]]:
    for each in heard:
        if each.participant == name:
            yield each.start_s, each.end_s, _words_in(each, words)


def _typed(name: str, records: Iterable[Record]) -> Iterator[tuple[float, str, tuple[int, float] | None]]:
    """Typed words: when, what, and the number and moment of the grant of their floor; None without one."""
    grants, granted_s = 0, None
    for record in records:
        if isinstance(record.event, TextTyped) and record.event.participant == name:
            yield record.at, record.event.text, None if granted_s is None else (grants, granted_s)
        for command in record.commands:
            match command:
                case GrantFloor(to=to):
                    granted_s = record.at if to == name else None
                    grants += to == name
                case EndTurn():
                    granted_s = None
                case _:
                    pass


def cut(audio: Path, clip: Clip, path: Path, files: NewFiles) -> bool:
    """Write a clip's sound to a new WAV file; False where none of it was recorded.

    JournalError where the recording cannot be read.
    """
    soundfile = cast("Any", import_extra("soundfile", "a recording", "local"))
    source = audio / f"{clip.participant}.wav"
    if clip.is_silent:
        sound, rate = np.zeros(round(_SILENT_S * _RATE), dtype=np.int16), _RATE
    elif not source.is_file() or clip.end_s <= clip.start_s:
        return False
    else:
        try:
            with open_regular(source) as opened, soundfile.SoundFile(opened) as file:
                check_rate(source, rate := file.samplerate)
                first = round(clip.start_s * rate)
                file.seek(min(first, file.frames))
                sound = file.read(round((clip.end_s + _AFTER_S) * rate) - first, dtype="int16")
        except (OSError, soundfile.SoundFileError) as error:
            raise JournalError(f"cannot read {source} as sound", path=str(source)) from error
        if not np.any(sound):
            return False
    files.write_sound(path, sound, rate)
    return True


def _words_in(stretch: Stretch, words: Sequence[Utterance]) -> str:
    """Words of a stretch, if an utterance lies mostly in it."""
    within = [
        each.heard
        for each in words
        if min(each.end_s, stretch.end_s) - max(each.start_s, stretch.start_s)
        > (each.end_s - each.start_s) / 2
    ]
    return " ".join(text for text in within if text and text != UNCLEAR)
