"""Patterns that start actions in a meeting: a pure fold of its records.

1. A pattern matches at one moment: at an event of `happenings`, when a participant has spoken for the given
   time, or when a time has come. `nth` counts matches; a trigger acts once, `after_s` after its match.
2. Speech matches at most once per turn (a person's once per stretch), and only while it lasts: speech that
   ends before `for_s` has passed is no match. Who is muted or leaves is not heard any more.
3. Words are searched in a turn's heard words when the turn is over.
4. The fold has no clock: `next_at` is the time of its next check, `due(now)` the triggers since then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import Factory

from trialogue.brain.happenings import Fold, fits
from trialogue.brain.recorded_times import SLACK_S
from trialogue.model import patterns
from trialogue.model.commands import Command
from trialogue.model.events import (
    Event,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    ProcessSuspended,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.expectations import (
    EventPattern,
    SoundPattern,
    SpokenPattern,
    TimePattern,
    ToolPattern,
    Trigger,
)
from trialogue.model.records import Record
from trialogue.values import define


@define
class _Watch:
    """State of one trigger."""

    trigger: Trigger
    matches: int = 0
    since: float | None = None
    """Time at which the current stretch of speech began."""

    counted: int | None = None
    """Turn whose speech was taken: it counts once."""

    goes_off_at: float | None = None
    is_spent: bool = False

    @property
    def next_at(self) -> float | None:
        """Time of its next check; None without one."""
        if self.is_spent or self.goes_off_at is not None:
            return self.goes_off_at
        if self.since is not None and isinstance(self.trigger.when, SoundPattern):
            return self.since + self.trigger.when.for_s
        return None

    def __attrs_post_init__(self) -> None:
        """Set the time of a trigger that waits for a time."""
        if isinstance(self.trigger.when, TimePattern):
            self.goes_off_at = self.trigger.when.at_s + self.trigger.after_s

    def begin(self, turn: int | None, at: float) -> None:
        """Note the beginning of speech that may match."""
        if turn is None or turn != self.counted:
            self.since, self.counted = at, turn

    def match(self, at: float) -> None:
        """Count a match of the pattern, unless it is too late."""
        if self.trigger.within_s is not None and at > self.trigger.within_s + SLACK_S:
            return
        self.matches += 1
        if self.matches == self.trigger.nth:
            self.goes_off_at = at + self.trigger.after_s

    def hear(self, until: float) -> None:
        """Count a match if speech has lasted long enough by `until`."""
        at = self.next_at
        if self.since is not None and self.goes_off_at is None and at is not None and at <= until:
            self.since = None
            self.match(at)

    def look(self, now: float) -> bool:
        """Whether the trigger goes off now; it does so only once."""
        self.hear(now)
        if self.goes_off_at is None or self.goes_off_at > now:
            return False
        self.goes_off_at, self.is_spent = None, True
        return True


@define
class Triggers:
    """Triggers of a meeting: a fold of its records. A trigger's number is its position in the list."""

    _watches: list[_Watch]
    _fold: Fold = Factory(Fold)

    @classmethod
    def of(cls, triggers: Iterable[Trigger]) -> Triggers:
        """Make the fold for these triggers; `PatternFault` for an invalid regular expression."""
        watches = [_Watch(trigger) for trigger in triggers]
        for watch in watches:
            for expression in expressions(watch.trigger.when):
                patterns.compile(expression)
        return cls(watches)

    @property
    def next_at(self) -> float | None:
        """Time at which a trigger may go off without a record, in seconds since the start; None for never."""
        times = [watch.next_at for watch in self._watches]
        return min((at for at in times if at is not None), default=None)

    def due(self, now: float) -> list[int]:
        """Numbers of the triggers that go off by `now`; each goes off only once."""
        return [number for number, watch in enumerate(self._watches) if watch.look(now)]

    def renew(self, numbers: Iterable[int]) -> None:
        """Start these triggers again: earlier matches do not count, and they have not gone off."""
        for number in numbers:
            self._watches[number] = _Watch(self._watches[number].trigger)

    def take(self, record: Record) -> None:
        """Note a record: its event and its commands."""
        self.take_event(record.event, record.at)
        for command in record.commands:
            self.take_command(command, record.at)

    def take_event(self, event: Event, at: float) -> None:
        """Note an event."""
        self._fold.take_event(event, at)
        match event:
            case PlaybackStarted(participant=name, turn=turn):
                self._speech(name, turn, at)
            case SpeechStarted(participant=name):
                self._speech(name, None, at)
            case PlaybackFinished(participant=name) | SpeechStopped(participant=name):
                for watch in self._watching(name):
                    watch.hear(at)
                    watch.since = None
            case MuteAsked(participant=name, muted=True) | Left(participant=name):
                self._fall_silent(self._watching(name), at)
            case ProcessSuspended(skipped_s=skipped_s):
                self._fall_silent(self._watches, at - skipped_s)
            case MeetingResumed():
                self._fall_silent(self._watches, at)
            case _:
                pass
        self._match(at)

    def take_command(self, command: Command, at: float) -> None:
        """Note a command, after the event that it answers."""
        self._fold.take_command(command, at)
        self._match(at)

    def _match(self, at: float) -> None:
        for fact in self._fold.drain():
            for watch in self._watches:
                if fits(watch.trigger.when, fact):
                    watch.match(at)

    def _speech(self, name: str, turn: int | None, at: float) -> None:
        for watch in self._watching(name):
            watch.begin(turn, at)

    @staticmethod
    def _fall_silent(watches: Iterable[_Watch], at: float) -> None:
        """End speech of people, whose sources close or start again; an agent has an event of its own."""
        for watch in watches:
            if watch.counted is None:
                watch.hear(at)
                watch.since = None

    def _watching(self, name: str) -> list[_Watch]:
        return [watch for watch in self._watches if _is_speech_of(watch.trigger.when, name)]


def expressions(pattern: EventPattern) -> Iterator[str]:
    """Regular expressions of a pattern."""
    match pattern:
        case SpokenPattern(matches=matches):
            yield from matches
        case ToolPattern(arguments=arguments, result=result):
            yield from (each for each in (arguments, result) if each is not None)
        case _:
            pass


def _is_speech_of(pattern: EventPattern, name: str) -> bool:
    return isinstance(pattern, SoundPattern) and pattern.by == name
