"""One connection, from Settings to the last byte, under a virtual clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from fakes import FakeSocket, fake_equipment, silence, speech
from trio.testing import MockClock

from trialogue.server.connection import converse
from trialogue.server.equipment import Equipment
from trialogue.server.options import ServerOptions


def settings(**agent: Any) -> dict[str, Any]:
    """Settings with 16 kHz both ways."""
    audio = {"encoding": "linear16", "sample_rate": 16_000}
    return {"type": "Settings", "audio": {"input": audio, "output": audio}, "agent": agent}


def scripted(*script: dict[str, Any], **think: Any) -> dict[str, Any]:
    """A think entry with a script."""
    return {"provider": {"type": "scripted", "script": list(script)}, **think}


@asynccontextmanager
async def connected(equipment: Equipment) -> AsyncIterator[FakeSocket]:
    """A connection that runs while the block does."""
    socket = FakeSocket()
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            await converse(socket, equipment, request_id="r-1")

        nursery.start_soon(run)
        with trio.fail_after(3600):
            yield socket
        nursery.cancel_scope.cancel()


async def test_greeting_then_injected_turn(autojump_clock: MockClock) -> None:
    """Settings are applied, the greeting is spoken, an injected user message is answered."""
    async with connected(fake_equipment()) as socket:
        socket.say(settings(greeting="Hello there.", think=scripted({"say": "One. Two."})))
        await socket.until("AgentAudioDone")
        socket.say({"type": "InjectUserMessage", "content": "Hi"})
        await socket.until("AgentAudioDone", 2)
    assert socket.types == [
        "Welcome", "SettingsApplied", "ConversationText", "audio", "History", "AgentAudioDone",
        "UserStartedSpeaking", "ConversationText", "History", "LatencyReport",
        "ConversationText", "audio", "LatencyReport", "LatencyReport",
        "ConversationText", "audio", "History", "AgentAudioDone",
    ]  # fmt: skip


async def test_audio_turn(autojump_clock: MockClock) -> None:
    """Speech and then silence at the ear become a user's turn, which is answered."""
    async with connected(fake_equipment(texts=("How are you?",))) as socket:
        socket.say(settings(think=scripted({"when": {"heard": "how are"}, "say": "x"}, {"say": "Fine."})))
        socket.hear(silence(0.5) + speech(1.0) + silence(1.0))
        await socket.until("AgentAudioDone")
    texts = [(m["role"], m["content"]) for m in socket.messages if m["type"] == "ConversationText"]
    assert texts == [("user", "How are you?"), ("assistant", "Fine.")]


async def test_idle(autojump_clock: MockClock) -> None:
    """A client that says nothing is told so, and closed without a code."""
    async with connected(fake_equipment(options=ServerOptions())) as socket:
        await socket.until("Error")
        await trio.sleep(1)
    assert trio.current_time() == pytest.approx(11.0)
    assert socket.close_codes == [None]
