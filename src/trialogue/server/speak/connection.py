"""Tasks of one speaking socket: a reader that decides, and a speaker that carries commands out in order.

1. The reader waits only for the socket, so `Clear` stops the speaker in the middle of a sentence.
2. Sound goes out in messages of at most 200 ms, faster than it plays.
3. The queue is bounded: characters a minute are limited, and a session lasts at most an hour.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Final

import orjson
import trio

from trialogue.diagnostics import Log
from trialogue.errors import ConnectionLost, TrialogueError
from trialogue.server.closing import close_whole
from trialogue.server.connection import tell_crash
from trialogue.server.equipment import Equipment
from trialogue.server.speak.speech import model_uuid, sound_of
from trialogue.server.speak.talk import (
    EndSpeaking,
    ForgetSpeech,
    SaySentence,
    SpeakTalk,
    TellFlushed,
    WarnSpeaker,
)
from trialogue.server.speak.terms import SpeakTerms
from trialogue.speech.coding import open_encoder
from trialogue.transport.socket import WebSocket

__all__ = ["speak"]

_DIAGNOSTICS: Final = Log("trialogue.server")

MAX_SESSION_S: Final = 3600.0


async def speak(socket: WebSocket, equipment: Equipment, terms: SpeakTerms, *, request_id: str) -> None:
    """Speak for the client of `socket` until either side closes it.

    An error of its own closes the connection and is not raised.
    """
    try:
        with trio.move_on_after(MAX_SESSION_S) as session:
            await _Speaking(socket, equipment, terms, request_id).run()
        if session.cancelled_caught:
            await socket.aclose(1011, "NET-0003")
    except Exception as crash:  # noqa: BLE001 the supervisor of this server: one connection falls, not all
        tell_crash(_DIAGNOSTICS, "connection crashed", crash, request_id)
        await socket.aclose(1011, "NET-0000")


class _Speaking:
    """One speaking connection."""

    def __init__(self, socket: WebSocket, equipment: Equipment, terms: SpeakTerms, request_id: str) -> None:
        self._socket = socket
        self._equipment = equipment
        self._terms = terms
        self._request_id = request_id
        self._talk = SpeakTalk()
        self._encoder = open_encoder(terms.form)
        # Bounded by the characters and flushes that `SpeakTalk` accepts in a minute.
        self._waiting: deque[SaySentence | TellFlushed | EndSpeaking] = deque()
        self._has_work = trio.Event()
        self._scope = trio.CancelScope()
        self._sequence = 0

    async def run(self) -> None:
        """Speak until either side closes."""
        self._send(
            {
                "type": "Metadata",
                "request_id": self._request_id,
                "model_name": self._terms.voice,
                "model_version": "trialogue",
                "model_uuid": model_uuid(self._terms.voice),
                "additional_model_uuids": [],
            }
        )
        for doubt in self._terms.doubts:
            self._warn("VOICE_SUBSTITUTED", doubt)
        with suppress(ConnectionLost):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._speak)
                await self._read()
                nursery.cancel_scope.cancel()

    async def _read(self) -> None:
        while True:
            try:
                message = await self._socket.receive()
            except ConnectionLost:
                return
            for order in self._talk.take(message, trio.current_time()):
                match order:
                    case SaySentence() | TellFlushed() | EndSpeaking(is_orderly=True):
                        self._waiting.append(order)
                        self._has_work.set()
                    case ForgetSpeech():
                        self._clear()
                    case WarnSpeaker():
                        self._warn(order.code, order.words)
                    case EndSpeaking():
                        await self._socket.aclose(order.code, order.reason)
                        return

    def _clear(self) -> None:
        self._waiting.clear()
        self._scope.cancel()
        self._number("Cleared")

    async def _speak(self) -> None:
        with suppress(ConnectionLost):
            while True:
                await self._has_work.wait()
                self._has_work = trio.Event()
                while self._waiting:
                    with trio.CancelScope() as self._scope:
                        await self._carry_out(self._waiting.popleft())

    async def _carry_out(self, order: SaySentence | TellFlushed | EndSpeaking) -> None:
        match order:
            case SaySentence():
                await self._say(order.sentence)
            case TellFlushed():
                self._number("Flushed")
            case EndSpeaking():
                await close_whole(self._socket, order.code, order.reason)

    async def _say(self, sentence: str) -> None:
        try:
            audio = await sound_of(sentence, self._terms, self._equipment, self._encoder)
        except TrialogueError as fault:
            self._warn("SYNTHESIS_FAILED", str(fault))
            return
        for message in audio:
            self._socket.send_bytes(message.data)
            await self._socket.drain()
            await trio.sleep(message.duration_s / self._equipment.options.send_speed)

    def _number(self, kind: str) -> None:
        self._send({"type": kind, "sequence_id": self._sequence})
        self._sequence += 1

    def _warn(self, code: str, words: str) -> None:
        self._send({"type": "Warning", "code": code, "description": words})

    def _send(self, message: dict[str, object]) -> None:
        # The reader learns of the end, too, and it alone acts on it.
        with suppress(ConnectionLost):
            self._socket.send_text(orjson.dumps(message).decode())
