"""Redial loop of an actor: dials a session, holds it to its end, and dials the next if that end allows it.

The service's table says what each kind of end means. A refusal is final, and so is the last retry.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, Protocol, TypeVar

import trio
from attrs import field

from trialogue.actors.dialling import Connect
from trialogue.actors.session import SessionContext
from trialogue.actors.session_ends import classified, loss_of
from trialogue.brain.redialling import Redialling, RedialRules
from trialogue.errors import ConnectionLost, DialFailed, ProviderRefused, SetupError
from trialogue.model.events import Event
from trialogue.services.close_codes import Classification
from trialogue.transport.socket import WebSocket
from trialogue.values import frozen


class Offer(Protocol):
    """Offer of a session: its settings, and the meaning of its connection's ends."""

    def classify(self, lost: ConnectionLost) -> Classification:
        """Class of the end of a session or of a dial, which decides about the next dial."""
        ...


class HeldSession(Protocol):
    """Session that is under way."""

    @property
    def is_running(self) -> bool:
        """Whether sound may flow."""
        ...

    async def run(self) -> None:
        """Run to the session's end."""
        ...


OfferT = TypeVar("OfferT", bound=Offer)
HeldT = TypeVar("HeldT", bound=HeldSession)


@frozen
class SessionService(Generic[OfferT]):
    """Service of a participant's sessions: its address, and its settings."""

    connect: Connect
    """Function that dials it."""

    offer: OfferT = field(repr=False)
    """Offer of the first session. Personal."""

    place: str = ""
    """Place in the scenario at which its author can mend a fault."""

    restart: RedialRules = field(factory=RedialRules)
    """Restart rule: the retries of lost sessions."""

    def at_place(self, reason: str) -> str:
        """Reason, with the place at which it can be mended."""
        return f"{reason} [{self.place}]" if self.place else reason


@frozen
class NoMore:
    """Reason for which there is no further session."""

    reason: str
    """One line for people."""

    refused: bool
    """Whether the service refused (key, account, settings) rather than was unreachable."""

    cause: ProviderRefused | SetupError | ConnectionLost = field(repr=False, eq=False)
    """Error that ended the last session."""


class InSession(ABC, Generic[OfferT, HeldT]):
    """One participant's sessions, one after another: the common part of an agent and an ear."""

    RUNNING: ClassVar[str]
    """Word of the status line for a session in which sound may flow."""

    def __init__(self, participant: str, redialling: Redialling, report: Callable[[Event], None]) -> None:
        self.participant = participant
        self._redialling = redialling
        self._report = report
        self._session: HeldT | None = None
        self._number = 0

    async def _serve(self, service: SessionService[OfferT]) -> NoMore:
        """Hold sessions at a service until there can be no further one."""
        while True:
            try:
                await self._hold(service)
                if pause := self._redialling.rolled_over(trio.current_time()):
                    await trio.sleep(pause)
            except (ProviderRefused, SetupError) as refused:
                return NoMore(service.at_place(str(refused)), refused=True, cause=refused)
            except ConnectionLost as ended:
                wait = self._wait_after(ended, service)
                if isinstance(wait, NoMore):
                    return wait
                self._lost(str(ended), wait)
                await trio.sleep(wait)

    async def _hold(self, service: SessionService[OfferT]) -> None:
        """Hold one session, from its dial on; the next begins when this returns."""
        self._number += 1
        context = self._context()
        async with service.connect() as socket:
            session = self._session = self._open(context, socket, service.offer)
            try:
                await session.run()
            finally:
                self._session = None
                self._over(session)
        self._rolled_over()

    def _wait_after(self, lost: ConnectionLost, service: SessionService[OfferT]) -> float | NoMore:
        """Seconds until the next dial."""
        meaning = classified(lost, service.offer.classify)
        loss = loss_of(lost, meaning.recovery)
        if loss is None:
            return NoMore(service.at_place(f"{lost} ({meaning.hint})"), refused=True, cause=lost)
        retry_after = lost.retry_after_s if isinstance(lost, DialFailed) else None
        wait = self._redialling.lost(trio.current_time(), retry_after, loss)
        return NoMore(f"{lost} ({meaning.hint})", refused=False, cause=lost) if wait is None else wait

    def _context(self) -> SessionContext:
        """Context of the next session: its number, and the function that takes its events."""
        return SessionContext(self.participant, self._number, self._post)

    @abstractmethod
    def _open(self, context: SessionContext, socket: WebSocket, offer: OfferT) -> HeldT:
        """Session over an open socket."""

    @abstractmethod
    def _over(self, session: HeldT) -> None:
        """Take over the state of a session that has ended in any way."""

    def _rolled_over(self) -> None:
        """Report, where that is wanted, that a session continues in the next."""

    @abstractmethod
    def _lost(self, reason: str, retry_in_s: float) -> None:
        """Report a loss that is retried: its reason, and the seconds until the next dial."""

    @abstractmethod
    def _post(self, event: Event) -> None:
        """Report a session's event, and reset the retries after a success."""

    def __repr__(self) -> str:
        """Status line."""
        session = self._session
        state = "away" if session is None else self.RUNNING if session.is_running else "connecting"
        return f"<{type(self).__name__} {self.participant}: {state}, session {self._number}>"
