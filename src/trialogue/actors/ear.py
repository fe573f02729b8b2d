"""An ear: one person's listening sessions in a row, which make words of what the person says.

1. Its life is an agent's: dialled in turn, dialled again with patience, given up when that is refused
   (`redial_loop`). A person whose ear has failed for good stays at the table.
2. Utterances are counted over all sessions of a meeting, and places are the meeting's in all of them.
3. It hears its person alone, before anybody is muted or mixed: whoever else speaks has an ear too.
4. A gap in the sound (muted, a process that stood still) ends the utterance; a sleep also the session, as
   nobody knows what its service has made of the silence.
5. Behind the meeting's end it hears the last words, and is not dialled again.
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
"""Service that holds an ear's sessions; the address says all that they are asked for."""


@frozen
class EarPast:
    """Past of an ear: its sessions in an earlier process of the same meeting, or before its person left."""

    sessions: int = 0
    """Number of sessions so far: the next has the next number."""

    utterances: int = 0
    """Number of utterances that they told."""


class Ear(InSession[EarOffer, EarSession]):
    """The actor of one person's ear."""

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
        """What its sessions were."""
        return EarPast(self._number, self._utterances)

    def restore(self, past: EarPast) -> None:
        """Go on where an earlier process of the meeting stopped; before `run`."""
        self._number, self._utterances = past.sessions, past.utterances

    def hear(self, pcm: bytes | None, samples: int, position: int) -> None:
        """Hear the tick of so many samples that begins at sample `position`; None for silence."""
        if self._session is not None:
            self._session.hear(pcm, samples, position / self._service.offer.sample_rate)

    def would_tell(self, pcm: bytes | None, position: int) -> bool:
        """Whether its service would be sent the tick that begins at sample `position`."""
        place_s = position / self._service.offer.sample_rate
        return self._session is not None and self._session.would_tell(pcm, place_s)

    def interrupt(self) -> None:
        """Note a gap in the sound: what was said before it is whole."""
        if self._session is not None:
            self._session.end_utterance()

    def renew(self) -> None:
        """Go on in a new session, as the process stood still."""
        if self._session is not None:
            self._session.roll_over()

    async def finish(self) -> None:
        """End for good: where words may come still, wait until the service has told them and has closed."""
        self._is_finishing = True
        if self._session is not None and self._session.finish():
            await self._is_over.wait()

    async def run(
        self, _epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Listen until that has failed for good, or until cancelled."""
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
        """Seconds until the next dial; there is none behind the meeting's end."""
        return (
            NoMore(str(lost), refused=False, cause=lost)
            if self._is_finishing
            else super()._wait_after(lost, service)
        )

    def _lost(self, reason: str, retry_in_s: float) -> None:
        self._report(EarLost(self.participant, self._number, reason, retry_in_s))

    def _post(self, event: Event) -> None:
        """Report what a session told, and learn from it how patient to be."""
        match event:
            case EarReady():
                self._redialling.ready(trio.current_time())
            case EarHeard(stage="final"):
                self._redialling.proved()
            case _:
                pass
        self._report(event)
