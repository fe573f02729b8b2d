"""What participants and the app want of the floor."""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, assert_never

from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    MuteAsked,
    NoteGiven,
    SayAsked,
)
from trialogue.model.participants import Kind
from trialogue.rules import people, turns
from trialogue.rules.floor import HIGHEST, LOWEST, Request
from trialogue.rules.state import State

Wish: TypeAlias = FloorRequested | FloorRequestCancelled | GrantAsked | SayAsked | MuteAsked | NoteGiven
"""What this module takes."""


def take(state: State, event: Wish) -> None:
    """Note a wish; it is granted when the floor is free."""
    match event:
        case FloorRequested(participant=name, priority=priority):
            request = _request(state, name, max(LOWEST, min(HIGHEST, priority)))
            if request is not None:
                request.raised = True
        case FloorRequestCancelled(participant=name):
            _cancel(state, name)
        case GrantAsked(participant=name, about=about):
            request = _request(state, name, HIGHEST)
            if request is not None:
                request.first, request.about = True, about
        case SayAsked(participant=name) if state.cast[name].kind is not Kind.AGENT:
            state.stale("words were put into a person's mouth", name)
        case SayAsked(participant=name, text=text):
            request = _request(state, name, HIGHEST)
            if request is not None:
                request.first = True
                state.says.setdefault(name, deque()).append(text)
        case MuteAsked(participant=name, muted=muted):
            people.mute(state, name, muted=muted)
        case NoteGiven(participant=name, text=text):
            state.inboxes.add_note(name, text)
        case _:  # pragma: no cover
            assert_never(event)


def _request(state: State, name: str, priority: int) -> Request | None:
    """Put somebody into the queue; None, and a report, where it can never be granted the floor."""
    if not state.cast[name].may_speak or name in state.presence.gone():
        state.stale("the floor was wanted for somebody who cannot have it", name)
        return None
    return state.floor.request(name, state.now, priority)


def _cancel(state: State, name: str) -> None:
    """Take a raised hand down; what the app asked for, or a prepared reply, stands."""
    request = state.floor.request_of(name)
    if request is None or not request.raised:
        state.stale("a hand was taken down that was not up", name)
        return
    request.raised = False
    turns.forget_request(state, name)
