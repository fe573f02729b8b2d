"""Tool calls that a meeting waited for, by the names that the tools have in its scenario.

A tool with different results stands in the scenario once for each, so the call that was waited for belongs to
one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve

from trialogue.brain.happenings import AgendaMove, EndedCall, Fact, Fold, fits
from trialogue.meeting.scenario_from.calls_again import CallsAgain
from trialogue.model.expectations import Happening, ToolPattern, Trigger
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

__all__ = ["awaited_calls", "with_calls_named"]

T = TypeVar("T")


def awaited_calls(plan: MeetingPlan) -> Iterator[ToolPattern]:
    """Tool calls that the agenda, the end or a fault waits for."""
    awaited = (*(point.done_when for point in plan.agenda), *plan.end)
    for each in (*awaited, *(fault.trigger for fault in plan.faults)):
        if isinstance(each, Trigger) and isinstance(each.when, ToolPattern):
            yield each.when


def with_calls_named(plan: MeetingPlan, records: Iterable[Record], calls: CallsAgain) -> MeetingPlan:
    """The plan with each tool call that came by its tool's name in the scenario, and by its number there."""
    if not any(True for _ in awaited_calls(plan)):
        return plan
    fold = Fold()
    for record in records:
        fold.take(record)
    facts = fold.facts
    return evolve(
        plan,
        agenda=tuple(
            evolve(point, done_when=_named(point.done_when, _since(facts, point.id), calls))
            for point in plan.agenda
        ),
        end=tuple(_named(each, facts, calls) for each in plan.end),
        faults=tuple(evolve(fault, trigger=_named(fault.trigger, facts, calls)) for fault in plan.faults),
    )


def _since(facts: Sequence[Fact], point: str) -> Sequence[Fact]:
    """Facts since the beginning of a point; none where it did not begin."""
    begins = (
        number
        for number, fact in enumerate(facts)
        if isinstance(fact, AgendaMove) and (fact.item, fact.event) == (point, Happening.STARTED)
    )
    return facts[next(begins, len(facts)) :]


def _named(awaited: T, facts: Sequence[Fact], calls: CallsAgain) -> T:
    if not isinstance(awaited, Trigger) or not isinstance(awaited.when, ToolPattern):
        return awaited
    matches = [each for each in facts if isinstance(each, EndedCall) and fits(awaited.when, each)]
    names = [calls.name_of(each.tool, each.outcome, each.result) for each in matches[: awaited.nth]]
    if len(names) < awaited.nth:
        return awaited
    return evolve(awaited, when=evolve(awaited.when, tool=names[-1]), nth=names.count(names[-1]))
