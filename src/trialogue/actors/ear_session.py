"""Listening session: the part of a session's life (`session`) that an agent does not have.

1. It has no mouth, so it never answers. Sound is sent with its place on the meeting's audio clock, so that
   the words' places are on that clock, too.
2. It is fed while the person is heard, and for a short time after; then the dialect keeps the stream alive.
3. At the meeting's end it asks its service for the last words, after which the service closes it.
"""

from __future__ import annotations

from math import inf
from typing import ClassVar, Final

import trio

from trialogue.actors.session import LiveSession, SessionContext
from trialogue.model.events import EarHeard, EarReady
from trialogue.services import facts as told
from trialogue.services.close_codes import Recovery
from trialogue.services.facts import EarDue, EarFact, Understood
from trialogue.services.port import EarOffer, EarWire, Message
from trialogue.transport.socket import WebSocket

TAIL_S: Final = 1.0
"""Seconds of silence sent after a person's last sound."""


class EarSession(LiveSession[EarWire]):
    """Listening session over one open websocket."""

    SILENT: ClassVar[str] = "the service did not respond in time"
    WORDS_LIMIT: ClassVar[int] = 2_000_000  # an utterance is repeated whole each time that it grows

    def __init__(self, context: SessionContext, socket: WebSocket, offer: EarOffer, before: int) -> None:
        """`before` is the number of utterances in the ear's earlier sessions."""
        super().__init__(context, socket, offer.open(socket.handshake.header))
        self._before = before
        self._rate = offer.sample_rate
        self._fed_to_s = -inf
        self._last_place_s = 0.0

    @property
    def is_running(self) -> bool:
        """Whether sound may flow."""
        return self._wire.is_listening

    @property
    def utterances(self) -> int:
        """Number of utterances, including those of earlier sessions."""
        return self._before + self._wire.utterances

    # --- what it takes --------------------------------------------------------------------------

    def hear(self, pcm: bytes | None, samples: int, place_s: float) -> None:
        """Take a tick of so many samples that begins at `place_s`; None for silence."""
        if not self.is_running:
            return
        self._last_place_s = place_s
        if pcm is not None:
            self._fed_to_s = place_s + samples / self._rate
        elif not self._fed_to_s <= place_s < self._fed_to_s + TAIL_S:
            return
        self._put(self._wire.hear(pcm or bytes(2 * samples), trio.current_time(), place_s))
        self._look_again()

    def would_tell(self, pcm: bytes | None, place_s: float) -> bool:
        """Whether the tick that begins at `place_s` would be sent."""
        is_tail = self._fed_to_s <= place_s < self._fed_to_s + TAIL_S
        return self.is_running and (pcm is not None or is_tail)

    def end_utterance(self) -> None:
        """End the utterance here, as the sound has a gap."""
        if self.is_running and self._wire.is_inside:
            self._send_all(self._wire.end_utterance(trio.current_time()))
        self._fed_to_s = -inf

    def finish(self) -> bool:
        """Ask for the last words, and then for the end; whether words may come."""
        if not self.is_running:
            return False
        was_fed = self._last_place_s < self._fed_to_s + TAIL_S
        may_come = self._wire.is_inside or was_fed
        self._send_all(self._wire.finish(trio.current_time()))
        self._look_again()
        return may_come

    def roll_over(self) -> None:
        """End on purpose; an open utterance ends with its words so far."""
        self._end(1000)
        super().roll_over()

    # --- its life ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._take_all(self._wire.start(trio.current_time()))

    def _receive(self, data: Message) -> None:
        self._take_all(self._wire.receive(data, trio.current_time()))
        self._look_again()

    def _end(self, close_code: int) -> None:
        self._take_all(self._wire.receive_close(close_code, trio.current_time()))

    def _next_due(self) -> float:
        deadline = self._wire.next_deadline()
        return inf if deadline is None else deadline

    def _tick(self, now: float) -> None:
        for due in self._wire.tick(now):
            self._carry_out(due)
        if self._wire.is_over:
            self._scope.cancel(reason=self.SILENT)

    def _carry_out(self, due: EarDue) -> None:
        match due:
            case told.Transmit(message):
                self._send(message)
            case Understood():
                self._understood(due)
            case told.Timeout():
                pass  # the session is over

    # --- from the service -----------------------------------------------------------------

    def _take_all(self, facts: list[EarFact]) -> None:
        for fact in facts:
            self._take(fact)

    def _take(self, fact: EarFact) -> None:
        name, post = self._context.participant, self._context.post
        match fact:
            case Understood():
                self._facts.count()
                self._words.count(len(fact.text))
                self._understood(fact)
            case told.Ready(request_id):
                post(EarReady(name, self._context.number, self._named(request_id)))
            case _:
                self._take_complaint(fact)

    def _warned(self, recovery: Recovery) -> None:
        self._is_ending = self._is_ending or recovery is Recovery.ROLL_OVER
        self._leave_if_ending()

    def _understood(self, words: Understood) -> None:
        self._context.post(
            EarHeard(
                participant=self._context.participant,
                session=self._context.number,
                utterance=self._before + words.utterance,
                text=words.text,
                begin_s=round(words.begin_s, 6),
                end_s=round(words.end_s, 6),
                stage=words.stage,
            )
        )
        self._leave_if_ending()

    def _leave_if_ending(self) -> None:
        """Continue in a new session between two utterances, if this one comes to its allowed end."""
        if self._is_ending and not self._wire.is_inside:
            self.roll_over()
