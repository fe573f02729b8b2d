"""What becomes of the process that a meeting runs in, and what that means for the meeting.

1. Connections do not outlive their process, nor its long sleep: every session is gone then, and with it
   the turn in flight, which is cut as heard and taken again once.
2. Timers that the actors of a dead process knew are ordered anew; what else they knew is in the journal.
3. A step that blocks the process is for whoever can mend it: each is recorded, the first is told.
4. Recordings may fail while the meeting goes on; people are told once.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.model.commands import RollOver, WakeAt
from trialogue.model.events import (
    ActorOverran,
    LoopStalled,
    MeetingResumed,
    ProcessSuspended,
    RecordingFailed,
    WallClockJumped,
)
from trialogue.rules.sessions import leave
from trialogue.rules.state import State

ProcessEvent: TypeAlias = (
    ActorOverran | RecordingFailed | ProcessSuspended | LoopStalled | WallClockJumped | MeetingResumed
)
"""What this module takes."""


def take(state: State, event: ProcessEvent) -> None:
    """Decide on an event of the process."""
    match event:
        case ActorOverran(actor=actor, grace_s=grace_s):
            state.report("overrun", f"{actor} had not stopped after {grace_s:g} s")
        case RecordingFailed(error=error):
            state.report("recording-failed", f"nothing more is recorded: {error}")
        case WallClockJumped(by_s=by_s):
            state.report("clock-jumped", f"the time of day was set by {by_s:+.0f} s")
        case LoopStalled(for_s=for_s, where=where):
            _tell_stall(state, for_s, where)
        case ProcessSuspended(for_s=for_s):
            state.report("suspended", f"the process stood still for {for_s:.0f} s: all are dialled anew")
            for name, session in _send_away(state):
                state.emit(RollOver(name, session))
        case MeetingResumed():
            _resume(state)
        case _:  # pragma: no cover
            assert_never(event)


def _tell_stall(state: State, for_s: float, where: str) -> None:
    if not state.has_stalled:
        state.has_stalled = True
        at = f" in {where}" if where else ""
        state.report(
            "stalled", f"the process blocked for {for_s:.2f} s{at}; further stalls are recorded only"
        )


def _send_away(state: State) -> list[tuple[str, int]]:
    """Note that no session lives any more: whose they were, and their numbers."""
    state.ending.clear()
    state.rolling = None
    away = [(name, state.presence.session(name)) for name in state.cast if state.presence.is_ready(name)]
    for name, session in away:
        state.presence.lost(name, session)
    for name, _ in away:
        leave(state, name)
    return away


def _resume(state: State) -> None:
    before = state.timers.all()
    state.report("resumed", "the meeting goes on in a new process")
    _send_away(state)
    for timer, at in state.timers.all().items():
        if before.get(timer) == at:
            state.emit(WakeAt(timer, at))
