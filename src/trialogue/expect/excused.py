"""Exceptions: the effects of the scenario's faults on their participants do not count while they last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import Final

from trialogue.model.events import EarLost, EarReady, FaultStruck, SessionLost, SessionReady
from trialogue.model.fault_names import LINE_FAULTS
from trialogue.model.records import Record
from trialogue.values import frozen

__all__ = ["Window", "windows"]

SETTLES_S: Final = 10.0
"""Seconds after its end for which a fault has effects: in the turn that it spoiled."""


@frozen
class Window:
    """Time of a fault's effects, and its participant."""

    participant: str
    """Participant that it struck."""

    begin_s: float
    """Moment at which it struck."""

    end_s: float
    """End of its effects: after its `for`, once the session is back, and some time later."""

    def holds(self, at: float, participant: str | None) -> bool:
        """Whether an observation then, of this participant, was the fault's effect."""
        return self.participant == participant and self.begin_s - 1e-6 <= at <= self.end_s + 1e-6


def windows(records: Sequence[Record], faults: Iterable[str]) -> list[Window]:
    """Times of these faults' effects; codes of errors are ignored."""
    wanted = frozenset(faults)
    return [
        Window(struck.participant, record.at, _end(records, index, struck))
        for index, record in enumerate(records)
        if isinstance(struck := record.event, FaultStruck) and struck.fault in wanted
    ]


def _end(records: Sequence[Record], index: int, struck: FaultStruck) -> float:
    """End of a fault's effects: a session that comes back much later was lost by something else.

    A slow line without a length lasts to its session's end.
    """
    ends_with_session = struck.for_s is None and struck.kind in LINE_FAULTS
    end_s = inf if ends_with_session else records[index].at + (struck.for_s or 0.0) + SETTLES_S
    is_away = _is_away(records[:index], struck.participant)
    for record in records[index:]:
        match record.event:
            case SessionLost(participant=name) | EarLost(participant=name) if name == struck.participant:
                is_away = is_away or record.at <= end_s
            case SessionReady(participant=name) | EarReady(participant=name) if name == struck.participant:
                back_s = record.at + SETTLES_S
                return back_s if ends_with_session else max(end_s, back_s if is_away else end_s)
            case _:
                pass
    return end_s


def _is_away(before: Sequence[Record], participant: str) -> bool:
    """Whether a participant has no session after these records: it was lost, or was never ready."""
    for record in reversed(before):
        match record.event:
            case SessionLost(participant=name) | EarLost(participant=name) if name == participant:
                return True
            case SessionReady(participant=name) | EarReady(participant=name) if name == participant:
                return False
            case _:
                pass
    return True
