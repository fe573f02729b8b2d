"""Floor: the right to be heard, as defined by RFC 8855 (BFCP).

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
"""Transitions of a request."""

LOWEST, NORMAL, HIGH, HIGHEST = -2, 0, 1, 2
"""Priorities of requests (RFC 8855, section 5.2.4)."""


@define
class Request:
    """Floor request of one participant, waiting or granted."""

    participant: str
    """Participant who wants the floor."""

    since: float
    """Time of the request, in seconds since the meeting's start."""

    priority: int = NORMAL
    """Priority, from -2 (lowest) to 2 (highest)."""

    first: bool = False
    """Whether it comes before the policy's choice: the app asked, or a lost turn is taken again."""

    raised: bool = False
    """Whether a hand is up; without one, a request lasts only as long as its prepared reply."""

    about: str = ""
    """Subject that the participant is asked about; empty for none. Personal."""

    urgency: int = 5
    """Urgency of the wish to speak, from 0 to 10."""

    wants: str = ""
    """Subject that the participant wants to speak about; empty for none. Personal."""

    granted: bool = False
    """Whether the app gives its participant the next turn, whatever is said in it."""

    retakes: bool = False
    """Whether it comes first because a lost turn is taken again, not because the app asked."""

    state: RequestState = RequestState.PENDING
    """State of the request."""

    def take(self, act: Act) -> None:
        """Move along the table; LocalProtocolError, and no change, for a step that it does not have."""
        after = TRANSITIONS.get((self.state, act))
        if after is None:
            raise LocalProtocolError(f"a request that is {self.state.value} cannot take {act.value}")
        self.state = after

    @property
    def stands_alone(self) -> bool:
        """Whether it stays when its prepared reply is gone."""
        return self.first or self.raised


@define
class Floor:
    """Floor: its holder, its queue of requests, and the number of grants."""

    turn: int = 0
    """Number of the last grant; 0 before the first."""

    granted: Request | None = None
    """Request of the holder; None while the floor is free."""

    named: Named | None = None
    """Participant to whom a tool call gave the floor; None without one."""

    _queue: dict[str, Request] = Factory(dict[str, Request])
    """Waiting requests by name, in the order in which they were made."""

    @property
    def holder(self) -> str | None:
        """Holder of the floor; None while it is free."""
        return self.granted.participant if self.granted else None

    @property
    def is_free(self) -> bool:
        """Whether the floor has no holder."""
        return self.granted is None

    def waiting(self) -> tuple[Request, ...]:
        """Requests that wait: by priority, then first come."""
        return tuple(sorted(self._queue.values(), key=lambda request: -request.priority))

    def request_of(self, participant: str) -> Request | None:
        """Waiting request of a participant; None without one."""
        return self._queue.get(participant)

    def request(self, participant: str, now: float, priority: int = NORMAL) -> Request:
        """Put a participant in the queue, or raise the priority of its request there."""
        request = self._queue.get(participant)
        if request is None:
            request = self._queue[participant] = Request(participant, now, priority)
            request.take(Act.ACCEPT)
        request.priority = max(request.priority, priority)
        return request

    def raise_hand(self, participant: str, now: float, priority: int = NORMAL) -> None:
        """Put a participant in the queue with a raised hand."""
        self.request(participant, now, priority).raised = True

    def ask_first(self, participant: str, now: float, priority: int = HIGHEST) -> Request:
        """Put a participant before the policy's choice."""
        request = self.request(participant, now, priority)
        request.first = True
        return request

    def ask_about(self, participant: str, now: float, about: str) -> None:
        """Put a participant first, to speak about a subject."""
        request = self.ask_first(participant, now)
        request.about, request.granted = about, True

    def retake(self, participant: str, now: float) -> None:
        """Put a participant first that takes a lost turn again."""
        self.ask_first(participant, now, HIGH).retakes = True

    def bid(self, participant: str, urgency: int | None, wants: str | None) -> None:
        """Note a waiting participant's urgency, and the subject that it wants to speak about."""
        request = self._queue[participant]
        request.urgency = request.urgency if urgency is None else urgency
        request.wants = request.wants if wants is None else wants

    def forget_words(self, participant: str) -> None:
        """Forget that a participant comes first to say words: it says them in the turn that it has."""
        request = self._queue.get(participant)
        if request is None or not request.first or request.retakes or request.granted:
            return
        request.first = False
        if not request.raised:
            self.cancel(participant)

    def lower_hand(self, participant: str) -> bool:
        """Lower a hand; False if none is up. A request by the app stands."""
        request = self._queue.get(participant)
        if request is None or not request.raised:
            return False
        request.raised = False
        return True

    def drop_retakes(self, but: str) -> None:
        """Forget the requests to take a lost turn again, except one participant's."""
        for name, request in tuple(self._queue.items()):
            if request.retakes and name != but:
                request.first = request.retakes = False
                if not request.raised:
                    self.cancel(name)

    def hands(self) -> tuple[Request, ...]:
        """Requests of raised hands: by priority, then first come."""
        return tuple(request for request in self.waiting() if request.raised)

    def name(self, named: Named) -> None:
        """Note the participant to whom the chair, or a speaker, gave the floor."""
        self.named = named

    def forget_named(self) -> None:
        """Forget the named participant: it has had the floor, or another was named."""
        self.named = None

    def grant(self, participant: str, now: float) -> int:
        """Grant the floor to a participant, waiting or not; returns the turn's number.

        LocalProtocolError while the floor has a holder.
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
        """Check the invariants of the machine; LocalProtocolError names the broken one.

        `gone`: participants that have failed for good; they hold and wait for nothing.
        """
        if self.granted is not None and self.granted.state is not RequestState.GRANTED:
            raise LocalProtocolError(f"the holder's request is {self.granted.state.value}")
        for name, request in self._queue.items():
            if request.state is not RequestState.ACCEPTED or request.participant != name:
                raise LocalProtocolError(f"a request in the queue is {request.state.value}")
        if self.holder in gone or not gone.isdisjoint(self._queue):
            raise LocalProtocolError("a participant that has left holds or waits for the floor")
