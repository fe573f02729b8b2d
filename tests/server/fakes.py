"""Stand-ins for engines and sockets: exact, fast, and the same in every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import trio
from attrs import define, field

from trialogue.compute import Inline
from trialogue.errors import ConnectionLost
from trialogue.server.equipment import Equipment, seeded_ids
from trialogue.server.options import ServerOptions
from trialogue.speech.ports import EdgeKind, Recognized, SpeechEdge, Spoken
from trialogue.transport.socket import SocketStatistics

RATE = 16_000
LOUD = b"\x00\x40"
"""One loud sample."""


def speech(seconds: float) -> bytes:
    """Something that the fake detector takes for speech, at 16 kHz."""
    return LOUD * round(seconds * RATE)


def silence(seconds: float) -> bytes:
    """Digital silence at 16 kHz."""
    return bytes(2 * round(seconds * RATE))


@define
class FakeSynthesizer:
    """Speaks 50 ms a character, as a constant; remembers what it was asked for."""

    asked: list[tuple[str, str]] = field(factory=list)
    broken_voices: dict[str, Exception] = field(factory=dict)

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        if voice in self.broken_voices:
            raise self.broken_voices[voice]
        self.asked.append((text, voice))
        if any(letter.isalpha() for letter in text):
            yield Spoken(text=text, pcm=b"\x01\x00" * (1200 * len(text)), sample_rate=24_000)


@define
class FakeRecognizer:
    """Understands what it is told to understand, in order; then nothing."""

    texts: list[str] = field(factory=list)
    heard: list[bytes] = field(factory=list)

    def recognize(self, pcm: bytes) -> Recognized:
        self.heard.append(pcm)
        return Recognized(text=self.texts.pop(0) if self.texts else "")


@define
class FakeDetector:
    """Any sample that is not zero is speech."""

    hang_ms: int
    at: int = 0
    is_speaking: bool = False
    quiet_since: int = 0

    def feed(self, pcm: bytes) -> list[SpeechEdge]:
        edges: list[SpeechEdge] = []
        for start in range(0, len(pcm), 640):
            block = pcm[start : start + 640]
            if any(block):
                if not self.is_speaking:
                    self.is_speaking = True
                    edges.append(SpeechEdge(EdgeKind.STARTED, self.at))
                self.quiet_since = self.at + len(block) // 2
            self.at += len(block) // 2
            if self.is_speaking and self.at - self.quiet_since >= self.hang_ms * RATE // 1000:
                self.is_speaking = False
                edges.append(SpeechEdge(EdgeKind.STOPPED, self.quiet_since))
        return edges


def fake_equipment(options: ServerOptions | None = None, *, texts: tuple[str, ...] = ()) -> Equipment:
    """Equipment of fakes."""
    return Equipment(
        recognizer=FakeRecognizer(list(texts)),
        synthesizer=FakeSynthesizer(),
        open_detector=FakeDetector,
        compute=Inline(),
        options=options or ServerOptions(),
        new_id=seeded_ids(7),
    )


class FakeSocket:
    """A `WebSocket` whose other end is the test."""

    def __init__(self) -> None:
        self.put, self._taken = trio.open_memory_channel[str | bytes](1000)
        self.received: list[dict[str, Any] | bytes] = []
        self.arrived_at: list[float] = []
        self.close_codes: list[int | None] = []
        self._news = trio.Event()

    def send_text(self, text: str) -> None:
        self._keep(json.loads(text))

    def send_bytes(self, frame: bytes) -> None:
        self._keep(frame)

    def _keep(self, message: dict[str, Any] | bytes) -> None:
        self.received.append(message)
        self.arrived_at.append(trio.current_time())
        self._news.set()
        self._news = trio.Event()

    async def receive(self) -> str | bytes:
        try:
            return await self._taken.receive()
        except trio.EndOfChannel:
            raise ConnectionLost("closed", close_code=1000) from None

    async def drain(self) -> None:
        await trio.lowlevel.checkpoint()

    def statistics(self) -> SocketStatistics:
        return SocketStatistics(0, 0, 0, 0, 0, 0, None)

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        self.close_codes.append(code)
        await self.put.aclose()

    # the test's side

    def say(self, message: dict[str, Any] | str) -> None:
        """Send as the client."""
        self.put.send_nowait(message if isinstance(message, str) else json.dumps(message))

    def hear(self, audio: bytes) -> None:
        """Send audio as the client."""
        self.put.send_nowait(audio)

    async def until(self, kind: str, count: int = 1) -> dict[str, Any]:
        """Wait for the `count`-th message of a type."""
        while True:
            found = [m for m in self.received if isinstance(m, dict) and m["type"] == kind]
            if len(found) >= count:
                return found[count - 1]
            await self._news.wait()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Text messages in order."""
        return [m for m in self.received if isinstance(m, dict)]

    @property
    def types(self) -> list[str]:
        """Types in order, neighbouring audio as one `audio`."""
        found = ["audio" if isinstance(m, bytes) else m["type"] for m in self.received]
        return [t for i, t in enumerate(found) if i == 0 or t != "audio" or found[i - 1] != "audio"]

    @property
    def audio(self) -> bytes:
        """All audio received."""
        return b"".join(m for m in self.received if isinstance(m, bytes))
