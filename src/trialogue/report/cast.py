"""Everybody who was at the table: the plan's cast, and those who joined while the meeting went on."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from trialogue.model.events import Joined
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

__all__ = ["with_everybody"]


def with_everybody(plan: MeetingPlan, records: Iterable[Record]) -> MeetingPlan:
    """The plan, whose cast holds all who have come, in the order of their coming.

    Whoever takes the name of one who has left takes its place. Those who left stay: they were heard. Whoever
    is new stands last in the floor's order, where there is one, as at the table.
    """
    seats = {each.name: each for each in plan.participants}
    order = plan.floor.order
    for record in records:
        if isinstance(record.event, Joined):
            seat = record.event.seat
            seats[seat.name] = seat
            order += (seat.name,) if order and seat.may_speak and seat.name not in order else ()
    return evolve(plan, participants=tuple(seats.values()), floor=evolve(plan.floor, order=order))
