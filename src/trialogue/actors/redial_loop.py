"""An actor with sessions in a row: each is dialled and held to its end, and the next when that end allows.

What an end means stands in one table (the service's). A refusal is final, and so is the end of the retries.
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
    """Offer of a session: its settings, and what the end of its connection means."""

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classify the end of a session, or of a dial: what follows from it."""
        ...


class HeldSession(Protocol):
    """A session, as it is held."""

    @property
    def is_running(self) -> bool:
        """Whether sound may flow."""
        ...

    async def run(self) -> None:
        """Live to the end."""
        ...


OfferT = TypeVar("OfferT", bound=Offer)
HeldT = TypeVar("HeldT", bound=HeldSession)


@frozen
class SessionService(Generic[OfferT]):
    """Service that holds sessions: its address, and its settings."""

    connect: Connect
    """Dials one."""

    offer: OfferT = field(repr=False)
    """Offer of a participant's first session. Personal."""

    place: str = ""
    """Place where that is written, for whoever can mend it."""

    restart: RedialRules = field(factory=RedialRules)
    """Patience with which sessions are dialled again."""

    def at_place(self, reason: str) -> str:
        """A reason, and where it can be mended."""
        return f"{reason} [{self.place}]" if self.place else reason


@frozen
class NoMore:
    """Reason for which there is no further session."""

    reason: str
    """One line for people."""

    refused: bool
    """Whether the service refused (key, account, settings) rather than was unreachable."""

    cause: ProviderRefused | SetupError | ConnectionLost = field(repr=False, eq=False)
    """Error that ended the last one."""


class InSession(ABC, Generic[OfferT, HeldT]):
    """One participant's sessions in a row: what an agent and an ear have in common."""

    RUNNING: ClassVar[str]
    """Word of its status line for a session in which sound may flow."""

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
            except (ProviderRefused, SetupError) as refused:
                return NoMore(service.at_place(str(refused)), refused=True, cause=refused)
            except ConnectionLost as ended:
                wait = self._wait_after(ended, service)
                if isinstance(wait, NoMore):
                    return wait
                self._lost(str(ended), wait)
                await trio.sleep(wait)

    async def _hold(self, service: SessionService[OfferT]) -> None:
        """Hold one session, from its dial on; where this returns, the next begins at once."""
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
        """Context of the next session: its number, and where it reports."""
        return SessionContext(self.participant, self._number, self._post)

    @abstractmethod
    def _open(self, context: SessionContext, socket: WebSocket, offer: OfferT) -> HeldT:
        """Make a session of an open socket."""

    @abstractmethod
    def _over(self, session: HeldT) -> None:
        """Keep what a session leaves that has ended, however it did."""

    def _rolled_over(self) -> None:
        """Report, where that is wanted, that a session is gone on with in the next."""

    @abstractmethod
    def _lost(self, reason: str, retry_in_s: float) -> None:
        """Report a loss that is borne: why, and how many seconds it is until the next dial."""

    @abstractmethod
    def _post(self, event: Event) -> None:
        """Report what a session told, and learn from it how patient to be."""

    def __repr__(self) -> str:
        """Give a status line."""
        session = self._session
        state = "away" if session is None else self.RUNNING if session.is_running else "connecting"
        return f"<{type(self).__name__} {self.participant}: {state}, session {self._number}>"
