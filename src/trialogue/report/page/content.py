"""Content of a meeting's page, as one JSON value, which `take` of its script reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from attrs import asdict

from trialogue.model.clock_time import milliseconds
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.cast import with_everybody
from trialogue.report.cues import stamp
from trialogue.report.measures.by_sound import SecondReckoning
from trialogue.report.measures.interruptions import attempts, without_backchannels
from trialogue.report.measures.shares import heard_turns
from trialogue.report.page.fold import Mark, PageFold, ms
from trialogue.report.page.plots import plots
from trialogue.report.page.tables import tables
from trialogue.report.page.worst_moments import Highlight, worst_moments
from trialogue.report.result import Result
from trialogue.report.stretches import Stretch, stretches
from trialogue.values import frozen

__all__ = ["PageSource", "content"]


MOST_ATTEMPTS: Final = 10_000
"""Number of attempts to interrupt that are shown: of voices that all speak at once there are their square."""


@frozen
class PageSource:
    """Source of a page."""

    plan: MeetingPlan
    """Plan of the meeting."""

    records: Sequence[Record]
    """All records of the meeting."""

    utterances: Sequence[Utterance]
    """Utterances: the fold of the same records."""

    result: Result
    """Result of the run."""

    by_sound: SecondReckoning | None = None
    """Second reckoning from the recordings; None without recordings."""

    started: datetime | None = None
    """Time of day at the beginning; None for a meeting in virtual time."""


def content(meeting: PageSource) -> dict[str, object]:
    """Content of the page: the meeting, its marks, moments, plots and tables."""
    plan = with_everybody(meeting.plan, meeting.records)
    heard, result = stretches(meeting.records), meeting.result
    marks = list(_marks(meeting, heard))
    return {
        "trialogue": 1,
        "kind": "page",
        "meeting": {
            "name": result.name,
            "reason": result.reason,
            "ok": result.ok,
            "outcome": _outcome(meeting),
            "duration_s": ms(result.duration_s),
        },
        "marks": marks,
        "moments": [
            _moment(each) for each in worst_moments(marks, heard, result.duration_s, _missed(meeting))
        ],
        "plots": [asdict(each) for each in plots(plan, meeting.records, heard)],
        "tables": [asdict(each) for each in tables(plan, result, meeting.by_sound)],
    }


def _marks(meeting: PageSource, heard: Sequence[Stretch]) -> Iterator[Mark]:
    fold = PageFold(meeting.plan)
    yield from fold.begin()
    for record in meeting.records:
        yield from fold.take(record)
    yield from fold.close(meeting.result.duration_s)
    yield from _attempts(meeting, heard)


def _attempts(meeting: PageSource, heard: Sequence[Stretch]) -> Iterator[Mark]:
    """Attempts to interrupt, and backchannels, as the measures class them."""
    said, rules = meeting.utterances, meeting.plan.floor.interrupt
    tries = attempts(heard, said, rules)
    taken = {(each.participant, each.start_s) for each in without_backchannels(heard, tries)}
    for each in heard:
        if (each.participant, each.start_s) not in taken:
            yield {
                "k": "attempt",
                "who": each.participant,
                "at": ms(each.start_s),
                "outcome": "backchannel",
            }
    for cut in tries[:MOST_ATTEMPTS]:
        if cut.outcome != "backchannel":
            yield {"k": "attempt", "who": cut.by, "of": cut.of, "at": ms(cut.at), "outcome": cut.outcome}


def _missed(meeting: PageSource) -> Iterator[Highlight]:
    """Unmet expectations at the moments at which they show; those that measured nothing at the end."""
    verdict = meeting.result.expectations
    for each in verdict.misses if verdict else ():
        yield Highlight(
            each.at, "failure", f"expected {each.expected}: {each.happened_and_heard}", each.participant
        )
    for empty in verdict.empty if verdict else ():
        told = f"measured nothing: {empty.expected}: {empty.found}"
        yield Highlight(meeting.result.duration_s, "warning", told)


def _outcome(meeting: PageSource) -> str:
    result = meeting.result
    lasted = stamp(milliseconds(result.duration_s), ".").partition(".")[0].removeprefix("00:")
    number = heard_turns(result.measures.participants)
    turns = f"{number} turn{'' if number == 1 else 's'}"
    when = f"{meeting.started:%Y-%m-%d %H:%M}, " if meeting.started else ""
    clock = "virtual clock" if result.clock == "virtual" else "real clock"
    return f"ended: {result.reason}. {when}{lasted}, {turns}, {clock}, seed {result.seed}"


def _moment(moment: Highlight) -> dict[str, object]:
    return {
        "at": ms(moment.at),
        "what": moment.what,
        "text": moment.text,
        "who": moment.participant,
    }
