"""Ear: one person's listening sessions, one after another, which transcribe the person's speech.

1. It lives like an agent: it is dialled, dialled again after a loss, and given up after a refusal
   (`redial_loop`). A person whose ear has failed for good stays at the table.
2. Utterances are counted over all sessions of a meeting, and places are on the meeting's audio clock in all
   of them.
3. It hears only its person, before mixing; each other person has an ear of its own.
4. A gap in the sound (a mute, a process that stood still) ends the utterance. A sleep also ends the session,
   since its service may have treated the silence in any way.
5. After the meeting's end it waits for the last words, and is not dialled again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias

import trio

from trialogue.actors.ear_session import EarSession
from trialogue.actors.redial_loop import InSession, NoMore, SessionService
from trialogue.actors.session import SessionContext
from trialogue.brain.redialling import Redialling
from trialogue.errors import ConnectionLost
from trialogue.model.events import EarFailed, EarHeard, EarLost, EarReady, Event
from trialogue.services.port import EarOffer
from trialogue.transport.socket import WebSocket
from trialogue.values import frozen

EarService: TypeAlias = SessionService[EarOffer]
"""Service of an ear's sessions; its address holds all that they ask for."""


@frozen
class EarPast:
    """Past of an ear: its sessions in an earlier process of the same meeting, or before its person left."""

    sessions: int = 0
    """Number of sessions so far."""

    utterances: int = 0
    """Number of utterances in them."""


class Ear(InSession[EarOffer, EarSession]):
    """Actor of one person's ear."""

    RUNNING: ClassVar[str] = "listening"

    def __init__(
        self, participant: str, service: EarService, *, post: Callable[[Event], None], seed: int = 0
    ) -> None:
        super().__init__(participant, Redialling(seed, f"{participant}/ear"), post)
        self._service = service
        self._utterances = 0
        self._is_finishing = False
        self._is_over = trio.Event()

    @property
    def past(self) -> EarPast:
        """Past of its sessions."""
        return EarPast(self._number, self._utterances)

    def restore(self, past: EarPast) -> None:
        """Continue where an earlier process of the meeting stopped; before `run`."""
        self._number, self._utterances = past.sessions, past.utterances

    def hear(self, pcm: bytes | None, samples: int, position: int) -> None:
        """Take the tick of so many samples that begins at sample `position`; None for silence."""
        if self._session is not None:
            self._session.hear(pcm, samples, position / self._service.offer.sample_rate)

    def would_tell(self, pcm: bytes | None, position: int) -> bool:
        """Whether the tick that begins at sample `position` would be sent to the service."""
        place_s = position / self._service.offer.sample_rate
        return self._session is not None and self._session.would_tell(pcm, place_s)

    def interrupt(self) -> None:
        """Note a gap in the sound: the speech before it is complete."""
        if self._session is not None:
            self._session.end_utterance()

    def renew(self) -> None:
        """Continue in a new session, as the process stood still."""
        if self._session is not None:
            self._session.roll_over()

    async def finish(self) -> None:
        """End for good: where words may still come, wait until the service has sent them and closed."""
        self._is_finishing = True
        if self._session is not None and self._session.finish():
            await self._is_over.wait()

    async def run(
        self, _epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Listen until the ear has failed for good, or until cancelled."""
        task_status.started()
        failed = await self._serve(self._service)
        if not self._is_finishing:
            self._report(EarFailed(self.participant, failed.reason, failed.refused))

    def _open(self, context: SessionContext, socket: WebSocket, offer: EarOffer) -> EarSession:
        return EarSession(context, socket, offer, self._utterances)

    def _over(self, session: EarSession) -> None:
        self._utterances = session.utterances
        if self._is_finishing:
            self._is_over.set()

    def _wait_after(self, lost: ConnectionLost, service: EarService) -> float | NoMore:
        """Seconds until the next dial; there is none after the meeting's end."""
        return (
            NoMore(str(lost), refused=False, cause=lost)
            if self._is_finishing
            else super()._wait_after(lost, service)
        )

    def _lost(self, reason: str, retry_in_s: float) -> None:
        self._report(EarLost(self.participant, self._number, reason, retry_in_s))

    def _post(self, event: Event) -> None:
        """Report a session's event, and reset the retries after a success."""
        match event:
            case EarReady():
                self._redialling.ready(trio.current_time())
            case EarHeard(stage="final"):
                self._redialling.proved()
            case _:
                pass
        self._report(event)
