"""Participants of the meeting by name, those who left, and those who are muted."""

from __future__ import annotations

from attrs import Factory, evolve

from trialogue.model.participants import Hears, Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.values import define


@define
class Cast:
    """Cast: first the participants of the plan, then changed by joining and leaving."""

    plan: MeetingPlan
    """Plan with the current cast, for policies."""

    _seats: dict[str, Participant] = Factory(dict[str, Participant])
    _left: set[str] = Factory(set[str])
    _muted: set[str] = Factory(set[str])

    def __attrs_post_init__(self) -> None:
        """Seat the participants of the plan."""
        self._seats = {p.name: p for p in self.plan.participants}

    # --- changes ------------------------------------------------------------------------------------

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
        """Let a participant leave; False for one that has left already."""
        if name in self._left:
            return False
        self._left.add(name)
        return True

    def mute(self, name: str, *, muted: bool) -> None:
        """Mute or unmute a participant."""
        if muted:
            self._muted.add(name)
        else:
            self._muted.discard(name)

    # --- views --------------------------------------------------------------------------------------

    def __contains__(self, name: object) -> bool:
        """Whether the meeting has a participant of this name."""
        return name in self._seats

    def __getitem__(self, name: str) -> Participant:
        """Participant of that name, even one who has left; KeyError for an unknown name."""
        return self._seats[name]

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """All participants, even those who have left, in the order in which they joined."""
        return self.plan.participants

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all participants, even of those who have left, in the order in which they joined."""
        return tuple(self._seats)

    def is_agent(self, name: str) -> bool:
        """Whether a participant is an agent."""
        return self._seats[name].kind is Kind.AGENT

    def is_person(self, name: str) -> bool:
        """Whether a participant is a person that may speak, or a recording that stands in for one."""
        return not self.is_agent(name) and self._seats[name].may_speak

    def hears_by_ear(self, name: str) -> bool:
        """Whether a participant is an agent that hears audio."""
        return self.is_agent(name) and self._seats[name].hears is Hears.AUDIO

    def has_left(self, name: str) -> bool:
        """Whether a participant has left."""
        return name in self._left

    def is_muted(self, name: str) -> bool:
        """Whether a participant is muted."""
        return name in self._muted

    @property
    def silenced(self) -> tuple[str, ...]:
        """Participants who cannot be heard, in the cast's order: the muted, and those who have left."""
        return tuple(name for name in self._seats if name in self._muted | self._left)
