"""Measures of sessions: how they held, and how soon those who were lost spoke again."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.events import PlaybackStarted, SessionLost, SessionReady
from trialogue.model.records import Record
from trialogue.report.measures.spread import Spread, spread
from trialogue.values import frozen


@frozen
class SessionMeasures:
    """Measures of the sessions."""

    lost: int
    """Sessions that ended and should not have."""

    recovery: Spread
    """Time from a lost session to the participant's next that was ready; its n is how many came back."""

    next_turn: Spread
    """Time to recovery: from a lost session to the participant's next sound."""


def sessions(records: Iterable[Record]) -> SessionMeasures:
    """Measures of lost sessions by the records; lost again before it was back counts from the first loss."""
    lost, recoveries, heard = 0, list[float](), list[float]()
    away: dict[str, float] = {}
    silent: dict[str, float] = {}
    for record in records:
        match record.event:
            case SessionLost(participant=name):
                lost += 1
                away.setdefault(name, record.at)
                silent.setdefault(name, record.at)
            case SessionReady(participant=name) if name in away:
                recoveries.append(record.at - away.pop(name))
            case PlaybackStarted(participant=name) if name in silent and name not in away:
                heard.append(record.at - silent.pop(name))
            case _:
                pass
    return SessionMeasures(lost, spread(recoveries), spread(heard))
