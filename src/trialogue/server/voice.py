"""The voice of one connection: sentences become audio in the client's format, in their order.

1. A sentence is made whole, told, then sent: its text goes before its audio, its audio before whatever
   the conversation says next.
2. Audio goes out in messages of at most 200 ms, faster than it plays, and can be cut between any two.
3. Each sentence is resampled by itself: sentences end in silence, so nothing can be heard at the seams.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Final, TypeAlias

import trio

from trialogue.errors import ConnectionLost, TrialogueError
from trialogue.model.audio import AudioFormat
from trialogue.server.commands import FinishReply, SpeakSentence
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
from trialogue.speech.formats import encode
from trialogue.speech.ports import Spoken
from trialogue.speech.resample import Resampler
from trialogue.speech.spoken_text import letters_in, speakable
from trialogue.transport.socket import WebSocket

_MESSAGE_S: Final = 0.2
_WAV_TAGS: Final = {"linear16": 1, "alaw": 6, "mulaw": 7}
_UNKNOWN_SIZE: Final = 0x7FFF_FFFF

UNSAID: Final = "The voice cannot say all of that; what it cannot say is not heard."

Order: TypeAlias = SpeakSentence | FinishReply


def wav_header(audio_format: AudioFormat) -> bytes:
    """A RIFF header before audio of unknown length (Microsoft's WAVE, as streams write it)."""
    rate, width = audio_format.sample_rate, audio_format.sample_width
    tag = _WAV_TAGS[audio_format.encoding]
    chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, 1, rate, rate * width, width, 8 * width)
    size = _UNKNOWN_SIZE - 36
    return b"RIFF" + struct.pack("<I", _UNKNOWN_SIZE) + b"WAVE" + chunk + b"data" + struct.pack("<I", size)


def as_audio(sentence: Iterator[Spoken], audio_format: AudioFormat) -> bytes:
    """What a synthesizer gives, in the client's format."""
    return b"".join(_converted(spoken, audio_format) for spoken in sentence)


def _converted(spoken: Spoken, audio_format: AudioFormat) -> bytes:
    resampler = Resampler(spoken.sample_rate, audio_format.sample_rate)
    return encode(resampler.feed(spoken.pcm) + resampler.flush(), audio_format.encoding)


class AgentVoice:
    """Speaks for one connection; `tell` takes its events at once."""

    def __init__(
        self,
        terms: Terms,
        equipment: Equipment,
        socket: WebSocket,
        tell: Callable[[Event], None],
    ) -> None:
        self._format = terms.output
        self._container = terms.container
        self._synthesizer = equipment.synthesizer
        self._compute = equipment.compute
        self._send_speed = equipment.options.send_speed
        self._socket = socket
        self._tell = tell
        # Bounded by what one reply may hold: orders of replies that were cut are thrown away at once.
        self._orders: deque[Order] = deque()
        self._has_orders = trio.Event()
        self._scope = trio.CancelScope()
        self._cut_through = 0
        self._begun = 0

    def order(self, order: Order) -> None:
        """Queue an order; never waits."""
        self._orders.append(order)
        self._has_orders.set()

    def cut(self, reply: int) -> None:
        """Stop that reply and the ones before it, in the middle of a sentence if need be."""
        self._cut_through = reply
        while self._orders and self._orders[0].reply <= reply:
            self._orders.popleft()
        self._scope.cancel()

    async def run(self) -> None:
        """Speak until cancelled, or until the socket is lost: the reader sees that, too, and acts on it."""
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
            self._tell(ReplyAudioSent(order.reply))
            return
        audio = await self._make(order)
        if audio is None:
            self._tell(VoiceFailed(order.reply))
            return
        self._tell(SentenceVoiced(order.reply, order.text))
        await self._send(order.reply, audio)

    async def _make(self, order: SpeakSentence) -> bytes | None:
        """The sentence's audio in the first voice that gives it; None where none does."""
        if self._container not in ("none", "wav"):
            reason = (
                f"UNSUPPORTED_AUDIO_FORMAT: container is not applicable when encoding={self._format.encoding}"
            )
            self._tell(VoiceStumbled(order.reply, reason))
            return None
        for voice in order.voices:
            try:
                audio, is_whole = await self._compute.run(partial(self._synthesize, order.text, voice))
            except TrialogueError as error:
                self._tell(VoiceStumbled(order.reply, str(error)))
                continue
            if not is_whole:
                self._tell(VoiceStumbled(order.reply, UNSAID))
            return audio
        return None

    def _synthesize(self, text: str, voice: str) -> tuple[bytes, bool]:
        """The audio, and whether all of the text is in it that can be said."""
        spoken = list(self._synthesizer.synthesize(text, voice))
        said = letters_in(" ".join(each.text for each in spoken))
        return as_audio(iter(spoken), self._format), said >= letters_in(speakable(text))

    async def _send(self, reply: int, audio: bytes) -> None:
        if audio and self._container == "wav" and reply != self._begun:
            self._socket.send_bytes(wav_header(self._format))
        self._begun = reply
        size = self._format.bytes_for(_MESSAGE_S)
        for start in range(0, len(audio), size):
            message = audio[start : start + size]
            duration_s = self._format.seconds_in(len(message))
            self._socket.send_bytes(message)
            self._tell(AudioSent(reply, duration_s))
            await self._socket.drain()
            await trio.sleep(duration_s / self._send_speed)
