"""Session of an agent or an ear: the life of one connection, over a dialect's wire.

1. The reader only decodes, hands on and reads again. Messages are handled without waiting; sound is handled
   in the socket's own reader.
2. One task keeps all its deadlines: each kind of session says when the next one is due.
3. It ends by raising `ConnectionLost`, which `redial_loop` judges, or `ProviderRefused` where another session
   would be refused, too; it returns only after a rollover.
4. A service's complaints are recorded up to a limit, then only counted: a peer may send any number, and each
   would be a record and a line on the screen.
5. A service may repeat our key in anything that it says about the session: no event and no error that follows
   from it contains a key. Texts are cut after that, since half a key would not be recognized.
6. Facts of the conversation are all recorded. A service that sends more than any conversation has loses its
   session, so that the meeting's other events do not wait behind a flood.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from math import inf
from typing import ClassVar, Final, Generic, TypeVar

import trio
from attrs import evolve

from trialogue.errors import ConnectionLost, ProviderRefused
from trialogue.model.events import Event, InjectionRefused, LatencyMeasured, ServiceWarned
from trialogue.model.secrets import secrets_of
from trialogue.services import facts as told
from trialogue.services.close_codes import Recovery
from trialogue.services.facts import EarFact, Fact
from trialogue.services.port import Message, Wire
from trialogue.transport.connection import receive_beside
from trialogue.transport.socket import WebSocket
from trialogue.values import define, frozen

MOST: Final = {"warnings": 100, "latencies": 10_000, "refusals": 10_000}
"""Most records of one kind from one session."""

LONGEST: Final = 1_024
"""Most characters of one complaint."""

LONGEST_CODE: Final = 64

LONGEST_NAME: Final = 256
"""Most characters of a session's id, an error's code and a message's type; no genuine one is as long."""

SPAN_S: Final = 0.5
"""Seconds whose messages are counted together."""

WITHIN_S: Final = 10.0
"""Seconds in which so many unreadable messages, facts or characters end a session."""

MALFORMED_LIMIT: Final = 5
"""Most unreadable messages."""

FACTS_LIMIT: Final = 500
"""Most facts of the conversation; a reply of many sentences, all sent at once, has fewer."""

WireT = TypeVar("WireT", bound=Wire)


def _nothing(_: Fact) -> None:
    """Ignore a fact: the session has handled all of it that meetings need."""


@frozen
class SessionContext:
    """Context of a session: its number, and the function that takes its events."""

    participant: str
    """Participant whose session it is."""

    number: int
    """Counts the participant's sessions from 1."""

    post: Callable[[Event], None]
    """Function that takes its events."""

    observe: Callable[[Fact], None] = _nothing
    """Function that gets all facts from an agent's service before the session; for an agent without a
    meeting.
    """

    @property
    def is_observed(self) -> bool:
        """Whether `observe` is set."""
        return self.observe is not _nothing


class LiveSession(ABC, Generic[WireT]):
    """One open websocket and a wire: the common part of agents and ears."""

    SILENT: ClassVar[str]
    """Message about a service that lets its deadline pass."""

    WORDS_LIMIT: ClassVar[int]
    """Most characters of what was said and heard within `WITHIN_S`."""

    def __init__(self, context: SessionContext, socket: WebSocket, wire: WireT) -> None:
        self._context = context
        self._socket = socket
        self._wire = wire
        self._malformed = MessageRate(MALFORMED_LIMIT, "malformed messages")
        self._facts = MessageRate(FACTS_LIMIT, "facts of the conversation")
        self._words = MessageRate(self.WORDS_LIMIT, "characters of the conversation")
        self._complaints = Complaints(context.participant, context.post)
        self._secrets = secrets_of(os.environ)
        self._is_ending = False
        self._has_rolled_over = False
        self._scope = trio.CancelScope()
        self._waiting = trio.CancelScope()

    @property
    @abstractmethod
    def is_running(self) -> bool:
        """Whether sound may flow."""

    def roll_over(self) -> None:
        """End on purpose, without a failure."""
        self._has_rolled_over = True
        self._scope.cancel(reason="the session is gone on with in a new one")

    # --- its life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run until the connection ends, which raises, or until the session is rolled over."""
        failure: ConnectionLost | ProviderRefused | None = None
        with closing(self._complaints), self._scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._keep_time)
                self._begin()
                try:
                    await self._read()
                except (ConnectionLost, ProviderRefused) as ended:
                    failure = ended
                nursery.cancel_scope.cancel(reason="the session has ended")
        if failure is None and not self._has_rolled_over:
            failure = ConnectionLost(self.SILENT)
        if failure is not None:
            failure.request_id = failure.request_id or self._request_id
            raise failure

    async def _keep_time(self) -> None:
        """Wait until something is due, and do it."""
        while True:
            with trio.CancelScope() as self._waiting:
                self._look_again()
                await trio.sleep_forever()
            self._tick(trio.current_time())

    def _look_again(self) -> None:
        """Check the deadlines again, as one has moved."""
        self._waiting.deadline = self._next_due()

    async def _read(self) -> None:
        while True:
            try:
                text = await receive_beside(self._socket, self._receive_sound)
            except ConnectionLost as lost:
                raise self._closed(lost) from lost.__cause__
            self._receive(text)

    def _closed(self, lost: ConnectionLost) -> ConnectionLost:
        """Error of the connection's end, with the service's last message before it."""
        self._end(lost.close_code)
        lost.reason = self._secrets.hide(lost.reason)
        error = self._wire.last_error
        if error is None or error.recovery is Recovery.TURN_LOST:
            return lost
        error = self._secrets.hide_in(error)
        code = error.code[:LONGEST_NAME]
        return ConnectionLost(f"{code}: {error.text}", close_code=lost.close_code, code=code)

    def _send_all(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._send(message)

    def _send(self, message: Message) -> None:
        with suppress(ConnectionLost):  # the reader meets the same end, and raises it with its reason
            self._put(message)

    def _put(self, message: Message) -> None:
        if isinstance(message, str):
            self._socket.send_text(message)
        else:
            self._socket.send_bytes(message)

    # --- differences -----------------------------------------------------------------------------

    @abstractmethod
    def _begin(self) -> None:
        """Open the session."""

    @abstractmethod
    def _next_due(self) -> float:
        """Moment at which `_tick` is to be called next; infinite while there is none."""

    @abstractmethod
    def _tick(self, now: float) -> None:
        """Do what is due at `now`."""

    @abstractmethod
    def _receive(self, data: Message) -> None:
        """Take the facts of a message."""

    def _receive_sound(self, data: bytes) -> None:
        """Take what a binary message tells."""
        self._receive(data)

    @abstractmethod
    def _end(self, close_code: int) -> None:
        """Take the facts of the connection's end."""

    @abstractmethod
    def _warned(self, recovery: Recovery) -> None:
        """Act on a warning."""

    def _lose_turn(self, failure: told.Failed, text: str) -> None:
        """Give up a reply that does not come; a session that is never answered loses nothing."""

    def _refusal(self, failure: told.Failed, text: str) -> ConnectionLost | ProviderRefused:
        """Error with which the session ends where its service refuses to continue."""
        hinted = f"{text} ({failure.hint})"
        return ProviderRefused(hinted, code=failure.code, request_id=self._request_id)

    @property
    def _request_id(self) -> str | None:
        """Id of the session at its service, if it gave one."""
        return self._named(self._wire.request_id) or None

    def _named(self, name: str) -> str:
        """Name by the service, without keys, and only then cut."""
        return self._secrets.hide(name)[:LONGEST_NAME]

    # --- complaints of the service ------------------------------------------------------------

    def _take_complaint(self, fact: Fact | EarFact) -> None:
        """Take a fact about the session itself; others are informational."""
        match fact := self._secrets.hide_in(fact):
            case told.Warned(code, text, recovery):
                self._complaints.warn(code, text)
                self._warned(recovery)
            case told.Failed(code):
                self._failed(evolve(fact, code=code[:LONGEST_NAME]))
            case told.Unknown(kind):
                self._complaints.warn("unknown-message", kind[:LONGEST_NAME])
            case told.Malformed(reason):
                self._complaints.warn("malformed-message", reason)
                self._malformed.count()
            case _:
                pass  # memories, thoughts, answers that no ear asks for, the close (classified elsewhere)

    def _failed(self, failure: told.Failed) -> None:
        self._complaints.warn(failure.code, failure.text)
        text = f"{failure.code}: {failure.text}"
        match failure.recovery:
            case Recovery.GO_ON:
                pass
            case Recovery.TURN_LOST:
                self._lose_turn(failure, text)
            case Recovery.FATAL:
                raise self._refusal(failure, text)
            case _:
                raise ConnectionLost(text, close_code=1005, code=failure.code)


@define
class Complaints:
    """Complaints of a session's service, recorded up to a limit."""

    participant: str
    """Participant whose session it is."""

    post: Callable[[Event], None]
    """Function that takes events."""

    warnings: int = 0
    """Number of warnings so far."""

    latencies: int = 0
    """Number of measurements so far."""

    refusals: int = 0
    """Number of refusals so far."""

    def warn(self, code: str, text: str) -> None:
        """Take a warning, or a message of an unknown kind."""
        self.warnings += 1
        if self.warnings <= MOST["warnings"]:
            self.post(ServiceWarned(self.participant, code[:LONGEST_CODE], text[:LONGEST]))

    def measure(self, measured: LatencyMeasured) -> None:
        """Take a measurement."""
        self.latencies += 1
        if self.latencies <= MOST["latencies"]:
            self.post(measured)

    def refuse(self, refused: InjectionRefused) -> None:
        """Take a refusal."""
        self.refusals += 1
        if self.refusals <= MOST["refusals"]:
            self.post(refused)

    def close(self) -> None:
        """Report the number of further complaints: the session is over."""
        counts = {"warnings": self.warnings, "latencies": self.latencies, "refusals": self.refusals}
        more = [f"{count - MOST[kind]} more {kind}" for kind, count in counts.items() if count > MOST[kind]]
        if more:
            text = f"{', '.join(more)} came in this session and were counted only"
            self.post(ServiceWarned(self.participant, "too-many-messages", text))


class MessageRate:
    """Rate of what a service sends: too much of it within ten seconds ends a session.

    Messages within `SPAN_S` count as of its first moment, so a few numbers suffice.
    """

    def __init__(self, limit: int, what: str) -> None:
        self._limit = limit
        self._what = what
        self._spans: list[tuple[float, int]] = []
        self._began_at = -inf
        self._in_span = self._in_all = 0

    def count(self, number: int = 1) -> None:
        """Count `number` more; `ConnectionLost` where the limit within ten seconds is reached."""
        now = trio.current_time()
        if now - self._began_at >= SPAN_S:
            self._begin_span(now)
        self._in_span += number
        if self._in_all + self._in_span >= self._limit:
            raise ConnectionLost(f"the service sent {self._limit} {self._what} in ten seconds")

    def _begin_span(self, now: float) -> None:
        """Begin a new span, and drop those older than ten seconds."""
        held = [*self._spans, (self._began_at, self._in_span)]
        self._spans = [(at, number) for at, number in held if number and now - at < WITHIN_S]
        self._in_all = sum(number for _, number in self._spans)
        self._began_at, self._in_span = now, 0
