"""Requests of participants and the app for the floor and for seats."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.brain.floor.requests import HIGHEST, LOWEST
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Forced
from trialogue.brain.seats.losing import drop_out, hear_no_more, silence
from trialogue.brain.turn import taking
from trialogue.brain.turn.dropping import forget_request
from trialogue.brain.turn.person import PersonState
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    Joined,
    Left,
    MuteAsked,
    NoteGiven,
    RevokeAsked,
    SayAsked,
)

RequestEvent: TypeAlias = (
    FloorRequested
    | FloorRequestCancelled
    | GrantAsked
    | SayAsked
    | MuteAsked
    | NoteGiven
    | RevokeAsked
    | Joined
    | Left
)
"""Events that this module takes."""


def take(o: Owners, event: RequestEvent) -> None:
    """Take a request; a request for the floor is granted when the floor is free."""
    match event:
        case FloorRequested(participant=name, priority=priority):
            _raise_hand(o, name, priority)
        case FloorRequestCancelled(participant=name):
            if o.floor.lower_hand(name):
                forget_request(o, name)
            else:
                o.stale("a hand was taken down that was not up", name)
        case GrantAsked(participant=name, about=about):
            if _may_wait(o, name):
                o.floor.ask_about(name, o.now, about)
        case SayAsked(participant=name, text=text):
            _say(o, name, text)
        case MuteAsked(participant=name, muted=muted):
            mute(o, name, muted=muted)
        case NoteGiven(participant=name, text=text):
            o.inboxes.add_note(name, text)
        case RevokeAsked(participant=name):
            _revoke(o, name)
        case Joined() | Left():
            _come_and_go(o, event)
        case _:  # pragma: no cover
            assert_never(event)


def _may_wait(o: Owners, name: str) -> bool:
    """Whether a participant can ever be granted the floor; if it cannot, the request is stale."""
    if o.cast[name].may_speak and not o.cast.has_left(name) and not o.agents.has_failed(name):
        return True
    o.stale("the floor was wanted for somebody who cannot have it", name)
    return False


def _raise_hand(o: Owners, name: str, priority: int) -> None:
    turn = o.turns.person(name)
    if turn is not None and turn.state is PersonState.AWAITED:
        return  # it has the floor already
    if _may_wait(o, name):
        o.floor.raise_hand(name, o.now, max(LOWEST, min(HIGHEST, priority)))


def _say(o: Owners, name: str, text: str) -> None:
    if not o.cast.is_agent(name):
        o.stale("words were put into a person's mouth", name)
    elif _may_wait(o, name):
        o.floor.ask_first(name, o.now)
        o.prompts.want_said(name, Forced(text))


def mute(o: Owners, name: str, *, muted: bool) -> None:
    """Mute or unmute a participant; its current turn is cut."""
    o.cast.mute(name, muted=muted)
    if not muted:
        return
    turn = o.turns.agent(name)
    if o.cast.is_person(name):
        silence(o, name, "interrupted")
    elif turn is not None:
        taking.close(o, turn, "interrupted")


def _revoke(o: Owners, name: str) -> None:
    turn = o.turns.current
    if turn is None or turn.holder.name != name:
        o.stale("the floor was taken from somebody who does not hold it", name)
        return
    taking.revoke(o, turn, "interrupted")


def _come_and_go(o: Owners, event: Joined | Left) -> None:
    if isinstance(event, Joined):
        name = event.seat.name
        if not o.cast.join(event.seat):
            o.stale("somebody joined who is at the table", name)
            return
        o.seat(name)
        _tell_others(o, name, f"{event.seat.label} has joined the meeting.")
        return
    name = event.participant
    if not o.cast.leave(name):
        o.stale("somebody left who had left", name)
        return
    if o.cast.is_agent(name):
        drop_out(o, name)
        o.agents.leave(name)
    else:
        if o.cast.is_person(name):
            hear_no_more(o, name, "left")
        o.floor.cancel(name)
    o.mouths.reset(name)
    _tell_others(o, name, f"{o.cast[name].label} has left the meeting.")


def _tell_others(o: Owners, name: str, what: str) -> None:
    for other in o.cast.everybody:
        if other.name != name and o.cast.is_agent(other.name) and other.may_speak:
            o.inboxes.add_note(other.name, what)
