"""Result of a meeting: the value of `result.json`."""

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
from trialogue.report.shortfall import Shortfall, late_answers, shortfall
from trialogue.values import frozen

BAD_ENDS: Final = frozenset(
    {"all-failed", "refused", "journal-failed", "brain-failed", "actor-failed", "unfinished"}
)
"""Ends of a meeting that was not held as planned; all others are ordinary."""

UNSPOKEN: Final = "unspoken"
"""Code of a reply that was not heard, or not wholly."""

LOST: Final = "session-lost"
"""Code of a session's loss in a meeting in which no agent was heard."""

WHY_UNHEARD: Final = frozenset({"session-failed", LOST, FAILED, UNSPOKEN})
"""Codes of failures for which an agent was not heard."""


@frozen
class Failure:
    """Failure during a meeting, whether the meeting went on or not."""

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
    """Run of a meeting: the parts of its result that its records do not have."""

    clock: Literal["real", "virtual"]
    """Clock of the meeting."""

    speed: float | None = None
    """Seconds of the meeting for each second of the machine; None where it was not measured."""

    files: tuple[str, ...] = ()
    """Files that were written, as paths in the run's directory."""

    reason: str | None = None
    """Reason for its end, where the records cannot have it (`journal-failed`)."""

    expected: Expectations = NOTHING_EXPECTED
    """Expectations of its scenario."""

    advice: tuple[Advice, ...] = ()
    """Model's advice on its questions; empty where no model was asked."""


@frozen
class Result:
    """Result of a meeting; its fields have the names in `result.json`."""

    name: str
    """Name of the meeting."""

    reason: str
    """Reason for its end; `unfinished` without one."""

    ok: bool
    """Whether it ended in an ordinary way and without a shortfall; single failures do not count."""

    duration_s: float
    """Length of the meeting in its own seconds."""

    clock: Literal["real", "virtual"]
    """Clock of the meeting."""

    seed: int
    """Seed of all its random numbers."""

    speed: float | None
    """Seconds of the meeting for each second of the machine."""

    participants: tuple[str, ...]
    """Names of all participants: the cast's in order, then those who joined."""

    measures: Measures
    """Measures of the meeting."""

    cost: Cost
    """Cost of the agents' services, by participant; sums leave out services without a known price."""

    files: tuple[str, ...]
    """Files that were written, as paths in the run's directory."""

    failures: tuple[Failure, ...]
    """Failures during the meeting, in order."""

    expectations: Findings | None = None
    """Outcome of the scenario's expectations; None where it has none."""

    shortfall: Literal["unspoken", "unrecorded"] | None = None
    """Shortfall of a meeting with an ordinary end; None for none.

    `unspoken`: no agent was heard, because the services or models of those that were asked refused, failed or
    sent no sound in time. `unrecorded`: a part of the sound is in no file.
    """

    def document(self) -> dict[str, object]:
        """Content of `result.json`: plain JSON values, floats to the microsecond."""
        head: dict[str, object] = {"trialogue": 1, "kind": "result"}
        return head | {name: rounded(value) for name, value in asdict(self).items()}


@checks_arguments
def result(plan: MeetingPlan, records: Sequence[Record], utterances: Sequence[Utterance], run: Run) -> Result:
    """Result of a meeting; `utterances` is the fold of the same records."""
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
        failures=_all_failures(plan, records, measured, short),
        shortfall=None if short is None or reason in BAD_ENDS else short.value,
    )


def _reason(records: Sequence[Record]) -> str:
    for record in records:
        for command in record.commands:
            if isinstance(command, EndMeeting):
                return command.reason
    return "unfinished"


def _all_failures(
    plan: MeetingPlan, records: Sequence[Record], measured: Measures, short: Shortfall | None
) -> tuple[Failure, ...]:
    """Failures in order: reported ones, and failed tool calls.

    A lost session is no failure, since another follows, nor is a turn without an answer in time; where no
    agent was heard, they are the reasons.
    """
    replies = FailedReplies()
    found = [failure for record in records for failure in _failures(record, replies)]
    found.extend(_silent(records))
    if short is Shortfall.UNSPOKEN:
        losses = ((each.at, each.event) for each in records if isinstance(each.event, SessionLost))
        found.extend(Failure(at, LOST, event.reason, event.participant) for at, event in losses)
        late = late_answers(plan, records)
        found.extend(Failure(at, UNSPOKEN, "its service did not answer in time", name) for at, name in late)
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
    """Replies with words but without sound, where the service has not reported it."""
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
    """JSON value with its floats to the microsecond."""
    match value:
        case float():
            return round(value, 6)
        case dict():
            return {name: rounded(each) for name, each in cast("dict[str, object]", value).items()}
        case list() | tuple():
            return [rounded(each) for each in cast("list[object]", value)]
        case _:
            return value
