"""Voice of one connection: synthesizes sentences in order, in the client's format.

1. A sentence is synthesized whole, reported, then sent: its text goes before its audio, and its audio before
   the conversation's next messages.
2. Audio goes out in messages of at most 200 ms, faster than it plays, and can be cut between any two.
3. Each sentence is resampled by itself: sentences end in silence, so the joins are inaudible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final, TypeAlias

import trio

from trialogue.errors import ConnectionLost, TrialogueError
from trialogue.model.audio import AudioFormat
from trialogue.server.commands import FinishReply, SpeakSentence
from trialogue.server.early import send_paced
from trialogue.server.equipment import Equipment
from trialogue.server.events import (
    AudioSent,
    Event,
    ReplyAudioSent,
    SentenceVoiced,
    VoiceFailed,
    VoiceStumbled,
)
from trialogue.server.terms import Terms
from trialogue.speech.coding import Coded, SoundEncoder, open_encoder
from trialogue.speech.formats import encode
from trialogue.speech.ports import Spoken
from trialogue.speech.resample import Resampler
from trialogue.speech.spoken_text import letters_in, speakable
from trialogue.transport.socket import WebSocket

UNSAID: Final = "The voice cannot say all of that; what it cannot say is not heard."

Order: TypeAlias = SpeakSentence | FinishReply


def as_audio(sentences: Iterable[Spoken], audio_format: AudioFormat) -> bytes:
    """Sound of a synthesizer, as samples of a format."""
    pcm = b"".join(resampled(each, audio_format.sample_rate) for each in sentences)
    return encode(pcm, audio_format.encoding)


def resampled(spoken: Spoken, rate: int) -> bytes:
    """Samples of a sentence at another rate."""
    resampler = Resampler(spoken.sample_rate, rate)
    return resampler.feed(spoken.pcm) + resampler.flush()


class AgentVoice:
    """Voice of one connection; reports its events to `tell` at once, and sound with its moment to `sent`."""

    def __init__(
        self,
        terms: Terms,
        equipment: Equipment,
        socket: WebSocket,
        tell: Callable[[Event], None],
        *,
        sent: Callable[[AudioSent, float], None],
    ) -> None:
        self._form = terms.output
        self._unspeakable = terms.unspeakable
        self._synthesizer = equipment.synthesizer
        self._compute = equipment.compute
        self._send_speed = equipment.options.send_speed
        self._socket = socket
        self._tell = tell
        self._sent = sent
        # Bounded by the limits of one reply: the orders of a cut reply are dropped at once.
        self._orders: deque[Order] = deque()
        self._has_orders = trio.Event()
        self._scope = trio.CancelScope()
        self._cut_through = 0
        self._begun = 0
        self._encoder = open_encoder(terms.output)

    def order(self, order: Order) -> None:
        """Append an order; never waits."""
        self._orders.append(order)
        self._has_orders.set()

    def cut(self, reply: int) -> None:
        """Stop that reply and earlier ones, also in the middle of a sentence."""
        self._cut_through = reply
        while self._orders and self._orders[0].reply <= reply:
            self._orders.popleft()
        self._scope.cancel()

    async def run(self) -> None:
        """Speak until cancelled, or until the socket is lost; the reader learns of a loss, and acts on it."""
        with suppress(ConnectionLost):
            await self._speak()

    async def _speak(self) -> None:
        while True:
            await self._has_orders.wait()
            self._has_orders = trio.Event()
            while self._orders:
                order = self._orders.popleft()
                if order.reply > self._cut_through:
                    with trio.CancelScope() as self._scope:
                        await self._carry_out(order)

    async def _carry_out(self, order: Order) -> None:
        if isinstance(order, FinishReply):
            await self._finish(order.reply)
            return
        if order.reply != self._begun:
            self._begun, self._encoder = order.reply, open_encoder(self._form)
        audio = await self._make(order)
        if audio is None:
            self._tell(VoiceFailed(order.reply))
            return
        self._tell(SentenceVoiced(order.reply, order.text))
        await self._send(order.reply, audio)

    async def _finish(self, reply: int) -> None:
        goes_on = any(order.reply == reply for order in self._orders)  # by words that were added to its end
        if reply == self._begun and not goes_on and (rest := self._encoder.end()):
            self._socket.send_bytes(rest)
        self._tell(ReplyAudioSent(reply))

    async def _make(self, order: SpeakSentence) -> list[Coded] | None:
        """Audio of the sentence in the first voice that works; None where none does."""
        if self._unspeakable is not None:
            self._tell(VoiceStumbled(order.reply, self._unspeakable))
            return None
        for voice in order.voices:
            try:
                audio, is_whole = await self._compute.run(
                    partial(self._synthesize, order.text, voice, self._encoder)
                )
            except TrialogueError as error:
                self._tell(VoiceStumbled(order.reply, str(error)))
                continue
            if not is_whole:
                self._tell(VoiceStumbled(order.reply, UNSAID))
            return audio
        return None

    def _synthesize(self, text: str, voice: str, encoder: SoundEncoder) -> tuple[list[Coded], bool]:
        """Audio, and whether it has all pronounceable text.

        A cut reply leaves its thread at work, so the thread keeps the encoder of its own reply.
        """
        spoken = list(self._synthesizer.synthesize(text, voice))
        said = letters_in(" ".join(each.text for each in spoken))
        pcm = b"".join(resampled(each, self._form.format.sample_rate) for each in spoken)
        return encoder.encode(pcm), said >= letters_in(speakable(text))

    async def _send(self, reply: int, audio: list[Coded]) -> None:
        def sent(message: Coded, at: float) -> None:
            if message.duration_s:
                self._sent(AudioSent(reply, message.duration_s), at)

        await send_paced(audio, self._socket, self._send_speed, sent)
