"""Patterns over a meeting that make something happen in it: a pure fold of its records.

1. A pattern matches at a moment: somebody has spoken for so long, something was said, the floor was
   granted, or a time has come. `nth` counts matches; a trigger goes off once, `after_s` after its match.
2. Speech matches once a turn at most (a person's once a stretch), and only while it goes on: what ends
   before `for_s` has passed is no match.
3. What was said is searched in a turn's heard words when the turn is over.
4. The fold has no clock: `next_at` says when it wants to be asked, `due(now)` what has gone off since.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, assert_never

from attrs import Factory, define, frozen

from trialogue.brain.words.transcript import Transcript
from trialogue.model.commands import Command, EndTurn, GrantFloor
from trialogue.model.events import (
    Event,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
)
from trialogue.model.patterns import compile_recorded
from trialogue.model.plan import Said
from trialogue.model.records import Record


@frozen
class Speaking:
    """Somebody is being heard."""

    by: str
    """Who."""

    for_s: float = 0.0
    """For how long, in seconds."""


@frozen
class Granted:
    """Somebody was granted the floor."""

    to: str
    """Who."""


@frozen
class Reached:
    """The meeting has come so far."""

    at_s: float
    """Seconds since its start."""


Pattern: TypeAlias = Speaking | Said | Granted | Reached
"""All that can be waited for; a `match` over it ends in `assert_never`."""


@frozen
class Trigger:
    """A pattern, and which match of it counts."""

    when: Pattern
    """What is waited for."""

    nth: int = 1
    """Which match, from 1; `Reached` has but one."""

    after_s: float = 0.0
    """How long after it, in seconds."""


@define
class _Watch:
    """One trigger's course."""

    trigger: Trigger
    matches: int = 0
    since: float | None = None
    """When the stretch of speech began that goes on."""

    counted: int | None = None
    """The turn whose speech has matched."""

    goes_off_at: float | None = None
    is_spent: bool = False

    @property
    def next_at(self) -> float | None:
        """When it has to be looked at again."""
        if self.is_spent or self.goes_off_at is not None:
            return self.goes_off_at
        if self.since is not None and isinstance(self.trigger.when, Speaking):
            return self.since + self.trigger.when.for_s
        return None

    def begin(self, turn: int | None, at: float) -> None:
        """Speech that may match has begun."""
        if turn is None or turn != self.counted:
            self.since, self.counted = at, turn

    def match(self, at: float) -> None:
        """The pattern has matched."""
        self.matches += 1
        if self.matches == self.trigger.nth:
            self.goes_off_at = at + self.trigger.after_s

    def look(self, now: float) -> bool:
        """Whether it goes off now."""
        at = self.next_at
        if self.since is not None and self.goes_off_at is None and at is not None and at <= now:
            self.since = None
            self.match(at)
            at = self.next_at
        if self.goes_off_at is None or at is None or at > now:
            return False
        self.goes_off_at, self.is_spent = None, True
        return True


@define
class Triggers:
    """The fold over a meeting's records; the number of a trigger is its place in the list."""

    _watches: list[_Watch]
    _transcript: Transcript = Factory(Transcript)

    @classmethod
    def of(cls, triggers: Iterable[Trigger]) -> Triggers:
        """Wait for these; `PatternFault` for a pattern that is none."""
        watches = [_Watch(trigger) for trigger in triggers]
        for watch in watches:
            match watch.trigger.when:
                case Reached(at_s=at_s):
                    watch.goes_off_at = at_s + watch.trigger.after_s
                case Said(match=pattern):
                    compile_recorded(pattern)
                case Speaking() | Granted():
                    pass
                case _ as never:
                    assert_never(never)
        return cls(watches)

    @property
    def next_at(self) -> float | None:
        """When something may go off without a record, in seconds since the start; None for never."""
        times = [watch.next_at for watch in self._watches]
        return min((at for at in times if at is not None), default=None)

    @property
    def are_spent(self) -> bool:
        """Whether all have gone off."""
        return all(watch.is_spent for watch in self._watches)

    def due(self, now: float) -> list[int]:
        """Which go off by `now` and had not yet, by their numbers."""
        return [number for number, watch in enumerate(self._watches) if watch.look(now)]

    def take(self, record: Record) -> None:
        """Note what happened."""
        self._transcript.take_event(record.event)
        self._take_event(record.event, record.at)
        for command in record.commands:
            self._transcript.take_command(record.at, command)
            self._take_command(command, record.at)

    def _take_event(self, event: Event, at: float) -> None:
        match event:
            case PlaybackStarted(participant=name, turn=turn):
                self._speech(name, turn, at)
            case SpeechStarted(participant=name):
                self._speech(name, None, at)
            case PlaybackFinished(participant=name) | SpeechStopped(participant=name):
                for watch in self._watching(name):
                    watch.look(at)
                    watch.since = None
            case TextTyped(participant=name, text=text):
                self._said(name, text, at)
            case _:
                pass

    def _take_command(self, command: Command, at: float) -> None:
        match command:
            case GrantFloor(to=to):
                for watch in self._watches:
                    if watch.trigger.when == Granted(to):
                        watch.match(at)
            case EndTurn(participant=name, turn=turn):
                self._said(name, self._transcript.heard(turn), at)
            case _:
                pass

    def _speech(self, name: str, turn: int | None, at: float) -> None:
        for watch in self._watching(name):
            watch.begin(turn, at)

    def _watching(self, name: str) -> list[_Watch]:
        return [watch for watch in self._watches if _is_speech_of(watch.trigger.when, name)]

    def _said(self, name: str, text: str, at: float) -> None:
        for watch in self._watches:
            match watch.trigger.when:
                case Said(match=pattern, by=by) if by in {None, name} and compile_recorded(pattern).search(
                    text
                ):
                    watch.match(at)
                case _:
                    pass


def _is_speech_of(pattern: Pattern, name: str) -> bool:
    return isinstance(pattern, Speaking) and pattern.by == name
