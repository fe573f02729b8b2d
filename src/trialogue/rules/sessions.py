"""What sessions that come and go mean for the meeting."""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, assert_never

from trialogue.model.commands import Speak
from trialogue.model.events import SessionFailed, SessionLost, SessionReady
from trialogue.model.plan import OnFailure
from trialogue.rules import turns
from trialogue.rules.ending import end_meeting
from trialogue.rules.floor import HIGH
from trialogue.rules.state import State, Turn

SessionEvent: TypeAlias = SessionReady | SessionLost | SessionFailed
"""What this module takes."""


def take(state: State, event: SessionEvent) -> None:
    """Decide on a session's event."""
    match event:
        case SessionReady(participant=name, session=session):
            _ready(state, name, session)
        case SessionLost(participant=name, session=session):
            if state.presence.lost(name, session):
                leave(state, name)
            else:
                state.stale("a session was lost that was not known", name)
        case SessionFailed():
            _failed(state, event)
        case _:  # pragma: no cover
            assert_never(event)


def _ready(state: State, name: str, session: int) -> None:
    if not state.presence.ready(name, session):
        state.stale("a session became ready that is over", name)
        return
    state.prompted.discard(name)
    if name in state.retries:
        state.retries.discard(name)
        state.retried.add(name)
        state.floor.request(name, state.now, HIGH).first = True


def leave(state: State, name: str) -> None:
    """A session is gone, and with it what it was saying; a lost turn is taken again, once."""
    turn = state.holds_floor(name)
    if turn is not None:
        turns.close(state, turn, "lost")
        if name not in state.retried:
            _retry(state, turn)
        state.retried.discard(name)
    turns.drop_held(state, name, "withdrawn")
    state.thinking.discard(name)


def _retry(state: State, turn: Turn) -> None:
    """Have a lost turn taken again; words of the app's are said anew, all of them."""
    name = turn.holder.name
    state.retries.add(name)
    if isinstance(turn.prompt, Speak):
        state.says.setdefault(name, deque()).appendleft(turn.prompt.text)


def _failed(state: State, event: SessionFailed) -> None:
    name = event.participant
    if not state.presence.failed(name, refused=event.refused):
        state.stale("a participant failed that was not there", name)
        return
    state.report("participant-failed", event.reason, name)
    turn = state.holds_floor(name)
    if turn is not None:
        turns.close(state, turn, "left")
    turns.drop_held(state, name, "withdrawn")
    state.floor.cancel(name)
    state.says.pop(name, None)
    if state.presence.is_hopeless:
        end_meeting(state, "refused" if state.presence.is_refused else "all-failed")
    elif state.plan.on_failure is OnFailure.END:
        end_meeting(state, "refused" if event.refused else "participant-failed")
