"""What sessions that come and go mean for the meeting.

1. A lost session loses its turn; the turn is taken again once, when the participant is back.
2. A session at the end of its allowed life is gone on with in a new one: at a turn's edge, not while its
   participant waits for a tool, and one participant at a time, so that the table is never empty.
3. A participant that has failed for good is dropped, ends the meeting, or is replaced by its fallback,
   once. A fallback that fails is dropped.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, assert_never

from trialogue.model.commands import Replace, RollOver, Speak, Update
from trialogue.model.events import (
    ReplyFailed,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
    UpdateAsked,
)
from trialogue.model.participants import Kind, OnFailure
from trialogue.rules import turns
from trialogue.rules.ending import end_meeting
from trialogue.rules.floor import HIGH
from trialogue.rules.state import Phase, State, Turn, TurnPhase

SessionEvent: TypeAlias = (
    SessionReady
    | SessionLost
    | SessionFailed
    | SessionEnding
    | SessionRolledOver
    | ReplyFailed
    | UpdateAsked
    | SettingsChanged
)
"""What this module takes."""


def take(state: State, event: SessionEvent) -> None:
    """Decide on a session's event."""
    match event:
        case SessionReady(participant=name, session=session):
            _ready(state, name, session)
        case SessionLost(participant=name, session=session):
            _lost(state, name, session)
        case SessionFailed():
            _failed(state, event)
        case SessionEnding(participant=name, session=session):
            _ending(state, name, session)
        case ReplyFailed():
            _reply_failed(state, event)
        case UpdateAsked():
            _update_asked(state, event)
        case SessionRolledOver() | SettingsChanged():
            pass  # for the record: both were decided on before
        case _:  # pragma: no cover
            assert_never(event)


def _ready(state: State, name: str, session: int) -> None:
    if not state.presence.ready(name, session):
        state.stale("a session became ready that is over", name)
        return
    _rolled(state, name)
    state.prompted.discard(name)
    if name in state.retries:
        state.retries.discard(name)
        state.retried.add(name)
        state.floor.request(name, state.now, HIGH).first = True


def _lost(state: State, name: str, session: int) -> None:
    if not state.presence.lost(name, session):
        state.stale("a session was lost that was not known", name)
        return
    _rolled(state, name)
    leave(state, name)


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


# --- failed for good ----------------------------------------------------------------------------------


def _failed(state: State, event: SessionFailed) -> None:
    name = event.participant
    if name in state.presence.gone() or state.cast[name].kind is not Kind.AGENT:
        state.stale("a participant failed that was not there", name)
        return
    _rolled(state, name)
    state.report("participant-failed", event.reason, name)
    policy = state.cast[name].on_failure or state.plan.on_failure
    if policy is OnFailure.REPLACE and name not in state.replaced:
        _replace(state, name)
        return
    state.presence.failed(name, refused=event.refused)
    _drop(state, name)
    if state.presence.is_hopeless:
        end_meeting(state, "refused" if state.presence.is_refused else "all-failed")
    elif policy is OnFailure.END:
        end_meeting(state, "refused" if event.refused else "participant-failed")


def _replace(state: State, name: str) -> None:
    """Let the fallback take the seat; the turn in flight is the fallback's to take again."""
    state.replaced.add(name)
    state.presence.lost(name, state.presence.session(name))
    leave(state, name)
    state.emit(Replace(name))
    state.report("participant-replaced", "its fallback takes the seat", name)


def _drop(state: State, name: str) -> None:
    turn = state.holds_floor(name)
    if turn is not None:
        turns.close(state, turn, "left")
    turns.drop_held(state, name, "withdrawn")
    state.floor.cancel(name)
    state.says.pop(name, None)


# --- the end of a session's allowed life ----------------------------------------------------------------


def _ending(state: State, name: str, session: int) -> None:
    if not state.presence.is_ready(name) or session != state.presence.session(name):
        state.stale("a session comes to its end that is over", name)
        return
    state.ending[name] = session


def _rolled(state: State, name: str) -> None:
    """Whatever became of the old session, its end need not be waited for any more."""
    state.ending.pop(name, None)
    if state.rolling == name:
        state.rolling = None


def roll_over(state: State) -> None:
    """Go on in a new session with whoever needs to, if nobody is speaking or away for that."""
    if state.rolling is not None or state.turn is not None or state.phase is Phase.OVER:
        return
    for name, session in state.ending.items():
        if not state.calls.running(name):
            state.rolling = name
            state.presence.lost(name, session)
            leave(state, name)
            state.emit(RollOver(name, session))
            return


# --- replies that fail, settings that change --------------------------------------------------------------


def _reply_failed(state: State, event: ReplyFailed) -> None:
    """The floor is free at once: nobody waits out the time to think for what will not come."""
    name = event.participant
    state.thinking.discard(name)
    turn = state.holds_floor(name)
    if turn is None or (turn.prompt is not None and event.turn != turn.number):
        state.stale("a reply failed that is not awaited", name)
        return
    state.report("reply-failed", event.code, name)
    turn.owes_reply = False
    if turn.phase is TurnPhase.THINKING:
        turns.close(state, turn, "failed")


def _update_asked(state: State, event: UpdateAsked) -> None:
    name = event.participant
    if state.cast[name].kind is not Kind.AGENT or name in state.presence.gone():
        state.stale("settings were to change of somebody who has none", name)
        return
    state.emit(Update(name, event.part, event.content))
