"""Participants of the meeting by name, those who left, and those who are muted."""

from __future__ import annotations

from attrs import Factory, evolve

from trialogue.model.participants import Hears, Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.values import define


@define
class Cast:
    """Participants: first those of the plan, then changed by joining and leaving."""

    plan: MeetingPlan
    """The plan with the current cast, for policies."""

    _seats: dict[str, Participant] = Factory(dict[str, Participant])
    _left: set[str] = Factory(set[str])
    _muted: set[str] = Factory(set[str])

    def __attrs_post_init__(self) -> None:
        """Seat the plan's cast."""
        self._seats = {p.name: p for p in self.plan.participants}

    # --- what changes it ----------------------------------------------------------------------------

    def join(self, seat: Participant) -> bool:
        """Seat a participant with a new name, or the name of one who has left; False for any other.

        A new participant stands last in the floor's order, if there is one.
        """
        if seat.name in self._seats and seat.name not in self._left:
            return False
        self._left.discard(seat.name)
        self._muted.discard(seat.name)
        self._seats[seat.name] = seat
        floor, order = self.plan.floor, self.plan.floor.order
        if order and seat.may_speak and seat.name not in order:
            floor = evolve(floor, order=(*order, seat.name))
        self.plan = evolve(self.plan, participants=tuple(self._seats.values()), floor=floor)
        return True

    def leave(self, name: str) -> bool:
        """Let somebody of the cast leave; False for one that has left."""
        if name in self._left:
            return False
        self._left.add(name)
        return True

    def mute(self, name: str, *, muted: bool) -> None:
        """Mute somebody, or let it be heard again."""
        if muted:
            self._muted.add(name)
        else:
            self._muted.discard(name)

    # --- what it tells ------------------------------------------------------------------------------

    def __contains__(self, name: object) -> bool:
        """Whether the meeting knows this name."""
        return name in self._seats

    def __getitem__(self, name: str) -> Participant:
        """The participant of that name, gone or not; KeyError for an unknown one."""
        return self._seats[name]

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """All that are at the table or were, in the order in which they came."""
        return self.plan.participants

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that are at the table or were, in the order in which they came."""
        return tuple(self._seats)

    def is_agent(self, name: str) -> bool:
        """Whether a participant is an agent."""
        return self._seats[name].kind is Kind.AGENT

    def is_person(self, name: str) -> bool:
        """Whether a participant is a person that may speak, or a recording that stands in for one."""
        return not self.is_agent(name) and self._seats[name].may_speak

    def hears_by_ear(self, name: str) -> bool:
        """Whether a participant is an agent that hears sound."""
        return self.is_agent(name) and self._seats[name].hears is Hears.AUDIO

    def has_left(self, name: str) -> bool:
        """Whether a participant has left the table."""
        return name in self._left

    def is_muted(self, name: str) -> bool:
        """Whether a participant is heard by nobody."""
        return name in self._muted

    @property
    def silenced(self) -> tuple[str, ...]:
        """Participants whom nobody hears, in the table's order: the muted, and those who have left."""
        return tuple(name for name in self._seats if name in self._muted | self._left)
