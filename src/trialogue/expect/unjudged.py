"""Meetings of which nothing can be judged: they were interrupted, or what they ran on has failed."""

from __future__ import annotations

from typing import Final

from trialogue.expect.findings import HeldRecords
from trialogue.model.events import RecordingFailed
from trialogue.model.expectations import (
    Bound,
    EndPattern,
    EventPattern,
    Expectations,
    Expected,
    Happening,
    SeatPattern,
    SpokenPattern,
    ToolPattern,
    Whenever,
)

__all__ = ["MASKED", "reads_words", "why_unjudged"]

UNJUDGED: Final = {
    "interrupted": "the meeting was interrupted",
    "terminated": "the meeting was terminated",
    "hung-up": "the meeting was hung up",
    "refused": "the service refused",
    "all-failed": "the services of all agents failed",
    "journal-failed": "the journal could not be written",
    "brain-failed": "the meeting failed",
    "actor-failed": "the meeting failed",
    "unfinished": "the meeting was cut off",
}
"""Ends after which a missed expectation says nothing of the scenario, in words."""

UNSPOKEN: Final = "no agent was heard"
"""Of a meeting that ended in order though no service or model gave any sound."""

MASKED: Final = "the journal is redacted, so its words are missing"
"""Of a redacted journal, where an expectation is about words."""


def reads_words(expectations: Expectations) -> bool:
    """Whether an expectation is about words: what was said, or what a tool was given or gave."""
    every = (*expectations.always, *expectations.in_order, *expectations.never, *expectations.at_end)
    return any(_reads(each) for each in every)


def _reads(expected: Expected | Whenever | Bound) -> bool:
    match expected:
        case Bound(measure=measure):
            return measure == "words"
        case Whenever(when=when, then=then):
            return _reads(when) or _reads(then)
        case Expected(pattern=SpokenPattern(matches=matches, number=number)):
            return bool(matches) or number is not None
        case Expected(pattern=ToolPattern(arguments=arguments, result=result)):
            return arguments is not None or result is not None
        case _:
            return False


def why_unjudged(held: HeldRecords, expectations: Expectations) -> str:
    """Reason why nothing is judged, in words; empty where all is."""
    reason = held.result.reason
    if _is_expected(reason, expectations):
        return ""
    if reason in UNJUDGED:
        return UNJUDGED[reason]
    was_recorded = not any(isinstance(record.event, RecordingFailed) for record in held.records)
    is_unspoken = not held.result.ok and was_recorded and not _expects_silence(expectations)
    return UNSPOKEN if is_unspoken else ""


def _is_expected(reason: str, expectations: Expectations) -> bool:
    """Whether the scenario is about this very end."""
    return any(each == EndPattern(reason) for each in _patterns(expectations))


def _expects_silence(expectations: Expectations) -> bool:
    """Whether the scenario is about somebody who lets a turn pass."""
    patterns = _patterns(expectations)
    return any(isinstance(each, SeatPattern) and each.event is Happening.TIMEOUT for each in patterns)


def _patterns(expectations: Expectations) -> list[EventPattern]:
    wanted = (*expectations.in_order, *expectations.at_end)
    return [each.pattern for each in wanted if isinstance(each, Expected)]
