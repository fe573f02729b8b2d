"""Agents' seats: the life of each agent's sessions, as far as decisions depend on it.

1. A seat changes along `TRANSITIONS`; a missing entry is a stale event. A failure is permanent.
2. A session that reaches its time limit is replaced by a new one, one agent at a time.
3. An agent whose turn was lost with its session repeats it once, when it is back.
"""

from __future__ import annotations

from enum import Enum

from attrs import Factory

from trialogue.values import define


class SeatState(Enum):
    """State of an agent's sessions."""

    JOINING = "joining"
    READY = "ready"
    LOST = "lost"
    FAILED = "failed"


class Change(Enum):
    """Change of an agent's sessions."""

    READY = "ready"
    LOST = "lost"
    FAILED = "failed"


TRANSITIONS: dict[tuple[SeatState, Change], SeatState] = {
    (state, change): SeatState(change.value)
    for state in (SeatState.JOINING, SeatState.READY, SeatState.LOST)
    for change in Change
}
"""Transitions of a seat: every change is possible until the sessions have failed."""


@define
class _Seat:
    state: SeatState = SeatState.JOINING
    session: int = 0
    refused: bool = False


@define
class Agents:
    """Seats of all agents."""

    _seats: dict[str, _Seat] = Factory(dict[str, _Seat])
    _ending: dict[str, int] = Factory(dict[str, int])
    _rolling: str | None = None
    _lost_turns: set[str] = Factory(set[str])
    _retaking: set[str] = Factory(set[str])
    _replaced: set[str] = Factory(set[str])

    # --- changes ------------------------------------------------------------------------------------

    def seat(self, name: str) -> None:
        """Add the seat of an agent, which waits for its first session."""
        self._seats[name] = _Seat()

    def leave(self, name: str) -> None:
        """Remove the seat of an agent that has left."""
        self._seats.pop(name, None)
        self._settled(name)
        self._lost_turns.discard(name)
        self._retaking.discard(name)
        self._replaced.discard(name)

    def ready(self, name: str, session: int) -> bool:
        """Note that a session is ready; False for a stale one.

        A session may be reported lost before it was ever ready, because its dial failed, and keep its number.
        """
        seat = self._seats.get(name)
        if seat is None or session < seat.session:
            return False
        if seat.state is SeatState.READY and session == seat.session:
            return False
        return self._change(name, Change.READY, session)

    def lost(self, name: str, session: int) -> bool:
        """Note that a session was lost; False for a stale one."""
        seat = self._seats.get(name)
        return seat is not None and session >= seat.session and self._change(name, Change.LOST, session)

    def failed(self, name: str, *, refused: bool) -> None:
        """Note that an agent has failed for good: no more sessions follow."""
        seat = self._seats[name]
        self._change(name, Change.FAILED, seat.session)
        seat.refused = refused

    def _change(self, name: str, change: Change, session: int) -> bool:
        seat = self._seats[name]
        after = TRANSITIONS.get((seat.state, change))
        if after is None:
            return False
        seat.state, seat.session = after, session
        self._settled(name)
        return True

    def _settled(self, name: str) -> None:
        """Stop waiting for the end of the old session: it is over."""
        self._ending.pop(name, None)
        if self._rolling == name:
            self._rolling = None

    def ends_soon(self, name: str, session: int) -> bool:
        """Note that a session reaches its time limit; False for a stale one."""
        if not self.is_ready(name) or session != self.session(name):
            return False
        self._ending[name] = session
        return True

    def roll_over(self, name: str) -> int:
        """Note that a session is closed on purpose, for a new one; returns its number."""
        session = self._ending[name]
        self.lost(name, session)
        self._rolling = name
        return session

    def replace(self, name: str) -> None:
        """Note that the fallback takes the seat."""
        self._replaced.add(name)
        self.lost(name, self.session(name))

    def lose_turn(self, name: str) -> bool:
        """Note a turn that was lost with its session; False if it was being taken again already."""
        if name in self._retaking:
            self._retaking.discard(name)
            return False
        self._lost_turns.add(name)
        return True

    def retake(self, name: str) -> bool:
        """Whether an agent that is back has a lost turn to take again; from now on it takes it."""
        if name not in self._lost_turns:
            return False
        self._lost_turns.discard(name)
        self._retaking.add(name)
        return True

    def retaken(self, name: str) -> None:
        """Note that a turn was finished, which makes up for a lost one."""
        self._retaking.discard(name)

    def forget_lost_turns(self, but: str) -> None:
        """Forget the lost turns of all but one agent: that one was named."""
        self._lost_turns &= {but}
        self._retaking &= {but}

    # --- views --------------------------------------------------------------------------------------

    def session(self, name: str) -> int:
        """Number of the agent's latest session; 0 before the first."""
        seat = self._seats.get(name)
        return seat.session if seat else 0

    def is_ready(self, name: str) -> bool:
        """Whether the agent has a working session."""
        seat = self._seats.get(name)
        return seat is not None and seat.state is SeatState.READY

    def is_live(self, name: str, session: int) -> bool:
        """Whether this very session is the agent's working one."""
        return self.is_ready(name) and session == self.session(name)

    def has_failed(self, name: str) -> bool:
        """Whether the agent has failed for good."""
        seat = self._seats.get(name)
        return seat is not None and seat.state is SeatState.FAILED

    def ready_ones(self) -> tuple[str, ...]:
        """Agents with a working session, in the order in which they joined."""
        return tuple(name for name in self._seats if self.is_ready(name))

    def gone(self) -> frozenset[str]:
        """Agents that have failed for good."""
        return frozenset(name for name in self._seats if self.has_failed(name))

    @property
    def are_settled(self) -> bool:
        """Whether every agent is ready or has failed."""
        return all(seat.state in {SeatState.READY, SeatState.FAILED} for seat in self._seats.values())

    def were_refused(self, names: tuple[str, ...]) -> bool:
        """Whether all of these agents were refused by their services."""
        return all(self._seats[name].refused for name in names)

    def was_replaced(self, name: str) -> bool:
        """Whether the fallback has taken the seat."""
        return name in self._replaced

    def may_retake(self, name: str) -> bool:
        """Whether a turn that the agent loses now is taken again: once only, and never a person's."""
        return name in self._seats and name not in self._retaking

    def has_lost_turn(self, name: str) -> bool:
        """Whether the agent will take a lost turn again, once it is back."""
        return name in self._lost_turns

    def is_retaking(self, name: str) -> bool:
        """Whether the agent is taking a lost turn again."""
        return name in self._retaking

    @property
    def rolling(self) -> str | None:
        """Agent whose session is being replaced by a new one; None without one."""
        return self._rolling

    def ending(self) -> tuple[str, ...]:
        """Agents whose session reaches its time limit, in the order in which that was reported."""
        return tuple(self._ending)
