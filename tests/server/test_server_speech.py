"""Real engines at both ends: what one agent says, another hears and answers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from desk import scripted, settings

from trialogue.compute import InThreads
from trialogue.server.equipment import Equipment
from trialogue.server.listener import serve_stream
from trialogue.server.options import ServerOptions
from trialogue.speech.engines import Engines
from trialogue.transport.dial import open_websocket_over
from trialogue.transport.pipe import open_pipe
from trialogue.transport.socket import WebSocket

pytestmark = pytest.mark.real

QUESTION = "What is the price of the cache?"


@asynccontextmanager
async def session(engines: Engines) -> AsyncIterator[WebSocket]:
    """A client's socket to a server with these engines."""
    equipment = Equipment(
        recognizer=engines.recognizer,
        synthesizer=engines.synthesizer,
        open_detector=engines.open_detector,
        compute=InThreads(),
        options=ServerOptions(send_speed=50.0),
    )
    near, far = open_pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_stream, far, equipment)
        with trio.fail_after(30):
            async with open_websocket_over(near, "ws://embedded/v1/agent/converse", headers={}) as socket:
                yield socket
        nursery.cancel_scope.cancel()


async def until(socket: WebSocket, kind: str) -> list[Any]:
    """All messages up to one of a type: JSON objects and bytes."""
    seen: list[Any] = []
    while True:
        message = await socket.receive()
        seen.append(json.loads(message) if isinstance(message, str) else message)
        if isinstance(message, str) and seen[-1]["type"] == kind:
            return seen


@pytest.mark.parametrize(("encoding", "rate"), [("linear16", 16_000), ("linear16", 24_000), ("mulaw", 8_000)])
async def test_spoken_question_is_answered(engines: Engines, encoding: str, rate: int) -> None:
    """A question that one session speaks is understood and answered by another, in three formats."""
    audio_format = {"encoding": encoding, "sample_rate": rate}
    both = {"input": audio_format, "output": audio_format}
    async with session(engines) as asker:
        voice = {"provider": {"type": "deepgram", "model": "aura-2-orion-en"}}
        asker.send_text(json.dumps(settings(audio=both, greeting=QUESTION, speak=voice)))
        question = b"".join(m for m in await until(asker, "AgentAudioDone") if isinstance(m, bytes))
    still = (b"\xff" if encoding == "mulaw" else b"\x00\x00") * rate
    async with session(engines) as socket:
        script = scripted({"when": {"heard": "(?i)price"}, "say": "Three dollars."}, {"otherwise": "Pardon?"})
        socket.send_text(json.dumps(settings(audio=both, think=script)))
        socket.send_bytes(question)
        socket.send_bytes(still + still)
        seen = await until(socket, "AgentAudioDone")
    texts = [m["content"] for m in seen if isinstance(m, dict) and m["type"] == "ConversationText"]
    assert re.sub(r"[^a-z ]", "", texts[0].lower()) in {
        "what is the price of the cache", "what is the price of the cash",
    }  # fmt: skip
    assert texts[1] == "Three dollars."
    assert sum(len(m) for m in seen if isinstance(m, bytes)) > rate // 2
