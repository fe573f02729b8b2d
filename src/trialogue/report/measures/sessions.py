"""Measures of sessions: losses, and times of recovery."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.events import Left, PlaybackStarted, SessionLost, SessionReady
from trialogue.model.records import Record
from trialogue.report.measures.spread import Spread, spread
from trialogue.values import frozen


@frozen
class SessionMeasures:
    """Measures of the sessions."""

    lost: int
    """Number of sessions that ended unexpectedly; a failed attempt to be back is no further one."""

    recovery: Spread
    """Seconds from a lost session to the participant's next ready one; its n is the number that recovered."""

    next_turn: Spread
    """Seconds from a lost session to the participant's next sound."""


def sessions(records: Iterable[Record]) -> SessionMeasures:
    """Measures of lost sessions from the records; a further loss before recovery counts from the first.

    A participant that leaves is awaited no more.
    """
    lost, recoveries, heard = 0, list[float](), list[float]()
    away: dict[str, float] = {}
    silent: dict[str, float] = {}
    for record in records:
        match record.event:
            case SessionLost(participant=name):
                lost += name not in away
                away.setdefault(name, record.at)
                silent.setdefault(name, record.at)
            case SessionReady(participant=name) if name in away:
                recoveries.append(record.at - away.pop(name))
            case PlaybackStarted(participant=name) if name in silent and name not in away:
                heard.append(record.at - silent.pop(name))
            case Left(participant=name):
                away.pop(name, None)
                silent.pop(name, None)
            case _:
                pass
    return SessionMeasures(lost, spread(recoveries), spread(heard))
