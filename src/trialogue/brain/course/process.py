"""Events of the process in which a meeting runs, and their effect on the meeting.

1. Connections do not survive their process, nor its long sleep: every session is gone then, and with it the
   current turn, which is cut as heard and repeated once. People's sources start again.
2. Deadlines of a dead process's actors are set again; the rest of their state is in the journal.
   A sleep does not count for limits of time: while the machine sleeps, the meeting's clock stands still, and
   by the time for which only the process was stopped, the limits are moved.
3. A step that blocks the process is for its developer: each is recorded, the first is reported.
4. Recordings may fail while the meeting continues; people are told once.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.brain.owners import Owners
from trialogue.brain.seats.losing import lose, silence
from trialogue.model.commands import RollOver
from trialogue.model.events import (
    ActorOverran,
    LoopStalled,
    MeetingResumed,
    ProcessSuspended,
    RecordingFailed,
    SoundLagged,
    WallClockJumped,
)

ProcessEvent: TypeAlias = (
    ActorOverran
    | RecordingFailed
    | ProcessSuspended
    | SoundLagged
    | LoopStalled
    | WallClockJumped
    | MeetingResumed
)
"""Events that this module takes."""


def take(o: Owners, event: ProcessEvent) -> None:
    """Decide on an event of the process."""
    match event:
        case ActorOverran(actor=actor, grace_s=grace_s):
            o.report("overrun", f"{actor} had not stopped after {grace_s:g} s", level="warning")
        case RecordingFailed(error=error):
            o.report("recording-failed", f"nothing more is recorded: {error}", level="failure")
        case WallClockJumped(by_s=by_s):
            o.report("clock-jumped", f"the time of day was set by {by_s:+.0f} s", level="warning")
        case SoundLagged(lag_s=lag_s):
            o.people.lag(lag_s)
        case LoopStalled(for_s=for_s, where=where):
            _tell_stall(o, for_s, where)
        case ProcessSuspended(for_s=for_s, skipped_s=skipped_s):
            text = f"the process stood still for {for_s:.0f} s: all are dialled anew"
            o.report("suspended", text, level="warning")
            o.course.sleep(for_s if skipped_s else 0.0, o.now)  # a machine's sleep stops the meeting's clock
            for name, session in _send_away(o):
                o.emit(RollOver(name, session))
        case MeetingResumed():
            o.report("resumed", "the meeting goes on in a new process", level="warning")
            o.people.lag(0.0)
            o.mouths.reset(*o.cast.names)
            _send_away(o)
        case _:  # pragma: no cover
            assert_never(event)


def _tell_stall(o: Owners, for_s: float, where: str) -> None:
    if not o.course.stall():
        at = f" in {where}" if where else ""
        text = f"the process blocked for {for_s:.2f} s{at}; further stalls are recorded only"
        o.report("stalled", text, level="warning")


def _send_away(o: Owners) -> list[tuple[str, int]]:
    """Note that all sessions and all speech have ended; returns the agents with their sessions' numbers.

    The choice of a speaker waits for the first agent that is back, so that a person is not chosen for being
    alone at the table. It waits at most as long as the floor may be free, and as the opening waits.
    """
    o.course.gather(o.now + min(o.plan.ready_s, o.plan.floor.silence.after_s))
    away = [(name, o.agents.session(name)) for name in o.agents.ready_ones()]
    for name, session in away:
        o.agents.lost(name, session)
    for name, _ in away:
        lose(o, name)
    for name in o.cast.names:
        if o.cast.is_person(name):
            silence(o, name, "lost")
    return away
