"""Plots of the page: measures over the meeting's time, in columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from trialogue.model.commands import EndMeeting, GrantFloor
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.report.floor_requests import FloorRequests
from trialogue.report.measures.borders import borders
from trialogue.report.stretches import Stretch, joined, length_until, turns
from trialogue.values import frozen

__all__ = ["Plot", "plots"]

STEPS: Final = 120
"""Number of points of a line that changes all the time."""

MOST_LINES: Final = 100
"""Number of participants whose lines a plot has, the first in the plan's order."""

Shape = Literal["points", "lines", "steps"]


@frozen
class Plot:
    """One plot over the meeting's time."""

    title: str
    """Title of the plot."""

    unit: str
    """Unit of its values: `s`, `%`, or empty for counts."""

    shape: Shape
    """Points, lines, or steps."""

    at: tuple[float, ...]
    """Moments of the values, in seconds since the meeting's start, ascending."""

    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Names with their values, one for each of `at`; None for no value.

    A name is a participant's, or empty for the meeting as a whole.
    """


def plots(plan: MeetingPlan, records: Sequence[Record], heard: Sequence[Stretch]) -> tuple[Plot, ...]:
    """Plots that have values."""
    made = (_transfers(heard), _responses(plan, records, heard), _shares(plan, heard), _waiting(records))
    return tuple(each for each in made if each.at)


def _transfers(heard: Sequence[Stretch]) -> Plot:
    found = sorted((each.start_s, each.offset_s) for each in borders(heard) if each.is_transfer)
    at = tuple(round(start, 3) for start, _ in found)
    values = tuple(round(offset, 3) for _, offset in found)
    return Plot("Floor transfers: gaps above 0, overlaps below", "s", "points", at, (("", values),))


def _responses(plan: MeetingPlan, records: Sequence[Record], heard: Sequence[Stretch]) -> Plot:
    """Seconds from a grant to the first sound, for agents: a person's turn has no sound of its own."""
    first = {each.turn: each.start_s for each in reversed(turns(heard)) if each.turn is not None}
    found = sorted(
        (record.at, command.to, first[command.turn] - record.at)
        for record in records
        for command in record.commands
        if isinstance(command, GrantFloor) and command.turn in first
    )
    at = tuple(round(when, 3) for when, _, _ in found)
    answered = {who for _, who, _ in found}
    series = tuple(
        (each.name, tuple(round(wait, 3) if who == each.name else None for _, who, wait in found))
        for each in plan.participants
        if each.name in answered
    )[:MOST_LINES]
    return Plot("Response: from a grant to its first sound", "s", "points", at, series)


def _shares(plan: MeetingPlan, heard: Sequence[Stretch]) -> Plot:
    """Share of all speech so far, by participant."""
    merged = joined(heard)
    end = max((each.end_s for each in merged), default=0.0)
    at = [end * step / STEPS for step in range(1, STEPS + 1)] if merged else []
    own: dict[str, list[tuple[float, float]]] = {each.name: [] for each in plan.participants}
    for each in merged:
        if each.participant in own:
            own[each.participant].append((each.start_s, each.end_s))
    spoken = {name: list(length_until(found, at)) for name, found in own.items() if found}
    total = [summed(each[index] for each in spoken.values()) for index in range(len(at))]
    series = tuple(
        (name, tuple(map(_percent, each, total))) for name, each in spoken.items() if each and each[-1] > 0
    )[:MOST_LINES]
    return Plot("Share of all speech so far", "%", "lines", tuple(round(each, 3) for each in at), series)


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _waiting(records: Sequence[Record]) -> Plot:
    found = list(_queue(records))
    at, counts = tuple(round(when, 3) for when, _ in found), tuple(float(count) for _, count in found)
    return Plot("Waiting for the floor", "", "steps", at, (("", counts),))


def _queue(records: Sequence[Record]) -> Iterator[tuple[float, int]]:
    """Number of waiting participants, from each change on."""
    waiting: set[str] = set()
    requests = FloorRequests()
    for record in records:
        before = len(waiting)
        asking, gone = requests.take(record)
        if asking is not None:
            waiting.add(asking)
        waiting -= {gone}
        for command in record.commands:
            if isinstance(command, GrantFloor):
                waiting.discard(command.to)
            elif isinstance(command, EndMeeting):
                waiting.clear()
        if len(waiting) != before:
            yield record.at, len(waiting)
