"""What the fixture `voice_agent_server` gives to tests of other people's clients."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import wave
from pathlib import Path
from typing import Any

import pytest
import websockets
from foreign import App, dial, settings

from trialogue.errors import SetupError
from trialogue.serving.for_tests import VoiceAgentServer, opened
from trialogue.serving.ledger import NothingCame

GREETS = settings({"say": "Nice to meet you."}, greeting="Hello!")

UPGRADE = (
    b"GET /v1/agent/converse HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def test_messages_of_a_client_are_kept(voice_agent_server: VoiceAgentServer) -> None:
    """Messages by their type and fields, in the order in which they came."""
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(GREETS)
        app.tell({"type": "KeepAlive"})
        app.until("AgentAudioDone")
        assert voice_agent_server.wait_for("Settings", agent={"greeting": "Hello!"}) == GREETS
        assert voice_agent_server.received() == [GREETS, {"type": "KeepAlive"}]
        assert voice_agent_server.received("Settings", agent={"greeting": "Bye!"}) == []
        assert voice_agent_server.received("Welcome", by="server")


def test_a_message_that_never_comes_is_named(voice_agent_server: VoiceAgentServer) -> None:
    """The test's failure names the missing message, and lists those that came."""
    with dial(voice_agent_server.url) as socket:
        socket.send(json.dumps(GREETS))
        voice_agent_server.wait_for("Settings")
        with pytest.raises(NothingCame, match=r"no UpdatePrompt of the client came within 0\.05 s.*Settings"):
            voice_agent_server.wait_for("UpdatePrompt", within_s=0.05)


def test_the_user_is_heard(voice_agent_server: VoiceAgentServer) -> None:
    """What the user says is understood, and answered to the client."""
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings({"say": "You said ${heard}."}))
        app.until("SettingsApplied")
        voice_agent_server.user.say("Good morning.", at_once=True)
        app.until("AgentAudioDone")
        assert app.said("user") == ["Good morning."]
        assert app.said("assistant") == ["You said Good morning.."]
        kinds = [m["type"] for m in app.seen if isinstance(m, dict)]
        assert "UserStartedSpeaking" in kinds


def test_the_user_speaks_at_lifes_pace(voice_agent_server: VoiceAgentServer) -> None:
    """A second of words takes its second, and its silence."""
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings({"say": "Yes."}))
        app.until("SettingsApplied")
        began = time.monotonic()
        voice_agent_server.user.say("Good morning to you.")
        assert time.monotonic() - began > 2.0


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (44_100, 2)])
def test_the_user_plays_a_recording(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, rate: int, channels: int
) -> None:
    """Sound of a file is noticed as speech, whatever its rate."""
    with wave.open(str(tmp_path / "hello.wav"), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(b"\x00\x40" * rate * channels)
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings({"say": "Yes."}))
        app.until("SettingsApplied")
        voice_agent_server.user.play(tmp_path / "hello.wav", at_once=True)
        app.until("UserStartedSpeaking")


def test_the_user_writes(voice_agent_server: VoiceAgentServer) -> None:
    """As an injected message, which is not the client's."""
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings({"say": "Yes."}))
        app.until("SettingsApplied")
        voice_agent_server.user.write("Hi.")
        app.until("AgentAudioDone")
        assert app.said("user") == ["Hi."]
        assert voice_agent_server.received("InjectUserMessage") == []


def test_the_agent_is_made_to_speak(voice_agent_server: VoiceAgentServer) -> None:
    """A test can make the agent speak at any moment, in any session."""
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings())
        app.until("SettingsApplied")
        voice_agent_server.say("Are you still there?")
        app.until("AgentAudioDone")
        assert app.said("assistant") == ["Are you still there?"]


def test_nobody_is_spoken_for_before_they_come(voice_agent_server: VoiceAgentServer) -> None:
    """Making the agent speak without a session is one clear error."""
    with pytest.raises(SetupError, match="no client is connected"):
        voice_agent_server.say("Hello?")


def test_each_test_starts_with_an_empty_server(voice_agent_server: VoiceAgentServer) -> None:
    """A reset forgets all sessions and closes open ones with 1001."""
    with dial(voice_agent_server.url) as socket:
        socket.send(json.dumps(GREETS))
        voice_agent_server.wait_for("Settings")
        voice_agent_server.options(idle_s=0.05)
        voice_agent_server.reset()
        assert voice_agent_server.received() == []
        assert voice_agent_server.sessions() == []
        for _ in socket:
            pass
        assert socket.close_code == 1001
    with dial(voice_agent_server.url) as socket:
        App(socket).until("Welcome")
        with pytest.raises(TimeoutError):
            socket.recv(0.2)  # the short patience is forgotten, too


def test_a_reset_waits_for_no_client_that_comes_meanwhile(voice_agent_server: VoiceAgentServer) -> None:
    """Such a client goes on: one that connects again at once would hold up every reset."""
    host, _, port = voice_agent_server.host.partition(":")
    with socket.create_connection((host, int(port)), 5) as silent:
        silent.sendall(UPGRADE)
        assert silent.recv(4096).startswith(b"HTTP/1.1 101")
        resetting = threading.Thread(target=voice_agent_server.reset)
        resetting.start()
        while b"\x88" not in silent.recv(4096):
            pass  # until the server says Close, which nobody answers yet
        with dial(voice_agent_server.url) as again:
            app = App(again)
            app.tell(GREETS)
            app.until("SettingsApplied")
            silent.close()
            resetting.join(5)
            assert not resetting.is_alive()
            assert [each.ending for each in voice_agent_server.sessions()] == [None]
            assert voice_agent_server.received() == [GREETS]
            app.until("AgentAudioDone")


def test_sessions_are_served_otherwise(voice_agent_server: VoiceAgentServer) -> None:
    """Any option of the server, for the sessions to come."""
    voice_agent_server.options(idle_s=0.1)
    with dial(voice_agent_server.url) as socket:
        error = App(socket).until("Error")
    assert error["code"] == "CLIENT_MESSAGE_TIMEOUT"
    assert voice_agent_server.sessions()[0].ending is not None


def test_an_asyncio_test_waits_without_stopping_its_client(voice_agent_server: VoiceAgentServer) -> None:
    """What waits is awaited: the client goes on in the same loop."""

    async def conversation() -> list[Any]:
        async with websockets.connect(voice_agent_server.url) as socket:
            await socket.send(json.dumps(settings({"say": "Yes."})))
            waiting = asyncio.create_task(voice_agent_server.aio.wait_for("KeepAlive"))
            await asyncio.sleep(0)
            await socket.send('{"type":"KeepAlive"}')
            kept = await waiting
            await voice_agent_server.aio.user.say("Good morning.", at_once=True)
            texts = [json.loads(m) async for m in first_texts(socket)]
            return [kept, *(m["content"] for m in texts)]

    async def first_texts(socket: Any) -> Any:
        count = 0
        while count < 2:
            message = await asyncio.wait_for(socket.recv(), 5)
            if isinstance(message, str) and json.loads(message)["type"] == "ConversationText":
                count += 1
                yield message

    assert asyncio.run(conversation()) == [{"type": "KeepAlive"}, "Good morning.", "Yes."]


async def test_a_trio_test_waits_likewise(voice_agent_server: VoiceAgentServer) -> None:
    """The fixture's calls can be awaited in a trio test."""
    with pytest.raises(NothingCame):
        await voice_agent_server.aio.wait_for("Settings", within_s=0.01)


def test_two_servers_at_a_time() -> None:
    """Each has its own address, and its own clients."""
    first, one = opened()
    second, other = opened()
    with dial(one.url) as socket:
        socket.send(json.dumps(GREETS))
        one.wait_for("Settings")
        assert other.sessions() == []
    first.close()
    second.close()
