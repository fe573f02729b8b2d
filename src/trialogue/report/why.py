"""Reasons for grants: the holder of each turn, with the policy's words from the journal.

1. A turn begins with `GrantFloor`, whose reason has the policy's words, and ends with `EndTurn`.
2. The event of its record led to a grant; raised hands are requests that are not yet granted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import field

from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.events import Event
from trialogue.model.records import Record
from trialogue.report.floor_requests import FloorRequests
from trialogue.values import define, frozen


@frozen
class TurnGiven:
    """Turn, with the reason for its grant."""

    turn: int
    """Number of the turn, from 1."""

    at: float
    """Moment, in seconds since the meeting's start."""

    to: str
    """Holder."""

    reason: str
    """Reason, in the policy's words."""

    event: str
    """Event that led to the grant, in words: `playback finished: tech`."""

    hands: tuple[str, ...] = ()
    """Other participants that waited for the floor, in the order of asking."""

    cause: str = ""
    """Reason for the turn's end; empty where it did not end."""

    lasted_s: float | None = None
    """Seconds that it lasted; None where it did not end."""


def grants(records: Iterable[Record]) -> tuple[TurnGiven, ...]:
    """Turns of a meeting, in order."""
    course = _Course()
    for record in records:
        course.take(record)
    return tuple(course.turns.values())


@define
class _Course:
    """Fold over the records."""

    turns: dict[int, TurnGiven] = field(factory=dict[int, TurnGiven])
    _hands: list[str] = field(factory=list[str])
    _requests: FloorRequests = field(factory=FloorRequests)

    def take(self, record: Record) -> None:
        asking, gone = self._requests.take(record)
        self._hands = [name for name in self._hands if name != gone]
        if asking is not None and asking not in self._hands:
            self._hands.append(asking)
        for command in record.commands:
            match command:
                case GrantFloor(to=to, turn=turn, reason=reason):
                    waiting = tuple(name for name in self._hands if name != to)
                    self._hands = list(waiting)
                    said = _in_words(record.event)
                    self.turns[turn] = TurnGiven(turn, record.at, to, reason, said, waiting)
                case EndTurn(turn=turn, cause=cause) if turn in self.turns:
                    begun = self.turns[turn]
                    self.turns[turn] = TurnGiven(
                        turn,
                        begun.at,
                        begun.to,
                        begun.reason,
                        begun.event,
                        begun.hands,
                        cause,
                        record.at - begun.at,
                    )
                case _:
                    pass


def _in_words(event: Event) -> str:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(event).__name__).lower()
    whose: object = getattr(event, "participant", None)
    return f"{name}: {whose}" if isinstance(whose, str) else name
