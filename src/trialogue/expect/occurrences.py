"""Where in a meeting's records something happened: one fold, every pattern.

1. What was said counts when its turn is over, beside a turn when the words are attributed, typed when read.
2. Sound counts once a stretch, at the moment at which it has lasted long enough.
3. A call of a tool counts at its end; one that never ended counts at the last record, as `unanswered`.
4. A session that was lost is back (`rejoined`) when its participant is ready for the first time after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from attrs import Factory, define, field, frozen

from trialogue.brain.words.transcript import Transcript
from trialogue.expect.numbers import numbers_in
from trialogue.model.commands import (
    Attribute,
    CancelTool,
    Command,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
)
from trialogue.model.events import (
    EarFailed,
    EarLost,
    EarReady,
    Event,
    FloorRequested,
    Joined,
    Left,
    PlaybackStarted,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    TextTyped,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.expectations import (
    AgendaPattern,
    EndPattern,
    ErrorPattern,
    EventPattern,
    Happening,
    SeatPattern,
    SoundPattern,
    SpokenPattern,
    ToolPattern,
)
from trialogue.model.patterns import compile_recorded
from trialogue.model.records import Record
from trialogue.report.result import Failure
from trialogue.report.stretches import joined, stretches


@frozen
class Occurrence:
    """Something happened."""

    at: float
    """When, in seconds since the meeting's start."""

    seq: int
    """At which record."""

    participant: str | None = None
    """Whom it concerns."""


@frozen
class SaidWords:
    """Words that were heard."""

    at: float
    """When they count."""

    seq: int
    """At which record."""

    by: str
    """Who said them."""

    text: str = field(repr=False)
    """The words. Personal."""


@frozen
class SeatHappening:
    """Something happened to a participant."""

    at: float
    """When."""

    seq: int
    """At which record."""

    participant: str
    """Whom it concerns."""

    event: Happening
    """What."""


@frozen
class AgendaMove:
    """A point of the agenda began or is done."""

    at: float
    """When."""

    seq: int
    """At which record."""

    item: str
    """The point's id."""

    event: Happening
    """`STARTED` or `DONE`."""


@frozen
class EndedCall:
    """A call of a tool that came to its end, or to the end of the records."""

    at: float
    """When it ended."""

    seq: int
    """At which record."""

    by: str
    """Who called."""

    tool: str
    """Which tool."""

    outcome: str
    """How it ended."""

    arguments: str = field(repr=False)
    """Its arguments' JSON. Personal."""

    result: str = field(default="", repr=False)
    """What came back. Personal."""


@define
class _Fold:
    """What has happened so far."""

    spoken: list[SaidWords] = Factory(list[SaidWords])
    seats: list[SeatHappening] = Factory(list[SeatHappening])
    moves: list[AgendaMove] = Factory(list[AgendaMove])
    calls: list[EndedCall] = Factory(list[EndedCall])
    ends: list[tuple[float, int, str]] = Factory(list[tuple[float, int, str]])
    _transcript: Transcript = Factory(Transcript)
    _item: str | None = None
    _away: set[str] = Factory(set[str])
    _here: set[str] = Factory(set[str])
    _heard: set[tuple[str, int]] = Factory(set[tuple[str, int]])
    _open: dict[tuple[str, str], ToolRequested] = Factory(dict[tuple[str, str], ToolRequested])

    def take(self, record: Record) -> None:
        """Note what one record tells."""
        self._transcript.take_event(record.event)
        self._event(record.event, record.at, record.seq)
        for command in record.commands:
            self._transcript.take_command(record.at, command)
            self._command(command, record.at, record.seq)

    def close(self, at: float, seq: int) -> None:
        """Note what the records leave open."""
        for call in tuple(self._open.values()):
            self._end_call((call.participant, call.call_id), (at, seq), "unanswered")

    def _event(self, event: Event, at: float, seq: int) -> None:
        match event:
            case SessionReady(participant=name) | EarReady(participant=name):
                self._ready(name, at, seq)
            case SessionLost(participant=name) | EarLost(participant=name):
                self._away.add(name)
                self._seat(at, seq, name, Happening.LOST)
            case SessionFailed(participant=name) | EarFailed(participant=name):
                self._seat(at, seq, name, Happening.FAILED)
            case Joined(seat=seat):
                self._seat(at, seq, seat.name, Happening.JOINED)
            case Left(participant=name):
                self._seat(at, seq, name, Happening.LEFT)
            case FloorRequested(participant=name):
                self._seat(at, seq, name, Happening.HAND)
            case PlaybackStarted(participant=name, turn=turn) if (name, turn) not in self._heard:
                self._heard.add((name, turn))
                self._seat(at, seq, name, Happening.HEARD)
            case SpeechStarted(participant=name):
                self._seat(at, seq, name, Happening.HEARD)
            case TextTyped(participant=name, text=text):
                self.spoken.append(SaidWords(at, seq, name, text))
            case ToolRequested(participant=name, call_id=call_id):
                self._open.setdefault((name, call_id), event)
            case ToolFinished(participant=name, call_id=call_id, outcome=outcome, content=content):
                self._end_call((name, call_id), (at, seq), outcome, content)
            case ToolCallCancelled(participant=name, call_id=call_id):
                self._end_call((name, call_id), (at, seq), "cancelled")
            case _:
                pass

    def _command(self, command: Command, at: float, seq: int) -> None:
        match command:
            case GrantFloor(to=name):
                self._seat(at, seq, name, Happening.GRANTED)
            case EndTurn(participant=name, turn=turn, cause=cause):
                self.spoken.append(SaidWords(at, seq, name, self._transcript.heard(turn)))
                if cause in {"interrupted", "timeout"}:
                    self._seat(at, seq, name, Happening(cause))
            case Attribute(participant=name, text=text, beside=beside) if beside:
                self.spoken.append(SaidWords(at, seq, name, text))
            case MoveAgenda(item=item):
                self._move(item, at, seq)
            case CancelTool(participant=name, call_id=call_id):
                self._end_call((name, call_id), (at, seq), "cancelled")
            case EndMeeting(reason=reason):
                if reason == "agenda-done":
                    self._move(None, at, seq)
                self.ends.append((at, seq, reason))
            case _:
                pass

    def _ready(self, name: str, at: float, seq: int) -> None:
        if name in self._away:
            self._away.discard(name)
            self._seat(at, seq, name, Happening.REJOINED)
        elif name not in self._here:
            self._here.add(name)
            self._seat(at, seq, name, Happening.READY)

    def _seat(self, at: float, seq: int, name: str, event: Happening) -> None:
        self.seats.append(SeatHappening(at, seq, name, event))

    def _move(self, item: str | None, at: float, seq: int) -> None:
        if self._item is not None:
            self.moves.append(AgendaMove(at, seq, self._item, Happening.DONE))
        if item is not None:
            self.moves.append(AgendaMove(at, seq, item, Happening.STARTED))
        self._item = item

    def _end_call(
        self, key: tuple[str, str], when: tuple[float, int], outcome: str, result: str = ""
    ) -> None:
        call = self._open.pop(key, None)
        if call is not None:
            self.calls.append(EndedCall(*when, key[0], call.tool, outcome, call.arguments, result))


@frozen
class Happenings:
    """All that happened in a meeting, for patterns to be looked up in."""

    records: Sequence[Record]
    """The records themselves."""

    failures: Sequence[Failure]
    """What `result.json` says failed."""

    _fold: _Fold

    @classmethod
    def of(cls, records: Sequence[Record], failures: Sequence[Failure]) -> Happenings:
        """Read the records once."""
        fold = _Fold()
        for record in records:
            fold.take(record)
        if records:
            fold.close(records[-1].at, records[-1].seq)
        return cls(records, failures, fold)

    @property
    def ended_at(self) -> float:
        """When the meeting ended; the last record's time where nothing says so."""
        if self._fold.ends:
            return self._fold.ends[0][0]
        return self.records[-1].at if self.records else 0.0

    @property
    def reason(self) -> str:
        """Why it ended."""
        return self._fold.ends[0][2] if self._fold.ends else "unfinished"

    @property
    def spoken(self) -> Sequence[SaidWords]:
        """What was said, in order."""
        return self._fold.spoken

    @property
    def calls(self) -> Sequence[EndedCall]:
        """Calls of tools, by their ends."""
        return self._fold.calls

    @property
    def seats(self) -> Sequence[SeatHappening]:
        """What happened to participants, in order."""
        return self._fold.seats

    def find(self, pattern: EventPattern) -> list[Occurrence]:
        """Each time that a pattern came true, in order."""
        return sorted(self._find(pattern), key=lambda each: (each.at, each.seq))

    def _find(self, pattern: EventPattern) -> Iterator[Occurrence]:
        match pattern:
            case SpokenPattern():
                said = (each for each in self._fold.spoken if _says(each, pattern))
                yield from (Occurrence(each.at, each.seq, each.by) for each in said)
            case SoundPattern(by=by, for_s=for_s):
                yield from self._sound(by, for_s)
            case AgendaPattern(item=item, event=event):
                moves = (each for each in self._fold.moves if (each.item, each.event) == (item, event))
                yield from (Occurrence(each.at, each.seq) for each in moves)
            case SeatPattern(participant=name, event=event):
                seats = (each for each in self._fold.seats if (each.participant, each.event) == (name, event))
                yield from (Occurrence(each.at, each.seq, name) for each in seats)
            case ToolPattern():
                calls = (each for each in self._fold.calls if _is_call(each, pattern))
                yield from (Occurrence(each.at, each.seq, each.by) for each in calls)
            case ErrorPattern(code=code, by=by):
                yield from self._errors(code, by)
            case EndPattern(reason=reason):
                yield from (Occurrence(at, seq) for at, seq, found in self._fold.ends if found == reason)
            case _ as never:
                assert_never(never)

    def _sound(self, by: str, for_s: float) -> Iterator[Occurrence]:
        for each in joined(stretches(self.records)):
            if each.participant == by and each.length_s >= for_s:
                at = each.start_s + for_s
                yield Occurrence(at, self.seq_at(at), by)

    def _errors(self, code: str | None, by: str | None) -> Iterator[Occurrence]:
        for each in self.failures:
            if code in {None, each.code} and by in {None, each.participant}:
                yield Occurrence(each.at, self.seq_at(each.at), each.participant)

    def code_at(self, found: Occurrence) -> str:
        """The code of the error that came true there."""
        failure = self._failure_at(found)
        return failure.code if failure else ""

    def told_at(self, found: Occurrence) -> str:
        """What is told of the error that came true there."""
        failure = self._failure_at(found)
        return f"{failure.code}: {failure.text}" if failure else ""

    def _failure_at(self, found: Occurrence) -> Failure | None:
        place = found.at, found.participant
        return next((each for each in self.failures if (each.at, each.participant) == place), None)

    def seq_at(self, at: float) -> int:
        """The first record that is not before a moment; the last one where all are."""
        later = (record.seq for record in self.records if record.at >= at - 1e-6)
        return next(later, self.records[-1].seq if self.records else 0)


def _says(spoken: SaidWords, pattern: SpokenPattern) -> bool:
    is_said = pattern.by in {None, spoken.by} and _holds(pattern.matches, spoken.text)
    return is_said and (pattern.number is None or pattern.number in numbers_in(spoken.text))


def _is_call(call: EndedCall, pattern: ToolPattern) -> bool:
    return (
        call.tool == pattern.tool
        and pattern.by in {None, call.by}
        and pattern.outcome in {None, call.outcome}
        and _holds([pattern.arguments] if pattern.arguments is not None else [], call.arguments)
        and _holds([pattern.result] if pattern.result is not None else [], call.result)
    )


def _holds(patterns: Iterable[str], text: str) -> bool:
    return all(compile_recorded(each).search(text) for each in patterns)
