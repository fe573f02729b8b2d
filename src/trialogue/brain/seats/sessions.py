"""Sessions of agents and ears: their events, and the effect on the meeting.

1. A lost session loses its turn; the turn is repeated once, when the participant is back.
2. A session at its time limit is replaced by a new one: at a turn's edge, not while its
   participant waits for a tool, and one participant at a time, so that some are always present.
3. A participant that has failed permanently is dropped, ends the meeting, or is replaced by its fallback,
   once. A fallback that fails is dropped.
4. An ear that comes and goes changes no turn: it only gives words or not.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.brain.course.ending import end_meeting
from trialogue.brain.owners import Owners
from trialogue.brain.seats.losing import drop_out, lose
from trialogue.model.commands import Replace, RollOver, Update
from trialogue.model.events import (
    EarFailed,
    EarLost,
    EarReady,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
    UpdateAsked,
)
from trialogue.model.participants import OnFailure

SessionEvent: TypeAlias = (
    SessionReady
    | SessionLost
    | SessionFailed
    | SessionEnding
    | SessionRolledOver
    | UpdateAsked
    | SettingsChanged
    | EarReady
    | EarLost
    | EarFailed
)
"""Events that this module takes."""


def take(o: Owners, event: SessionEvent) -> None:
    """Decide on a session's event."""
    match event:
        case SessionReady(participant=name, session=session):
            _ready(o, name, session)
        case SessionLost(participant=name, session=session):
            _lost(o, name, session)
        case SessionFailed():
            _failed(o, event)
        case SessionEnding(participant=name, session=session):
            if not o.agents.ends_soon(name, session):
                o.stale("a session comes to its end that is over", name)
        case UpdateAsked():
            _update_asked(o, event)
        case SessionRolledOver() | SettingsChanged():
            pass  # recorded only: both were decided on before
        case EarReady() | EarLost() | EarFailed():
            _ear(o, event)
        case _:  # pragma: no cover
            assert_never(event)


def _ready(o: Owners, name: str, session: int) -> None:
    if not o.agents.ready(name, session):
        o.stale("a session became ready that is over", name)
        return
    o.prompts.renew(name)
    o.inboxes.forget_unheard(name)
    if o.agents.retake(name):
        o.floor.retake(name, o.now)


def _lost(o: Owners, name: str, session: int) -> None:
    if not o.agents.lost(name, session):
        o.stale("a session was lost that was not known", name)
        return
    lose(o, name)


def _failed(o: Owners, event: SessionFailed) -> None:
    name = event.participant
    if not o.cast.is_agent(name) or o.cast.has_left(name) or o.agents.has_failed(name):
        o.stale("a participant failed that was not there", name)
        return
    o.report("participant-failed", event.reason, name, level="failure")
    policy = o.cast[name].on_failure or o.plan.on_failure
    if policy is OnFailure.REPLACE and not o.agents.was_replaced(name):
        o.agents.replace(name)
        lose(o, name)
        o.lines.restart(name)
        o.emit(Replace(name))
        o.report("participant-replaced", "its fallback takes the seat", name, level="warning")
        return
    o.agents.failed(name, refused=event.refused)
    drop_out(o, name)
    _end_without(o, event, policy)


def _end_without(o: Owners, event: SessionFailed, policy: OnFailure) -> None:
    """End the meeting if this failure ends it, or if no agent is left that could speak."""
    speakers = tuple(
        p.name
        for p in o.cast.everybody
        if p.may_speak and o.cast.is_agent(p.name) and not o.cast.has_left(p.name)
    )
    if speakers and all(o.agents.has_failed(name) for name in speakers):
        end_meeting(o, "refused" if o.agents.were_refused(speakers) else "all-failed")
    elif policy is OnFailure.END:
        end_meeting(o, "refused" if event.refused else "participant-failed")


def roll_over(o: Owners) -> None:
    """Replace the session of an agent that needs it, if no turn is current and none is being replaced."""
    if o.agents.rolling is not None or o.turns.current is not None:
        return
    name = next((each for each in o.agents.ending() if not o.calls.running(each)), None)
    if name is not None:
        session = o.agents.roll_over(name)
        lose(o, name)
        o.emit(RollOver(name, session))


def _update_asked(o: Owners, event: UpdateAsked) -> None:
    name = event.participant
    if not o.cast.is_agent(name) or o.cast.has_left(name) or o.agents.has_failed(name):
        o.stale("settings were to change of somebody who has none", name)
        return
    o.emit(Update(name, event.part, event.content))


def _ear(o: Owners, event: EarReady | EarLost | EarFailed) -> None:
    name = event.participant
    if not o.cast.is_person(name):
        o.stale("an ear of somebody who has none", name)
        return
    match event:
        case EarReady(session=session):
            is_news = o.people.ear_ready(name, session)
        case EarLost(session=session):
            is_news = o.people.ear_lost(name, session)
        case EarFailed(reason=reason):
            is_news = o.people.ear_failed(name)
            if is_news:
                o.report("ear-failed", f"what it says is not written down: {reason}", name, level="failure")
    if not is_news:
        o.stale("an ear's session that is over", name)
