"""What the operator is told of each session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
import trio
import trio.testing
from desk import scripted, settings
from fakes import FakeSocket, fake_equipment, silence, speech
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus
from websockets.trio.client import connect

from trialogue.server.connection import converse
from trialogue.server.listener import open_server
from trialogue.server.options import ServerOptions
from trialogue.server.think.stand_in import Caller

SECRET = "My secret is 4711."


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """What is told while the test runs."""
    before = structlog.get_config() if structlog.is_configured() else None
    with capture_logs() as told:
        yield told
    structlog.reset_defaults()
    if before is not None:
        structlog.configure(**before)


async def one_session(options: ServerOptions | None = None) -> None:
    """A session in which everything is said that there is."""
    socket = FakeSocket()
    equipment = fake_equipment(options, texts=("heard words",))
    with trio.fail_after(50):
        async with trio.open_nursery() as nursery:

            async def serve() -> None:
                await converse(socket, equipment, request_id="r-7", caller=Caller(path="/orders"))

            nursery.start_soon(serve)
            socket.say(settings(think=scripted({"say": "Answer 4711."}), greeting="Hello 4711."))
            await socket.until("AgentAudioDone")
            socket.say({"type": "InjectUserMessage", "content": SECRET})
            await socket.until("AgentAudioDone", 2)
            socket.hear(speech(0.2) + silence(0.1))
            await socket.until("UserStartedSpeaking", 2)
            socket.say({"type": "InjectAgentMessage", "message": 5})
            await socket.until("Error")


async def test_a_session_is_told_to_its_end(lines: list[Any], autojump_clock: Any) -> None:
    """The log has a session's model, faults and totals, each with the client's request id."""
    await one_session()
    told = {line["event"]: line for line in lines if line["log_level"] == "info"}
    assert all(line["request_id"] == "r-7" for line in lines)
    assert told["thinks"]["by"] == "the client's script"
    assert "$.message" in told["unreadable message"]["reason"]
    assert told["error"]["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert told["conversation ended"]["error"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert told["conversation ended"]["messages_in"] == 3
    assert told["conversation ended"]["sound_in_bytes"] == 9_600
    assert told["conversation ended"]["sound_out_s"] > 1


async def test_messages_are_told_at_debug_and_sound_in_stretches(
    lines: list[Any], autojump_clock: Any
) -> None:
    """The log at debug has one line for each message and for each stretch of sound."""
    await one_session()
    said = [(line["event"], line.get("type")) for line in lines if line["log_level"] == "debug"]
    assert said[0] == ("server says", "Welcome")
    assert ("client says", "InjectUserMessage") in said
    assert ("client sends sound", None) in said
    # The greeting's, and the answer's two: its first latencies are told between its first sound and the rest.
    assert said.count(("server sends sound", None)) == 3


@pytest.mark.parametrize("shows", [False, True])
async def test_speech_is_logged_only_on_request(
    lines: list[Any], autojump_clock: Any, *, shows: bool
) -> None:
    """The log has no words of user, agent or script unless the operator asks for them."""
    await one_session(ServerOptions(logs_text=shows))
    assert ("4711" in repr(lines)) is shows


@pytest.mark.real
async def test_who_comes_and_who_is_refused_is_told(lines: list[Any]) -> None:
    """The log has a line for each client that comes or goes, and the reason of a refusal."""
    with trio.fail_after(50):
        async with trio.open_nursery() as nursery:
            server = await nursery.start(open_server, fake_equipment())
            root = f"ws://127.0.0.1:{server.port}"
            async with connect(f"{root}/v1/listen?encoding=linear16&sample_rate=16000"):
                pass
            with pytest.raises(InvalidStatus):
                async with connect(f"{root}/v1/nothing"):
                    pass
            while len(lines) < 3:
                await trio.testing.wait_all_tasks_blocked(0.01)
            nursery.cancel_scope.cancel()
    told = {line["event"]: line for line in lines}
    assert told["connected"]["path"] == "/v1/listen"
    assert told["disconnected"]["request_id"] == told["connected"]["request_id"]
    assert (told["refused"]["status"], "/v1/nothing" in told["refused"]["reason"]) == (404, True)
