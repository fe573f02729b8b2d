"""State of the meeting for an observer outside: read from the owners, never kept."""

from __future__ import annotations

from trialogue.brain.floor.requests import Request
from trialogue.brain.owners import Owners
from trialogue.brain.turn.turns import Turn
from trialogue.model.participants import Participant
from trialogue.model.state import Activity, MeetingState, ParticipantState


def state_of(o: Owners, at: float) -> MeetingState:
    """State of the whole meeting at `at`, in seconds since its start."""
    speaking = o.audible()
    item = o.course.agenda.item
    return MeetingState(
        phase=o.course.phase.value,
        at=at,
        holder=o.floor.holder,
        turn=o.floor.turn,
        item=None if item is None else item.id,
        speaking=speaking,
        participants=tuple(_participant(o, each, speaking) for each in o.cast.everybody),
    )


def _participant(o: Owners, seat: Participant, speaking: tuple[str, ...]) -> ParticipantState:
    name = seat.name
    activity, why = _activity(o, name, speaking)
    here = o.agents.is_ready(name) if o.cast.is_agent(name) else not o.cast.has_left(name)
    return ParticipantState(
        name=name,
        label=seat.label,
        role=seat.role,
        kind=seat.kind,
        activity=activity,
        why=why,
        is_ready=o.is_present(name) if seat.may_speak else here,
        has_floor=o.floor.holder == name,
        is_muted=o.cast.is_muted(name),
        turns=sum(taken.participant == name for taken in o.turns.taken),
        spoken_s=round(o.turns.tally.spoken.get(name, 0.0), 6),
    )


def _activity(o: Owners, name: str, speaking: tuple[str, ...]) -> tuple[Activity, str]:
    """Activity of a participant, and the reason for it."""
    turn = o.turns.current
    if o.cast.has_left(name):
        return "left", "it has left the table"
    if o.agents.has_failed(name):
        return "failed", "its sessions have failed for good"
    if turn is not None and turn.holder.name == name:
        activity: Activity = "speaking" if name in speaking else "thinking"
        return activity, _of_holder(o, turn, activity)
    if name in speaking:
        return "speaking", "it speaks beside the turn" if turn is not None else "it has begun to speak"
    if o.cast.is_agent(name) and not o.agents.is_ready(name):
        return _absent(o, name)
    request = o.floor.request_of(name)
    if request is not None:
        return "waiting", _of_request(o, request)
    return "listening", "it is muted" if o.cast.is_muted(name) else "it listens"


def _of_holder(o: Owners, turn: Turn, activity: Activity) -> str:
    chosen = f"it has the floor, turn {turn.number}, chosen by {turn.chosen_by}"
    running = o.calls.running(turn.holder.name)
    if activity == "thinking" and running:
        return f"{chosen}; it waits for the tool {running[0].tool}"
    return chosen


def _absent(o: Owners, name: str) -> tuple[Activity, str]:
    if o.agents.session(name) == 0:
        return "joining", "its first session is not ready yet"
    return "away", "its session was lost or is renewed, and is dialled again"


def _of_request(o: Owners, request: Request) -> str:
    since = f"since {request.since:.1f} s"
    if request.raised:
        return f"its hand is up {since}, priority {request.priority}"
    if request.retakes:
        return f"it takes a lost turn again, {since}"
    if request.first:
        return f"the app asked for it {since}"
    if o.replies.holds(request.participant):
        return f"a reply of its is ready and held {since}"
    return f"it wants the floor {since}"
