"""Failing for good of agents whose sessions a fault of the scenario ended; and what fails only once.

Of the rules for retries a journal has the waits; what is known of their number is how many there were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialogue.model.events import (
    FaultStruck,
    MeetingResumed,
    ProcessSuspended,
    SessionFailed,
    SessionLost,
    SessionReady,
)
from trialogue.model.participants import OnFailure, Participant
from trialogue.model.plan import MeetingPlan, PlannedFault
from trialogue.model.records import Record
from trialogue.scenario.quantities import write_range

__all__ = ["failing_again", "lost_sessions", "pauses"]

Keys = dict[str, object]


def failing_again(seat: Participant, plan: MeetingPlan, records: Sequence[Record]) -> Keys:
    """Keys `restart` and `on_failure` of an agent; none where no fault struck it."""
    if not any(
        isinstance(each.event, FaultStruck) and each.event.participant == seat.name for each in records
    ):
        return {}
    consequence = seat.on_failure or plan.on_failure
    keys: Keys = {"on_failure": "end"} if consequence is OnFailure.END else {}
    waits: Keys = (
        {"backoff": write_range((seat.backoff.first_s, seat.backoff.most_s))} if seat.backoff else {}
    )
    retries = _retries(seat.name, records)
    if (
        retries is None or consequence is OnFailure.REPLACE
    ):  # its words are one script, so it stays at the table
        return keys | {"restart": waits} if waits else keys
    return keys | {"restart": {"max": retries, **waits} if retries else {"when": "never"}}


def _retries(name: str, records: Iterable[Record]) -> int | None:
    """Retries after which sessions had failed for good; None where they did not, or a service refused."""
    retries = 0
    for record in records:
        match record.event:
            case SessionReady(participant=who) if who == name:
                retries = 0
            case SessionLost(participant=who) if who == name:
                retries += 1
            case SessionFailed(participant=who, refused=refused) if who == name:
                return None if refused else retries
            case _:
                pass
    return None


def lost_sessions(records: Iterable[Record], faults: Iterable[PlannedFault]) -> list[str]:
    """Agents whose sessions were lost or failed, and which no fault of these strikes, by their names."""
    lost = {each.event.participant for each in records if isinstance(each.event, SessionLost | SessionFailed)}
    return sorted(lost - {each.to for each in faults})


def pauses(records: Iterable[Record]) -> tuple[float, ...]:
    """Moments at which a meeting went on after its process had died or slept, in seconds since the start."""
    return tuple(each.at for each in records if isinstance(each.event, MeetingResumed | ProcessSuspended))
