"""Happenings of a meeting, as patterns name them: one fold of its records, one matcher of a pattern.

1. Words count when their turn is over, beside a turn when they are attributed, typed ones when read.
2. A tool call counts at its end, with or without a run of its own; one that never ended counts at the last
   record, as `unanswered`. A request that is repeated after the call's end is no other call unless the tool
   runs again.
3. A lost session is back (`rejoined`) when its participant is ready for the first time after it.
4. Sound counts when it has lasted long enough: the caller computes that, live with the clock and later from
   intervals.
5. The same fold runs in the brain, in a stand-in, and over an old journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from attrs import Factory, evolve, field

from trialogue.brain.tools.calls import BID, HAND_IS_UP, REQUEST_FLOOR
from trialogue.brain.words.transcript import Transcript
from trialogue.model import patterns
from trialogue.model.commands import (
    AnswerTool,
    Attribute,
    CancelTool,
    Command,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    Report,
    RunTool,
)
from trialogue.model.events import (
    ActorCrashed,
    EarFailed,
    EarLost,
    EarReady,
    Event,
    FloorRequested,
    Joined,
    Left,
    PlaybackStarted,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
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
    SpokenPattern,
    ToolPattern,
)
from trialogue.model.failed_replies import FAILED, FailedReplies
from trialogue.model.records import Record
from trialogue.model.shared_results import SharedResults
from trialogue.model.spoken_numbers import numbers_in
from trialogue.values import define, frozen


@frozen
class SaidWords:
    """Words that were heard."""

    at: float
    """Time at which they count, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    by: str
    """Participant who said them."""

    text: str = field(repr=False)
    """Words that were heard. Personal."""


@frozen
class SeatHappening:
    """Happening that concerns one participant."""

    at: float
    """Time of it, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    participant: str
    """Participant concerned."""

    event: Happening
    """Kind of happening."""


@frozen
class AgendaMove:
    """Beginning or end of a point of the agenda."""

    at: float
    """Time of it, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    item: str
    """Id of the point."""

    event: Happening
    """`STARTED` or `DONE`."""


@frozen
class EndedCall:
    """Tool call that ended, or was still open at the end of the records."""

    at: float
    """Time of its end, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    by: str
    """Participant who called."""

    tool: str
    """Name of the tool."""

    outcome: str
    """Outcome of the call."""

    arguments: str = field(repr=False)
    """Arguments as JSON. Personal."""

    result: str = field(default="", repr=False)
    """Result of the call. Personal."""


@frozen
class NotedError:
    """Failure during the meeting."""

    at: float
    """Time of it, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    code: str
    """Code, as in `failures` of `result.json`."""

    participant: str | None = None
    """Participant concerned, if any."""

    text: str = field(default="", repr=False)
    """Explanation. Personal."""


@frozen
class NotedEnd:
    """End of the meeting."""

    at: float
    """Time of it, in seconds since the meeting's start."""

    seq: int
    """Number of its record."""

    reason: str
    """Reason for the end."""


Fact: TypeAlias = SaidWords | SeatHappening | AgendaMove | EndedCall | NotedError | NotedEnd
"""Fact that a pattern can match."""

AMISS: Final = frozenset({"failed", "timed-out", "unknown"})
"""Outcomes of tool calls that failed or may have failed; cancelled calls were not wanted."""

FAILED_CODES: Final = frozenset(
    {"participant-failed", "reply-failed", "injection-refused", "stalled", "overflow", "recording-failed"}
)
"""Codes of reports of failures, for journals that do not record how serious a report is."""


@define
class Fold:
    """Fold of a meeting's records into the facts that patterns match."""

    facts: list[Fact] = Factory(list[Fact])
    """Facts in order, since the last `drain`."""

    _transcript: Transcript = Factory(Transcript)
    _failed: FailedReplies = Factory(FailedReplies)
    _item: str | None = None
    _away: set[str] = Factory(set[str])
    _here: set[str] = Factory(set[str])
    _heard: set[tuple[str, int]] = Factory(set[tuple[str, int]])
    _open: dict[tuple[str, str], ToolRequested] = Factory(dict[tuple[str, str], ToolRequested])
    _over: set[tuple[str, str]] = Factory(set[tuple[str, str]])
    """Calls that have ended, and did not run again since."""

    _shared: SharedResults = Factory(SharedResults)

    def drain(self) -> list[Fact]:
        """Take the facts since the last call; the fold forgets them."""
        facts, self.facts = self.facts, []
        return facts

    def take(self, record: Record) -> None:
        """Note the facts of one record."""
        self.take_event(record.event, record.at, record.seq)
        for command in record.commands:
            self.take_command(command, record.at, record.seq)

    def take_event(self, event: Event, at: float, seq: int = 0) -> None:
        """Note the facts of an event."""
        self._transcript.take_event(event)
        self._failed.take(at, event)
        self._event(event, at, seq)
        self.facts.extend(failures_of(event, at, seq))

    def take_command(self, command: Command, at: float, seq: int = 0) -> None:
        """Note the facts of a command, after the event that it answers."""
        self._transcript.take_command(at, command)
        self._command(command, at, seq)
        self.facts.extend(self._explained(each) for each in failure_in(command, at, seq))

    def close(self, at: float, seq: int) -> None:
        """Note the tool calls that the records leave open."""
        for key in tuple(self._open):
            if key not in self._over:
                self._end_call(key, (at, seq), "unanswered")

    def _end_call(
        self, key: tuple[str, str], when: tuple[float, int], outcome: str, result: str = ""
    ) -> None:
        """Note the end of an open call, by its participant and id, at a time and a record's number."""
        call = self._open.pop(key, None)
        if call is not None:
            self._over.add(key)
            self.facts.append(EndedCall(*when, key[0], call.tool, outcome, call.arguments, result))
            if outcome in AMISS:
                self.facts.append(NotedError(*when, f"tool-{outcome}", key[0]))

    def _event(self, event: Event, at: float, seq: int) -> None:
        self._shared.take_event(event)
        match event:
            case SessionReady(participant=name) | EarReady(participant=name):
                self._ready(name, at, seq)
            case SessionLost(participant=name) | EarLost(participant=name):
                if name not in self._away:  # a failed attempt to be back is no further loss
                    self._seat(at, seq, name, Happening.LOST)
                self._away.add(name)
            case SessionFailed(participant=name) | EarFailed(participant=name):
                self._seat(at, seq, name, Happening.FAILED)
            case Joined(seat=seat):
                self._seat(at, seq, seat.name, Happening.JOINED)
            case Left(participant=name):
                self._away.discard(name)
                self._seat(at, seq, name, Happening.LEFT)
            case FloorRequested(participant=name):
                self._seat(at, seq, name, Happening.HAND)
            case PlaybackStarted(participant=name, turn=turn) if (name, turn) not in self._heard:
                self._heard.add((name, turn))
                self._seat(at, seq, name, Happening.HEARD)
            case SpeechStarted(participant=name):
                self._seat(at, seq, name, Happening.HEARD)
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
                self.facts.append(SaidWords(at, seq, name, self._transcript.heard(turn)))
                if cause in {"interrupted", "timeout"}:
                    self._seat(at, seq, name, Happening(cause))
            case Attribute(participant=name, text=text, beside=beside) if beside:
                self.facts.append(SaidWords(at, seq, name, text))
            case MoveAgenda(item=item):
                self._move(item, at, seq)
            case RunTool(participant=name, call_id=call_id):
                self._over.discard((name, call_id))
            case AnswerTool(participant=name, tool=tool, content=content):
                if (call := self._shared.take_command(command)) is not None:
                    self._end_call((name, call.call_id), (at, seq), call.outcome, content)
                    if tool in {BID, REQUEST_FLOOR} and content == HAND_IS_UP:
                        self._seat(at, seq, name, Happening.HAND)
            case CancelTool(participant=name, call_id=call_id):
                self._end_call((name, call_id), (at, seq), "cancelled")
            case EndMeeting(reason=reason):
                if reason == "agenda-done":
                    self._move(None, at, seq)
                self.facts.append(NotedEnd(at, seq, reason))
            case _:
                pass

    def _explained(self, failure: NotedError) -> NotedError:
        """Failure, with its cause if it is a failed reply."""
        if failure.code != FAILED:
            return failure
        return evolve(failure, text=self._failed.why(failure.at, failure.participant, failure.text))

    def _ready(self, name: str, at: float, seq: int) -> None:
        if name in self._away:
            self._away.discard(name)
            self._seat(at, seq, name, Happening.REJOINED)
        elif name not in self._here:
            self._here.add(name)
            self._seat(at, seq, name, Happening.READY)

    def _seat(self, at: float, seq: int, name: str, event: Happening) -> None:
        self.facts.append(SeatHappening(at, seq, name, event))

    def _move(self, item: str | None, at: float, seq: int) -> None:
        if self._item is not None:
            self.facts.append(AgendaMove(at, seq, self._item, Happening.DONE))
        if item is not None:
            self.facts.append(AgendaMove(at, seq, item, Happening.STARTED))
        self._item = item


def failures_of(event: Event, at: float, seq: int = 0) -> list[NotedError]:
    """Failures that an event reports."""
    match event:
        case SessionFailed(participant=name, reason=reason):
            return [NotedError(at, seq, "session-failed", name, reason)]
        case ServiceWarned(participant=name, code="SPEAK_REQUEST_FAILED", text=text):
            return [NotedError(at, seq, "unspoken", name, text)]
        case ServiceWarned(participant=name, code="QUESTION_NOT_ON_RECORD", text=text):
            return [NotedError(at, seq, "not-on-record", name, text)]
        case ActorCrashed(actor=actor, error=error):
            return [NotedError(at, seq, "actor-crashed", None, f"{actor}: {error}")]
        case _:
            return []


def failure_in(command: Command, at: float, seq: int = 0) -> list[NotedError]:
    """Failures that a command reports."""
    match command:
        case Report(code=code, text=text, participant=name, level=level) if (
            level == "failure" or code in FAILED_CODES
        ):
            return [NotedError(at, seq, code, name, text)]
        case _:
            return []


def fits(pattern: EventPattern, fact: Fact) -> bool:
    """Whether a fact matches a pattern; patterns of sound and of time match no fact."""
    match pattern, fact:
        case SpokenPattern(), SaidWords():
            return _says(fact, pattern)
        case AgendaPattern(item=item, event=event), AgendaMove():
            return (fact.item, fact.event) == (item, event)
        case SeatPattern(participant=name, event=event), SeatHappening():
            return (fact.participant, fact.event) == (name, event)
        case ToolPattern(), EndedCall():
            return _is_call(fact, pattern)
        case ErrorPattern(code=code, by=by), NotedError():
            return code in {None, fact.code} and by in {None, fact.participant}
        case EndPattern(reason=reason), NotedEnd():
            return fact.reason == reason
        case _:
            return False


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


def _holds(sources: Iterable[str], text: str) -> bool:
    return all(patterns.compile(each).search(text) for each in sources)
