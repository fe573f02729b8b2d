"""Who is at the table: the life of each agent's sessions, as far as decisions depend on it.

People have no sessions: they are here from the beginning to the end.
"""

from __future__ import annotations

from enum import Enum

from attrs import Factory, define

from trialogue.model.participants import Kind, Participant


class SeatState(Enum):
    """Where an agent stands."""

    JOINING = "joining"
    READY = "ready"
    LOST = "lost"
    FAILED = "failed"


class Change(Enum):
    """What happens to an agent's sessions."""

    READY = "ready"
    LOST = "lost"
    FAILED = "failed"


TRANSITIONS: dict[tuple[SeatState, Change], SeatState] = {
    (SeatState.JOINING, Change.READY): SeatState.READY,
    (SeatState.JOINING, Change.LOST): SeatState.LOST,
    (SeatState.JOINING, Change.FAILED): SeatState.FAILED,
    (SeatState.READY, Change.READY): SeatState.READY,
    (SeatState.READY, Change.LOST): SeatState.LOST,
    (SeatState.READY, Change.FAILED): SeatState.FAILED,
    (SeatState.LOST, Change.READY): SeatState.READY,
    (SeatState.LOST, Change.LOST): SeatState.LOST,
    (SeatState.LOST, Change.FAILED): SeatState.FAILED,
}
"""Every step there is; a missing entry is a stale event: who has failed has failed for good."""


@define
class _Seat:
    participant: Participant
    state: SeatState = SeatState.JOINING
    session: int = 0
    refused: bool = False


@define
class Presence:
    """All agents' seats."""

    cast: tuple[Participant, ...]
    """Everybody, in the scenario's order."""

    _seats: dict[str, _Seat] = Factory(dict[str, _Seat])

    def __attrs_post_init__(self) -> None:
        """Seat everybody; people are there."""
        self._seats = {
            p.name: _Seat(p, SeatState.JOINING if p.kind is Kind.AGENT else SeatState.READY)
            for p in self.cast
        }

    def _agent(self, name: str) -> _Seat | None:
        """The seat of an agent; None for anybody else."""
        seat = self._seats.get(name)
        return seat if seat is not None and seat.participant.kind is Kind.AGENT else None

    def ready(self, name: str, session: int) -> bool:
        """A session is ready; False where that is stale.

        A session may be reported lost before it was ever ready (its dial failed) and keep its number.
        """
        seat = self._agent(name)
        if seat is None or session < seat.session:
            return False
        if seat.state is SeatState.READY and session == seat.session:
            return False
        return self._change(seat, Change.READY, session)

    def lost(self, name: str, session: int) -> bool:
        """A session was lost; False where that is stale."""
        seat = self._agent(name)
        if seat is None or session < seat.session:
            return False
        return self._change(seat, Change.LOST, session)

    def failed(self, name: str, *, refused: bool) -> bool:
        """There will be no more sessions; False where that is stale."""
        seat = self._agent(name)
        if seat is None or not self._change(seat, Change.FAILED, seat.session):
            return False
        seat.refused = refused
        return True

    def _change(self, seat: _Seat, change: Change, session: int) -> bool:
        after = TRANSITIONS.get((seat.state, change))
        if after is None:
            return False
        seat.state, seat.session = after, session
        return True

    def session(self, name: str) -> int:
        """The number of the participant's latest session; 0 where it has had none."""
        seat = self._seats.get(name)
        return seat.session if seat else 0

    def is_ready(self, name: str) -> bool:
        """Whether the participant has a session that works, or is a person."""
        seat = self._seats.get(name)
        return seat is not None and seat.state is SeatState.READY

    def present(self) -> tuple[str, ...]:
        """Who can be granted the floor now, in the cast's order."""
        return tuple(
            s.participant.name
            for s in self._seats.values()
            if s.state is SeatState.READY and s.participant.may_speak
        )

    def away(self) -> tuple[str, ...]:
        """Who could speak but has no session now, for a while or for good."""
        return tuple(
            s.participant.name
            for s in self._seats.values()
            if s.state is not SeatState.READY and s.participant.may_speak
        )

    def gone(self) -> frozenset[str]:
        """Who has failed for good."""
        return frozenset(name for name, seat in self._seats.items() if seat.state is SeatState.FAILED)

    @property
    def is_complete(self) -> bool:
        """Whether every agent is ready or has failed: nobody is left to wait for."""
        return all(s.state in {SeatState.READY, SeatState.FAILED} for s in self._seats.values())

    @property
    def is_hopeless(self) -> bool:
        """Whether every agent that could speak has failed."""
        speakers = self._speakers()
        return bool(speakers) and all(s.state is SeatState.FAILED for s in speakers)

    @property
    def is_refused(self) -> bool:
        """Whether every agent that could speak has been refused by its service."""
        return all(s.refused for s in self._speakers())

    def _speakers(self) -> list[_Seat]:
        """The agents that may speak: where people sit with them, they alone can fail."""
        return [
            s for s in self._seats.values() if s.participant.may_speak and s.participant.kind is Kind.AGENT
        ]
