"""Cast of a meeting at its end: the plan's cast, and those who joined during the meeting."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from trialogue.model.events import Joined
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

__all__ = ["with_everybody"]


def with_everybody(plan: MeetingPlan, records: Iterable[Record]) -> MeetingPlan:
    """Plan whose cast includes all who have joined, in the order of joining.

    A participant with the name of one who has left takes its place. Those who left stay, since they were
    heard. A new participant stands last in the floor's order, if there is one, as at the table.
    """
    seats = {each.name: each for each in plan.participants}
    order = plan.floor.order
    for record in records:
        if isinstance(record.event, Joined):
            seat = record.event.seat
            seats[seat.name] = seat
            order += (seat.name,) if order and seat.may_speak and seat.name not in order else ()
    return evolve(plan, participants=tuple(seats.values()), floor=evolve(plan.floor, order=order))
