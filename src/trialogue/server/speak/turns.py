"""Tasks of one `/v2/speak` socket: a reader that decides, and a speaker that carries commands out in order.

1. The reader waits only for the socket, so `Interrupt` stops the speaker in the middle of a sentence.
2. All sound of a turn lies between its `SpeechStarted` and its `SpeechMetadata`.
3. The client alone says how much it played. An interruption sets the session's sound back to that place.
4. A minute without a message or a ping from the client ends the session; an hour ends any session.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

import orjson
import trio
from attrs import field

from trialogue.diagnostics import Log
from trialogue.errors import ConnectionLost, TrialogueError
from trialogue.server.closing import close_whole
from trialogue.server.connection import tell_crash
from trialogue.server.equipment import Equipment
from trialogue.server.lateness import received_or_pinged
from trialogue.server.sound import VOICE_SUBSTITUTED
from trialogue.server.speak.speech import model_uuid, sound_of
from trialogue.server.speak.talk import SaySentence, WarnSpeaker
from trialogue.server.speak.terms import SpeakTerms
from trialogue.server.speak.turn_talk import (
    CloseSpeech,
    EndSession,
    FailSpeech,
    FluxOrder,
    FluxTalk,
    OpenSpeech,
    StopSpeech,
    TellConfigured,
    TellSpeechFlushed,
)
from trialogue.speech.coding import open_encoder
from trialogue.transport.socket import WebSocket
from trialogue.values import define

__all__ = ["speak_turns"]

_DIAGNOSTICS: Final = Log("trialogue.server")

MAX_SESSION_S: Final = 3600.0
MAX_IDLE_S: Final = 60.0

MOST_WAITING: Final = 500
"""Most sentences, beginnings and ends of turns that wait."""

_Spoken: TypeAlias = OpenSpeech | SaySentence | CloseSpeech | EndSession
"""Commands that are carried out in order, by the speaker."""

_NO_CONTROLS: Final = {"pronunciations_applied": 0, "breaks_applied": 0, "pronunciation_warnings": 0}


async def speak_turns(socket: WebSocket, equipment: Equipment, terms: SpeakTerms, *, request_id: str) -> None:
    """Speak turns for the client of `socket` until either side closes it.

    An error of its own closes the connection and is not raised.
    """
    try:
        speaking = _SpeakingTurns(socket, equipment, terms, request_id)
        with trio.move_on_after(MAX_SESSION_S) as session:
            await speaking.run()
        if session.cancelled_caught:
            await speaking.fail(FailSpeech("NET-0003", "The session has lasted an hour."))
    except Exception as crash:  # noqa: BLE001 the supervisor of this server: one connection falls, not all
        tell_crash(_DIAGNOSTICS, "connection crashed", crash, request_id)
        await socket.aclose(1011, "NET-0000")


@define
class _Speech:
    """Turn that is being spoken, or was the last."""

    speech_id: str = ""
    began_ms: float = 0.0
    """Place at which it begins in the session's sound, in milliseconds."""
    sounded_ms: float = 0.0
    """Milliseconds of it that were sent."""
    characters: int = 0
    said: list[tuple[str, float]] = field(factory=list[tuple[str, float]])
    """Its sentences with their lengths; 0 for a sentence without sound so far."""

    def split(self, heard_ms: float) -> tuple[str, str]:
        """Text before and after a moment: by sentences, and by words inside one."""
        heard: list[str] = []
        missed: list[str] = []
        for sentence, length_ms in self.said:
            words = sentence.split()
            share = 0.0 if not length_ms else min(1.0, max(0.0, heard_ms / length_ms))
            count = round(share * len(words))
            heard += words[:count]
            missed += words[count:]
            heard_ms -= length_ms
        return " ".join(heard), " ".join(missed)

    def metadata(self) -> dict[str, Any]:
        """Totals of the turn, as a message."""
        return {
            "speech_id": self.speech_id,
            "audio_duration_ms": round(self.sounded_ms),
            "input_character_count": self.characters,
            "billable_character_count": self.characters,
            "controls_applied": _NO_CONTROLS,
        }


class _SpeakingTurns:
    """One speaking connection with turns."""

    def __init__(self, socket: WebSocket, equipment: Equipment, terms: SpeakTerms, request_id: str) -> None:
        self._socket = socket
        self._equipment = equipment
        self._terms = terms
        self._request_id = request_id
        self._talk = FluxTalk(request_id)
        self._waiting: deque[_Spoken] = deque()
        self._has_work = trio.Event()
        self._scope = trio.CancelScope()
        self._speech = _Speech()
        self._encoder = open_encoder(terms.form)
        self._sounded_ms = 0.0
        """Milliseconds of the session's sound, set back to where the client interrupted it."""
        self._established_ms = 0
        """Milliseconds up to which a client has said that it played."""
        self._characters = 0

    async def run(self) -> None:
        """Speak until either side closes."""
        voice = self._terms.voice
        connected = {"request_id": self._request_id, "model_name": voice, "model_version": "trialogue"}
        self._send({"type": "Connected", **connected, "model_uuids": [model_uuid(voice)]})
        for doubt in self._terms.doubts:
            self._warn(VOICE_SUBSTITUTED, doubt)
        with suppress(ConnectionLost):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._speak)
                await self._read()
                nursery.cancel_scope.cancel()

    async def fail(self, order: FailSpeech) -> None:
        """Send an error, and close."""
        self._send({"type": "Error", "code": order.code, "description": order.words})
        await self._socket.aclose(1011 if order.code.startswith("NET") else 1008, order.code)

    async def _read(self) -> None:
        while True:
            try:
                message = await received_or_pinged(MAX_IDLE_S, self._socket.receive, self._socket)
            except ConnectionLost:
                return
            except trio.TooSlowError:
                await self.fail(FailSpeech("NET-0004", "No message of the client's came for a minute."))
                return
            for order in self._talk.take(message):
                if isinstance(order, FailSpeech):
                    await self.fail(order)
                    return
                self._obey(order)
            if len(self._waiting) > MOST_WAITING:
                await self.fail(FailSpeech("BIG-0000", "Too much waits to be spoken."))
                return

    def _obey(self, order: FluxOrder) -> None:
        match order:
            case OpenSpeech() | SaySentence() | CloseSpeech() | EndSession():
                self._waiting.append(order)
                self._has_work.set()
            case TellSpeechFlushed(speech_id=speech_id):
                self._send({"type": "Flushed", "speech_id": speech_id})
            case TellConfigured(answer=answer):
                self._send(answer)
            case WarnSpeaker(code=code, words=words):
                self._warn(code, words)
            case StopSpeech(offset_ms=offset_ms):
                self._stop(offset_ms)
            case FailSpeech():
                raise AssertionError(order)  # this ends the reader, too

    async def _speak(self) -> None:
        with suppress(ConnectionLost):
            while True:
                await self._has_work.wait()
                self._has_work = trio.Event()
                while self._waiting:
                    with trio.CancelScope() as self._scope:
                        await self._carry_out(self._waiting.popleft())

    async def _carry_out(self, order: _Spoken) -> None:
        match order:
            case OpenSpeech(speech_id=speech_id):
                self._speech = _Speech(speech_id, self._sounded_ms)
                self._encoder = open_encoder(self._terms.form)
                self._send({"type": "SpeechStarted", "speech_id": speech_id})
            case SaySentence(sentence=sentence):
                await self._say(sentence)
            case CloseSpeech(characters=characters):
                self._speech.characters = characters
                self._characters += characters
                self._send({"type": "SpeechMetadata", **self._speech.metadata()})
            case EndSession():
                self._send({"type": "SessionMetadata", **self._totals()})
                await close_whole(self._socket)

    async def _say(self, sentence: str) -> None:
        speech = self._speech
        speech.said.append((sentence, 0.0))
        try:
            audio = await sound_of(sentence, self._terms, self._equipment, self._encoder)
        except TrialogueError as fault:
            self._warn("SYNTHESIS_FAILED", str(fault))
            return
        speech.said[-1] = (sentence, 1000 * sum(message.duration_s for message in audio))
        for message in audio:
            self._socket.send_bytes(message.data)
            speech.sounded_ms += 1000 * message.duration_s
            self._sounded_ms += 1000 * message.duration_s
            await self._socket.drain()
            await trio.sleep(message.duration_s / self._equipment.options.send_speed)

    def _stop(self, offset_ms: int | None) -> None:
        sounded_ms = round(self._sounded_ms)
        if sounded_ms <= self._established_ms:
            self._warn("NO_AUDIO_GENERATED", "There is no sound that could be interrupted.")
            return
        if offset_ms is not None and not self._established_ms < offset_ms <= sounded_ms:
            bounds = f"from {self._established_ms + 1} to {sounded_ms}"
            self._warn("INVALID_INTERRUPT_OFFSET", f"playback_offset is {bounds} now.")
            return
        speech, missed = self._speech, self._drop()
        self._scope.cancel(reason="the user has begun to speak")
        played_ms = sounded_ms if offset_ms is None else offset_ms
        spoken, cut = speech.split(played_ms - speech.began_ms)
        texts = {"text_spoken": spoken, "text_remaining": " ".join(filter(None, [cut, *missed]))}
        told: Mapping[str, Any] = {} if offset_ms is None else texts
        metadata = {"audio_played_ms": played_ms, "metadata": speech.metadata()}
        self._send({"type": "SpeechInterrupted", **told, **metadata})
        self._sounded_ms = float(played_ms)
        self._established_ms = played_ms

    def _drop(self) -> list[str]:
        """Drop all sentences that are not spoken yet, and return them.

        Dropped text still counts, and an end that was asked for still comes.
        """
        dropped = [*self._waiting]
        self._waiting = deque(each for each in dropped if isinstance(each, EndSession))
        rest, characters = self._talk.forget()
        counted = characters + sum(each.characters for each in dropped if isinstance(each, CloseSpeech))
        self._speech.characters += counted
        self._characters += counted
        return [*(each.sentence for each in dropped if isinstance(each, SaySentence)), rest]

    def _totals(self) -> dict[str, int]:
        return {
            "total_audio_duration_ms": round(self._sounded_ms),
            "total_input_character_count": self._characters,
            "total_billable_character_count": self._characters,
        }

    def _warn(self, code: str, words: str) -> None:
        self._send({"type": "Warning", "code": code, "description": words})

    def _send(self, message: Mapping[str, object]) -> None:
        # The reader learns of the end, too, and it alone acts on it.
        with suppress(ConnectionLost):
            self._socket.send_text(orjson.dumps(message).decode())
