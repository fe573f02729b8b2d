"""Result of a meeting, as one value for `result.json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, cast

from attrs import asdict

from trialogue.arguments import checks_arguments
from trialogue.brain.course.cost import Cost, cost_of
from trialogue.brain.happenings import AMISS, failure_in, failures_of
from trialogue.model.commands import EndMeeting
from trialogue.model.events import ReplySent, SessionLost
from trialogue.model.expectations import NOTHING_EXPECTED, Advice, Expectations, Findings
from trialogue.model.failed_replies import FAILED, FailedReplies, SilentReplies
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.cast import with_everybody
from trialogue.report.measures import Measures, measures
from trialogue.report.shortfall import Shortfall, shortfall
from trialogue.values import frozen

BAD_ENDS: Final = frozenset(
    {"all-failed", "refused", "journal-failed", "brain-failed", "actor-failed", "unfinished"}
)
"""Reasons for which a meeting is not what was asked for; all others are ordinary ends."""

UNSPOKEN: Final = "unspoken"
"""Code of a reply that was not heard, or not all of it."""

LOST: Final = "session-lost"
"""Code of a session's loss in a meeting in which no agent was heard."""


@frozen
class Failure:
    """Failure on the way, whether the meeting went on or not."""

    at: float
    """Moment, in seconds since the meeting's start."""

    code: str
    """`session-failed`, `actor-crashed`, or the code of a report of the brain."""

    text: str
    """One line for people, without speech."""

    participant: str | None = None
    """Participant concerned, if any."""


@frozen
class Run:
    """Run of a meeting: what its records do not hold, and its result shall."""

    clock: Literal["real", "virtual"]
    """Clock that it ran on."""

    speed: float | None = None
    """Seconds of the meeting a second of the machine; None where nobody measured."""

    files: tuple[str, ...] = ()
    """Files that were written, as paths from the run's directory."""

    reason: str | None = None
    """Reason for its end, where the records cannot say so (`journal-failed`)."""

    expected: Expectations = NOTHING_EXPECTED
    """Expectations of its scenario."""

    advice: tuple[Advice, ...] = ()
    """Advice of a model on its questions; none where nobody was asked."""


@frozen
class Result:
    """A meeting's result; the names of its fields are the names in `result.json`."""

    name: str
    """The meeting's name."""

    reason: str
    """Reason for its end; `unfinished` where nothing says so."""

    ok: bool
    """Whether it ended as meetings should, and fell short of nothing; single failures do not count."""

    duration_s: float
    """Length of the meeting in its own seconds."""

    clock: Literal["real", "virtual"]
    """Clock that it ran on."""

    seed: int
    """Seed from which every chance of it was drawn."""

    speed: float | None
    """Seconds of the meeting a second of the machine."""

    participants: tuple[str, ...]
    """Everybody's names: the cast's in order, then those who joined."""

    measures: Measures
    """Measures of it."""

    cost: Cost
    """Cost of the agents' services, by participant; services without a known price are in no sum."""

    files: tuple[str, ...]
    """Files that were written, as paths from the run's directory."""

    failures: tuple[Failure, ...]
    """Failures on the way, in order."""

    expectations: Findings | None = None
    """Outcome of the scenario's expectations; None where it has none."""

    shortfall: Literal["unspoken", "unrecorded"] | None = None
    """What a meeting fell short of that ended in order; None for nothing.

    `unspoken`: no agent was heard, because the services or models of those that were asked refused, failed or
    sent no sound. `unrecorded`: a part of the sound is in no file.
    """

    def document(self) -> dict[str, object]:
        """The content of `result.json`: plain JSON values, floats to the microsecond."""
        head: dict[str, object] = {"trialogue": 1, "kind": "result"}
        return head | {name: rounded(value) for name, value in asdict(self).items()}


@checks_arguments
def result(plan: MeetingPlan, records: Sequence[Record], utterances: Sequence[Utterance], run: Run) -> Result:
    """The result of a meeting; `utterances` is the fold of the same records."""
    plan = with_everybody(plan, records)
    measured = measures(plan, records, utterances)
    reason = run.reason or _reason(records)
    short = shortfall(plan, records)
    return Result(
        name=plan.name,
        reason=reason,
        ok=reason not in BAD_ENDS and short is None,
        duration_s=measured.duration_s,
        clock=run.clock,
        seed=plan.seed,
        speed=run.speed,
        participants=tuple(each.name for each in plan.participants),
        measures=measured,
        cost=cost_of(plan, records),
        files=run.files,
        failures=_all_failures(records, measured, short),
        shortfall=None if short is None or reason in BAD_ENDS else short.value,
    )


def _reason(records: Sequence[Record]) -> str:
    for record in records:
        for command in record.commands:
            if isinstance(command, EndMeeting):
                return command.reason
    return "unfinished"


def _all_failures(
    records: Sequence[Record], measured: Measures, short: Shortfall | None
) -> tuple[Failure, ...]:
    """Failures in order: those that were reported, and calls of tools that came to nothing.

    A session that was lost is none, for another takes its place; where no agent was heard, it is why.
    """
    replies = FailedReplies()
    found = [failure for record in records for failure in _failures(record, replies)]
    found.extend(_silent(records))
    if short is Shortfall.UNSPOKEN:
        losses = ((each.at, each.event) for each in records if isinstance(each.event, SessionLost))
        found.extend(Failure(at, LOST, event.reason, event.participant) for at, event in losses)
    found.extend(
        Failure(
            at=call.at + (call.duration_s or 0.0),
            code=f"tool-{call.outcome}",
            text=f"{call.tool}: {call.code or call.outcome}",
            participant=call.participant,
        )
        for call in measured.tools
        if call.outcome in AMISS
    )
    return tuple(sorted(found, key=lambda failure: failure.at))


def _failures(record: Record, replies: FailedReplies) -> list[Failure]:
    replies.take(record.at, record.event)
    noted = failures_of(record.event, record.at)
    noted += [each for command in record.commands for each in failure_in(command, record.at)]
    return [
        Failure(
            at=each.at,
            code=each.code,
            text=replies.why(each.at, each.participant, each.text) if each.code == FAILED else each.text,
            participant=each.participant,
        )
        for each in noted
    ]


def _silent(records: Sequence[Record]) -> Iterator[Failure]:
    """Replies that had words and no sound, where their service has not said so itself."""
    silent, told = SilentReplies(), set[str]()
    for record in records:
        is_silent = silent.take(record.event)
        told |= {
            each.participant or "" for each in failures_of(record.event, record.at) if each.code == UNSPOKEN
        }
        if isinstance(record.event, ReplySent):
            name = record.event.participant
            if is_silent and silent.had_words(record.event) and name not in told:
                yield Failure(record.at, UNSPOKEN, "a reply had words and no sound", name)
            told.discard(name)


def rounded(value: object) -> object:
    """A JSON value with its floats to the microsecond."""
    match value:
        case float():
            return round(value, 6)
        case dict():
            return {name: rounded(each) for name, each in cast("dict[str, object]", value).items()}
        case list() | tuple():
            return [rounded(each) for each in cast("list[object]", value)]
        case _:
            return value
