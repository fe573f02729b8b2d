"""The floor: the right to be heard, as defined by RFC 8855 (BFCP).

1. A participant who wants the floor has one request; asking again only makes it more urgent.
2. A request changes along `TRANSITIONS` only; a missing entry is a bug of the caller.
3. At most one request is granted at any time: its participant is the holder.
4. A grant has a number, the turn's, which is also its epoch.
5. A request that was denied, cancelled, released or revoked is forgotten.
"""

from __future__ import annotations

from enum import Enum

from attrs import Factory

from trialogue.brain.floor.view import Named
from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Cause
from trialogue.values import define


class RequestState(Enum):
    """State of a floor request (RFC 8855, section 5.2.5)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    RELEASED = "released"
    REVOKED = "revoked"
    DENIED = "denied"
    CANCELLED = "cancelled"


class Act(Enum):
    """Act on a floor request."""

    ACCEPT = "accept"
    GRANT = "grant"
    DENY = "deny"
    CANCEL = "cancel"
    RELEASE = "release"
    REVOKE = "revoke"


TRANSITIONS: dict[tuple[RequestState, Act], RequestState] = {
    (RequestState.PENDING, Act.ACCEPT): RequestState.ACCEPTED,
    (RequestState.PENDING, Act.DENY): RequestState.DENIED,
    (RequestState.PENDING, Act.CANCEL): RequestState.CANCELLED,
    (RequestState.ACCEPTED, Act.GRANT): RequestState.GRANTED,
    (RequestState.ACCEPTED, Act.DENY): RequestState.DENIED,
    (RequestState.ACCEPTED, Act.CANCEL): RequestState.CANCELLED,
    (RequestState.GRANTED, Act.RELEASE): RequestState.RELEASED,
    (RequestState.GRANTED, Act.REVOKE): RequestState.REVOKED,
}
"""Every step that a request can take."""

LOWEST, NORMAL, HIGH, HIGHEST = -2, 0, 1, 2
"""Priorities of requests (RFC 8855, section 5.2.4)."""


@define
class Request:
    """One participant's request for the floor, or its grant."""

    participant: str
    """Participant who wants it."""

    since: float
    """Moment at which it was made, in seconds since the meeting's start."""

    priority: int = NORMAL
    """-2 lowest to 2 highest."""

    first: bool = False
    """Whether it comes before whatever the policy says: the app asked, or a lost turn is taken again."""

    raised: bool = False
    """Whether a hand is up; a request without one lives only as long as its prepared reply."""

    about: str = ""
    """Subject that the participant is asked about. Personal."""

    urgency: int = 5
    """Urgency of its wish to speak, 0 to 10."""

    wants: str = ""
    """Subject of which it says that it wants to speak. Personal."""

    retakes: bool = False
    """Whether it comes first to take a lost turn again, and not because the app asked."""

    state: RequestState = RequestState.PENDING
    """State that it is in."""

    def take(self, act: Act) -> None:
        """Move along the table; LocalProtocolError, and no change, where it has no such entry."""
        after = TRANSITIONS.get((self.state, act))
        if after is None:
            raise LocalProtocolError(f"a request that is {self.state.value} cannot take {act.value}")
        self.state = after

    @property
    def stands_alone(self) -> bool:
        """Whether it stays when a reply that was prepared for it is gone."""
        return self.first or self.raised


@define
class Floor:
    """Floor: its holder, its queue of requests, and the number of grants."""

    turn: int = 0
    """The number of the last grant; 0 before the first."""

    granted: Request | None = None
    """The holder's request."""

    named: Named | None = None
    """Participant that somebody gave the floor by a tool."""

    _queue: dict[str, Request] = Factory(dict[str, Request])
    """By name, in the order in which they were made."""

    @property
    def holder(self) -> str | None:
        """Holder of the floor; None while it is free."""
        return self.granted.participant if self.granted else None

    @property
    def is_free(self) -> bool:
        """Whether nobody holds the floor."""
        return self.granted is None

    def waiting(self) -> tuple[Request, ...]:
        """Requests that wait: by priority, then first come."""
        return tuple(sorted(self._queue.values(), key=lambda request: -request.priority))

    def request_of(self, participant: str) -> Request | None:
        """The participant's waiting request."""
        return self._queue.get(participant)

    def request(self, participant: str, now: float, priority: int = NORMAL) -> Request:
        """Put a participant into the queue, or make its request there more urgent."""
        request = self._queue.get(participant)
        if request is None:
            request = self._queue[participant] = Request(participant, now, priority)
            request.take(Act.ACCEPT)
        request.priority = max(request.priority, priority)
        return request

    def raise_hand(self, participant: str, now: float, priority: int = NORMAL) -> None:
        """Put a participant into the queue with a hand that is up."""
        self.request(participant, now, priority).raised = True

    def ask_first(self, participant: str, now: float, priority: int = HIGHEST) -> Request:
        """Put a participant before whatever the policy says."""
        request = self.request(participant, now, priority)
        request.first = True
        return request

    def ask_about(self, participant: str, now: float, about: str) -> None:
        """Put a participant first, to speak about something."""
        self.ask_first(participant, now).about = about

    def retake(self, participant: str, now: float) -> None:
        """Put a participant first that takes a lost turn again."""
        self.ask_first(participant, now, HIGH).retakes = True

    def bid(self, participant: str, urgency: int | None, wants: str | None) -> None:
        """Note how much a participant that waits wants to speak, and about what."""
        request = self._queue[participant]
        request.urgency = request.urgency if urgency is None else urgency
        request.wants = request.wants if wants is None else wants

    def lower_hand(self, participant: str) -> bool:
        """Take a hand down; False where none is up. What the app asked for stands."""
        request = self._queue.get(participant)
        if request is None or not request.raised:
            return False
        request.raised = False
        return True

    def drop_retakes(self, but: str) -> None:
        """Forget all that wait to take a lost turn again, but one."""
        for name, request in tuple(self._queue.items()):
            if request.retakes and name != but:
                request.first = request.retakes = False
                if not request.raised:
                    self.cancel(name)

    def hands(self) -> tuple[Request, ...]:
        """Requests of raised hands: by priority, then first come."""
        return tuple(request for request in self.waiting() if request.raised)

    def name(self, named: Named) -> None:
        """Note whom the chair, or a speaker, gave the floor."""
        self.named = named

    def forget_named(self) -> None:
        """Forget whom somebody named: it has had the floor, or has lost it to another's word."""
        self.named = None

    def grant(self, participant: str, now: float) -> int:
        """Grant the floor to a participant, waiting or not; returns the turn's number.

        LocalProtocolError while somebody holds it.
        """
        if self.granted is not None:
            raise LocalProtocolError(f"the floor is held in turn {self.turn}")
        request = self.request(participant, now)
        request.take(Act.GRANT)
        del self._queue[participant]
        self.granted = request
        self.turn += 1
        return self.turn

    def end(self, cause: Cause) -> None:
        """Free the floor: released by its holder, or revoked."""
        if self.granted is None:
            raise LocalProtocolError("nobody holds the floor")
        self.granted.take(Act.RELEASE if cause in {"finished", "yielded"} else Act.REVOKE)
        self.granted = None

    def deny(self, participant: str) -> None:
        """Deny a waiting request; does nothing without one."""
        self._forget(participant, Act.DENY)

    def cancel(self, participant: str) -> None:
        """Cancel a waiting request; does nothing without one."""
        self._forget(participant, Act.CANCEL)

    def _forget(self, participant: str, act: Act) -> None:
        request = self._queue.pop(participant, None)
        if request is not None:
            request.take(act)

    def check(self, gone: frozenset[str]) -> None:
        """Make sure of the machine's invariants; LocalProtocolError names the one that is broken.

        `gone`: participants that have left for good, who hold and wait for nothing.
        """
        if self.granted is not None and self.granted.state is not RequestState.GRANTED:
            raise LocalProtocolError(f"the holder's request is {self.granted.state.value}")
        for name, request in self._queue.items():
            if request.state is not RequestState.ACCEPTED or request.participant != name:
                raise LocalProtocolError(f"a request in the queue is {request.state.value}")
        if self.holder in gone or not gone.isdisjoint(self._queue):
            raise LocalProtocolError("a participant that has left holds or waits for the floor")
