"""Occurrences of patterns in a meeting's records, all found in one fold.

Sound counts once for each stretch, at the moment at which it has lasted long enough. A tool call that is
answered without a run ends with its answer. `brain.happenings` finds all other events.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import assert_never

from trialogue.brain.happenings import (
    AgendaMove,
    EndedCall,
    Fact,
    Fold,
    NotedEnd,
    NotedError,
    SaidWords,
    SeatHappening,
    fits,
)
from trialogue.brain.recorded_times import SLACK_S
from trialogue.model.expectations import ErrorPattern, EventPattern, SoundPattern, TimePattern
from trialogue.model.records import Record
from trialogue.report.result import Failure
from trialogue.report.stretches import joined, stretches
from trialogue.values import frozen


@frozen
class Occurrence:
    """Occurrence of an event."""

    at: float
    """Moment, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    participant: str | None = None
    """Participant concerned, if any."""

    failure: Failure | None = None
    """The failure that this is; None for an event of another kind."""

    place: int = 0
    """Place among all facts of the meeting, from 1; 0 for a sound, a time or a failure."""


@frozen
class Happenings:
    """Everything that happened in a meeting, for the search of patterns."""

    records: Sequence[Record]
    """Records."""

    failures: Sequence[Failure]
    """Failures, as in `result.json`."""

    _fold: Fold

    @classmethod
    def of(cls, records: Sequence[Record], failures: Sequence[Failure]) -> Happenings:
        """Read the records once."""
        fold = Fold()
        for record in records:
            fold.take(record)
        if records:
            fold.close(records[-1].at, records[-1].seq)
        return cls(records, failures, fold)

    @property
    def ended_at(self) -> float:
        """Moment of the meeting's end; the last record's time without an end."""
        ends = [each.at for each in self._fold.facts if isinstance(each, NotedEnd)]
        return ends[0] if ends else self.records[-1].at if self.records else 0.0

    @property
    def reason(self) -> str:
        """Reason for its end."""
        ends = [each.reason for each in self._fold.facts if isinstance(each, NotedEnd)]
        return ends[0] if ends else "unfinished"

    @property
    def spoken(self) -> Sequence[SaidWords]:
        """Speech, in order."""
        return [each for each in self._fold.facts if isinstance(each, SaidWords)]

    @property
    def calls(self) -> Sequence[EndedCall]:
        """Calls of tools, by their ends."""
        return [each for each in self._fold.facts if isinstance(each, EndedCall)]

    @property
    def seats(self) -> Sequence[SeatHappening]:
        """Happenings to participants, in order."""
        return [each for each in self._fold.facts if isinstance(each, SeatHappening)]

    def find(self, pattern: EventPattern) -> list[Occurrence]:
        """Each time that a pattern came true, in order."""
        return sorted(self._find(pattern), key=in_turn)

    def _find(self, pattern: EventPattern) -> Iterator[Occurrence]:
        match pattern:
            case SoundPattern(by=by, for_s=for_s):
                yield from self._sound(by, for_s)
            case TimePattern(at_s=at_s) if at_s <= self.ended_at:
                yield Occurrence(at_s, self.seq_at(at_s))
            case ErrorPattern(code=code, by=by):
                yield from self._errors(code, by)
            case _:
                for place, each in enumerate(self._fold.facts, start=1):
                    if fits(pattern, each):
                        yield Occurrence(each.at, each.seq, _whom(each), place=place)

    def _sound(self, by: str, for_s: float) -> Iterator[Occurrence]:
        for each in joined(stretches(self.records)):
            if each.participant == by and each.length_s >= for_s - SLACK_S:
                at = each.start_s + for_s
                yield Occurrence(at, self.seq_at(at), by)

    def _errors(self, code: str | None, by: str | None) -> Iterator[Occurrence]:
        for each in self.failures:
            if code in {None, each.code} and by in {None, each.participant}:
                yield Occurrence(each.at, self.seq_at(each.at), each.participant, each)

    def seq_at(self, at: float) -> int:
        """The first record that is not before a moment; the last one where all are."""
        place = bisect_left(self.records, at - 1e-6, key=lambda record: record.at)
        return self.records[min(place, len(self.records) - 1)].seq if self.records else 0


def in_turn(each: Occurrence) -> tuple[float, int, int]:
    """Key of the order of occurrences, also of those of one record, as a turn's end and the next grant."""
    return each.at, each.seq, each.place


def _whom(fact: Fact) -> str | None:
    """Participant whom a fact concerns."""
    match fact:
        case SaidWords(by=by) | EndedCall(by=by):
            return by
        case SeatHappening(participant=name) | NotedError(participant=name):
            return name
        case AgendaMove() | NotedEnd():
            return None
        case _ as never:
            assert_never(never)
