"""One listening session: a connection's life from its greeting to its end.

1. It has no mouth: what it hears is never answered. Sound goes out with its place on the meeting's audio
   clock, so that the places of words are places there.
2. It is fed while the person is heard, and for a while behind it; then the dialect keeps the stream alive.
3. It ends by raising `ConnectionLost`, or `ProviderRefused` where there is no sense in another; it returns
   only where it was closed to go on in a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from math import inf
from typing import Final

import trio
from attrs import frozen

from trialogue.actors.complaints import Complaints
from trialogue.actors.in_a_row import MalformedCount
from trialogue.errors import ConnectionLost, ProviderRefused
from trialogue.model.events import EarHeard, EarReady, Event
from trialogue.services import facts as told
from trialogue.services.facts import EarDue, EarFact, Understood
from trialogue.services.port import EarOffer, Message
from trialogue.services.verdicts import Verdict
from trialogue.transport.socket import WebSocket

TAIL_S: Final = 1.0
"""How long silence follows the sound of a person of whom nothing more comes."""


@frozen
class EarContext:
    """What a session needs from the ear that it belongs to."""

    participant: str
    """Whose ear."""

    number: int
    """Counts the ear's sessions from 1."""

    utterances: int
    """How many utterances there were in the sessions before."""

    post: Callable[[Event], None]
    """Where its facts go."""


class EarSession:
    """Listens over one open websocket."""

    def __init__(self, context: EarContext, socket: WebSocket, offer: EarOffer) -> None:
        self._context = context
        self._socket = socket
        self._wire = offer.open(socket.handshake.header)
        self._rate = offer.sample_rate
        self._fed_to_s = -inf
        self._malformed = MalformedCount()
        self._complaints = Complaints(context.participant, context.post)
        self._is_ending = False
        self._scope = trio.CancelScope()
        self._waiting = trio.CancelScope()

    @property
    def is_listening(self) -> bool:
        """Whether sound may flow."""
        return self._wire.is_listening

    @property
    def utterances(self) -> int:
        """How many there were, with those of the sessions before."""
        return self._context.utterances + self._wire.utterances

    # --- what it is told --------------------------------------------------------------------------

    def hear(self, pcm: bytes | None, samples: int, place_s: float) -> None:
        """Take a tick of so many samples that begins at `place_s`; None where nothing comes."""
        if not self.is_listening:
            return
        if pcm is not None:
            self._fed_to_s = place_s + samples / self._rate
        elif not self._fed_to_s <= place_s < self._fed_to_s + TAIL_S:
            return
        self._put(self._wire.hear(pcm or bytes(2 * samples), trio.current_time(), place_s))
        self._look_again()

    def end_utterance(self) -> None:
        """Let what was said so far be a whole utterance: the sound has a gap here."""
        if self.is_listening and self._wire.is_inside:
            for message in self._wire.end_utterance(trio.current_time()):
                self._send(message)
        self._fed_to_s = -inf

    def renew(self) -> None:
        """End on purpose, without a failure."""
        self._scope.cancel(reason="the session is gone on with in a new one")

    # --- its life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Listen until the connection ends, which raises, or until it is renewed."""
        failure: ConnectionLost | ProviderRefused | None = None
        with closing(self._complaints), self._scope:
            async with trio.open_nursery() as nursery:
                self._take_all(self._wire.start(trio.current_time()))
                nursery.start_soon(self._keep_deadlines)
                try:
                    await self._read()
                except (ConnectionLost, ProviderRefused) as ended:
                    failure = ended
                nursery.cancel_scope.cancel(reason="the session has ended")
        if failure is not None:
            raise failure
        if self._wire.is_over:
            raise ConnectionLost("the service said nothing in time")

    async def _read(self) -> None:
        while True:
            try:
                data = await self._socket.receive()
            except ConnectionLost as lost:
                raise self._closed(lost) from lost.__cause__
            self._take_all(self._wire.receive(data, trio.current_time()))
            self._look_again()

    def _closed(self, lost: ConnectionLost) -> ConnectionLost:
        """The end of the connection, with what the service last said before it."""
        self._take_all(self._wire.receive_close(lost.close_code, trio.current_time()))
        error = self._wire.last_error
        if error is None:
            return lost
        return ConnectionLost(f"{error.code}: {error.text}", close_code=lost.close_code, code=error.code)

    async def _keep_deadlines(self) -> None:
        while not self._wire.is_over:
            with trio.CancelScope() as self._waiting:
                self._look_again()
                await trio.sleep_forever()
            for due in self._wire.tick(trio.current_time()):
                self._carry_out(due)
        self._scope.cancel(reason="the service said nothing in time")

    def _look_again(self) -> None:
        """Wait for what is due now: sound and words move it."""
        deadline = self._wire.next_deadline()
        self._waiting.deadline = inf if deadline is None else deadline

    def _carry_out(self, due: EarDue) -> None:
        match due:
            case told.Transmit(message):
                self._send(message)
            case Understood():
                self._understood(due)
            case told.Timeout():
                pass  # the session is closed

    def _send(self, message: Message) -> None:
        with suppress(ConnectionLost):  # the reader meets the same end, and tells it with its reason
            self._put(message)

    def _put(self, message: Message) -> None:
        if isinstance(message, str):
            self._socket.send_text(message)
        else:
            self._socket.send_bytes(message)

    # --- what the service tells -----------------------------------------------------------------

    def _take_all(self, facts: list[EarFact]) -> None:
        for fact in facts:
            self._take(fact)

    def _take(self, fact: EarFact) -> None:
        name, post = self._context.participant, self._context.post
        match fact:
            case Understood():
                self._understood(fact)
            case told.Ready(request_id):
                post(EarReady(name, self._context.number, request_id))
            case told.Warned(code, text, verdict):
                self._complaints.warn(code, text)
                self._is_ending = self._is_ending or verdict is Verdict.ROLL_OVER
                self._leave_if_ending()
            case told.Failed():
                self._failed(fact)
            case told.Unknown(kind):
                self._complaints.warn("unknown-message", kind)
            case told.Malformed(reason):
                self._complaints.warn("malformed-message", reason)
                self._malformed.count()
            case _:
                pass  # the close, which the reader judges; answers to changes, which an ear does not make

    def _understood(self, words: Understood) -> None:
        self._context.post(
            EarHeard(
                participant=self._context.participant,
                session=self._context.number,
                utterance=self._context.utterances + words.utterance,
                text=words.text,
                begin_s=round(words.begin_s, 6),
                end_s=round(words.end_s, 6),
                stage=words.stage,
            )
        )
        self._leave_if_ending()

    def _leave_if_ending(self) -> None:
        """Go on in a new session between two utterances, where this one comes to its allowed end."""
        if self._is_ending and not self._wire.is_inside:
            self.renew()

    def _failed(self, failure: told.Failed) -> None:
        self._complaints.warn(failure.code, failure.text)
        text = f"{failure.code}: {failure.text} ({failure.hint})"
        if failure.verdict is Verdict.FATAL:
            request_id = self._wire.request_id or None
            raise ProviderRefused(text, code=failure.code, request_id=request_id)
        if failure.verdict not in {Verdict.GO_ON, Verdict.TURN_LOST}:
            raise ConnectionLost(text, close_code=1005, code=failure.code)
