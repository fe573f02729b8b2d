"""Stretches of sound on the meeting's axis: speaker, times and turn of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from attrs import evolve

from trialogue.model.events import (
    Event,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
    VoiceRose,
)
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.values import define, frozen


@frozen
class Stretch:
    """Sound of one participant without a break in the records."""

    participant: str
    """Participant who was heard."""

    turn: int | None
    """Number of the turn; None for a person, whose speech needs no grant."""

    start_s: float
    """Beginning, in seconds on the meeting's audio clock."""

    end_s: float
    """End, without the silence at the end of an agent's sound; never before `start_s`."""

    @property
    def length_s(self) -> float:
        """Length of the stretch, in seconds."""
        return self.end_s - self.start_s


@define
class _Ears:
    """Fold over the events: sound that has begun, by the key that ends it."""

    open: dict[tuple[str, int, int], float]
    speaking: dict[str, float]
    fallen: dict[str, float]
    closed: list[Stretch]

    def take(self, record: Record) -> None:
        match record.event:
            case PlaybackStarted(participant=name, turn=turn, reply=reply, position_s=position_s):
                self.open[name, turn, reply] = position_s
            case PlaybackFinished(participant=name, turn=turn, reply=reply):
                self._close(name, turn, self.open.pop((name, turn, reply), None), voice_end_s(record.event))
            case PlaybackPaused(participant=name, turn=turn, reply=reply, position_s=position_s):
                self._close(name, turn, self.open.pop((name, turn, reply), None), position_s)
            case PlaybackResumed(participant=name, turn=turn, reply=reply, position_s=position_s):
                self.open[name, turn, reply] = position_s
            case _:
                self._take_person(record.event, record.at)

    def _take_person(self, event: Event, at: float) -> None:
        match event:
            case SpeechStarted(participant=name, position_s=position_s):
                self.speaking.setdefault(name, position_s)
            case SpeechStopped(participant=name, position_s=position_s):
                self._close(name, None, self.speaking.pop(name, None), position_s)
                self.fallen.pop(name, None)
            case VoiceFell(participant=name, position_s=position_s):
                self.fallen[name] = position_s
            case VoiceRose(participant=name):
                self.fallen.pop(name, None)
            case MuteAsked(participant=name, muted=True) | Left(participant=name):
                self._reset(name, at)
            case ProcessSuspended() | MeetingResumed():
                for name in tuple(self.speaking):
                    self._reset(name, at)
            case _:
                pass

    def _reset(self, name: str, at: float) -> None:
        """End a person's last sound: its source begins again, or is gone."""
        end = self.fallen.pop(name, at)
        self._close(name, None, self.speaking.pop(name, None), end)

    def close_all(self, at: float) -> None:
        """End all open stretches: they were heard up to the last record."""
        for (name, turn, _), start in self.open.items():
            self._close(name, turn, start, at)
        for name, start in self.speaking.items():
            self._close(name, None, start, at)

    def _close(self, name: str, turn: int | None, start: float | None, end: float) -> None:
        if start is not None and end > start:
            self.closed.append(Stretch(name, turn, start, end))


def voice_end_s(finished: PlaybackFinished) -> float:
    """End of the voice in a reply: its last heard sample, minus the silence at its end."""
    return round(finished.position_s - finished.silent_s, 6)


def stretches(records: Iterable[Record]) -> tuple[Stretch, ...]:
    """All heard sound, by its beginning."""
    ears, at = _Ears({}, {}, {}, []), 0.0
    for record in records:
        ears.take(record)
        at = record.at
    ears.close_all(at)
    return tuple(sorted(ears.closed, key=lambda each: (each.start_s, each.end_s, each.participant)))


def turns(heard: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Stretches joined to turns: those of one turn, and a person's with nobody else's between them."""
    found: list[Stretch] = []
    place: dict[tuple[str, int | None], int] = {}
    for each in heard:
        key = each.participant, each.turn
        index = place.get(key)
        if index is None or (each.turn is None and index != len(found) - 1):
            place[key] = len(found)
            found.append(each)
        else:
            found[index] = evolve(found[index], end_s=max(found[index].end_s, each.end_s))
    return tuple(found)


def time_with(heard: Sequence[Stretch]) -> tuple[float, float]:
    """Seconds in which at least one, and at least two participants were heard."""
    steps = sorted(step for each in joined(heard) for step in ((each.start_s, 1), (each.end_s, -1)))
    one = two = 0.0
    voices = 0
    for (here, change), (there, _) in pairwise(steps):
        voices += change
        one += there - here if voices >= 1 else 0.0
        two += there - here if voices >= 2 else 0.0
    return one, two


def spans_with(heard: Sequence[Stretch], least: int) -> list[tuple[float, float]]:
    """Beginnings and ends of the times in which at least so many participants were heard."""
    steps = sorted(step for each in joined(heard) for step in ((each.start_s, 1), (each.end_s, -1)))
    spans: list[tuple[float, float]] = []
    voices = 0
    for (here, change), (there, _) in pairwise(steps):
        voices += change
        if voices >= least and there > here:
            spans.append((here, there))
    return spans


def length_until(spans: Sequence[tuple[float, float]], moments: Iterable[float]) -> Iterator[float]:
    """Seconds of spans until each moment; both are in order, and no span begins before another ends."""
    before, place = 0.0, 0
    for when in moments:
        while place < len(spans) and spans[place][1] <= when:
            before += spans[place][1] - spans[place][0]
            place += 1
        begun = place < len(spans) and spans[place][0] < when
        yield before + (when - spans[place][0] if begun else 0.0)


def spoken_by(heard: Sequence[Stretch]) -> dict[str, float]:
    """Seconds in which each participant was heard, by name; one that was never heard is absent.

    Overlapping sound of its own counts once.
    """
    lengths: dict[str, list[float]] = {}
    for each in joined(heard):
        lengths.setdefault(each.participant, []).append(each.length_s)
    return {name: summed(found) for name, found in lengths.items()}


def joined(heard: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Stretches of each participant without overlap among its own, by their beginning."""
    done: list[Stretch] = []
    last: dict[str, Stretch] = {}
    for each in heard:
        before = last.get(each.participant)
        if before is not None and each.start_s <= before.end_s:
            last[each.participant] = evolve(before, end_s=max(before.end_s, each.end_s))
            continue
        if before is not None:
            done.append(before)
        last[each.participant] = each
    return tuple(
        sorted([*done, *last.values()], key=lambda each: (each.start_s, each.end_s, each.participant))
    )
