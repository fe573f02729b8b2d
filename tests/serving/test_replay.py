"""Recorded sessions served back, and a relay that records another service."""

from __future__ import annotations

import json
import math
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection
from typing import Any, cast

import pytest
import trio
from foreign import App, dial, settings
from trio.testing import MockClock, memory_stream_pair
from websockets.exceptions import ConnectionClosedError

from trialogue import Clock, Overrides, prepare, run_meeting
from trialogue.errors import ConnectionLost, SetupError
from trialogue.journal.reader import read
from trialogue.journal.records import JournalKind
from trialogue.meeting.edges import Edges
from trialogue.serving.for_tests import VoiceAgentServer, opened
from trialogue.serving.playback import AwaitText, SayBack, play_back
from trialogue.serving.recorded_replies import REMAINDER
from trialogue.serving.relay import _between
from trialogue.speech.murmur import murmuring_engines
from trialogue.transport.frames import close_frame, data_frame
from trialogue.transport.socket import WebSocket

SETTINGS = settings({"say": "Yes."}, {"say": "No."}, greeting="Hello!")
PROMPT = {"type": "InjectUserMessage", "content": "Really?"}


def hold(url: str, prompt: dict[str, Any] = PROMPT, first: dict[str, Any] = SETTINGS) -> App:
    """A conversation of a greeting and a turn."""
    with dial(url) as socket:
        app = App(socket)
        app.tell(first)
        app.until("AgentAudioDone")
        app.tell({"type": "KeepAlive"})
        app.tell(prompt)
        app.until("AgentAudioDone")
    return app


@pytest.fixture
def recorded(voice_agent_server: VoiceAgentServer, tmp_path: Path) -> tuple[Path, App]:
    """A recorded session, and what its client saw."""
    voice_agent_server.record(tmp_path / "runs")
    app = hold(voice_agent_server.url)
    voice_agent_server.reset()
    (run,) = (tmp_path / "runs").iterdir()
    return run, app


def test_a_session_is_served_back_exactly(
    voice_agent_server: VoiceAgentServer, recorded: tuple[Path, App]
) -> None:
    """Every message and every byte, in their order, to each client that comes."""
    run, first = recorded
    voice_agent_server.replay(run)
    for _ in range(2):
        assert hold(voice_agent_server.url).seen == first.seen
        assert voice_agent_server.sessions()[-1].mismatches == []


def test_a_reply_waits_for_the_clients_message(
    voice_agent_server: VoiceAgentServer, recorded: tuple[Path, App]
) -> None:
    """The second reply comes when the client has asked, and not before."""
    voice_agent_server.replay(recorded[0])
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(SETTINGS)
        app.until("AgentAudioDone")
        with pytest.raises(TimeoutError):
            app.take(0.3)
        app.tell(PROMPT)
        app.until("AgentAudioDone")


def test_a_lenient_playback_tells_what_is_otherwise(
    voice_agent_server: VoiceAgentServer, recorded: tuple[Path, App]
) -> None:
    """A client that sends other messages is told the difference, and goes on."""
    run, first = recorded
    voice_agent_server.replay(run)
    seen = hold(voice_agent_server.url, {**PROMPT, "content": "Truly?"}).seen
    assert seen == first.seen
    assert voice_agent_server.sessions()[-1].mismatches == ["InjectUserMessage had different content here"]


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        ({**PROMPT, "content": "Truly?"}, "InjectUserMessage had different content here"),
        (
            {"type": "UpdatePrompt", "prompt": "x"},
            "InjectUserMessage was sent here, now UpdatePrompt",
        ),
    ],
)
def test_a_strict_playback_ends_with_it(
    voice_agent_server: VoiceAgentServer, recorded: tuple[Path, App], prompt: dict[str, Any], why: str
) -> None:
    """A client that sends other messages gets an Error that says the difference."""
    voice_agent_server.replay(recorded[0], strict=True)
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(SETTINGS)
        app.until("AgentAudioDone")
        app.tell(prompt)
        error = app.until("Error")
    assert error == {"type": "Error", "code": "REPLAY_MISMATCH", "description": why}


def test_sound_brings_what_it_brought(voice_agent_server: VoiceAgentServer, tmp_path: Path) -> None:
    """What the server said because of speech comes when as much sound has come again."""
    voice_agent_server.record(tmp_path / "runs")
    voice_agent_server.user.wav("Good morning.", tmp_path / "user.wav", sample_rate=16_000)
    with wave.open(str(tmp_path / "user.wav"), "rb") as file:
        sound = file.readframes(file.getnframes())

    def speak() -> list[str]:
        with dial(voice_agent_server.url) as socket:
            app = App(socket)
            app.tell(settings({"say": "Yes."}))
            app.until("SettingsApplied")
            for start in range(0, len(sound), 3200):
                socket.send(sound[start : start + 3200])
            app.until("AgentAudioDone")
        return [each["type"] for each in app.seen if isinstance(each, dict)]

    first = speak()
    voice_agent_server.reset()
    (run,) = (tmp_path / "runs").iterdir()
    voice_agent_server.replay(run)
    assert speak() == first
    assert "UserStartedSpeaking" in first


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a meeting in virtual time."""
    scenario = Path(__file__).parents[2] / "scenarios" / "smallest.yaml"
    resolved = prepare(scenario, Overrides(clock=Clock.VIRTUAL))
    out = tmp_path_factory.mktemp("meeting") / "run"
    return run_meeting(resolved, out=out, edges=Edges(engines=murmuring_engines())).folder


def replies_of(url: str, count: int) -> list[Any]:
    """What an app sees that prompts so often."""
    with dial(url) as socket:
        app = App(socket)
        app.until("Welcome")
        app.tell(settings())
        for _ in range(count):
            app.tell(PROMPT)
            app.until("AgentAudioDone")
    return app.seen


def test_a_participant_of_a_meeting_is_served_back(
    voice_agent_server: VoiceAgentServer, meeting: Path
) -> None:
    """Its words, and its sound in the format for which the app asks."""
    voice_agent_server.replay(meeting, participant="tech")
    seen = replies_of(voice_agent_server.url, 1)
    words = [m["content"] for m in seen if isinstance(m, dict) and m["type"] == "ConversationText"]
    transcript = (meeting / "transcript.md").read_text("utf-8")
    assert words
    assert all(each in transcript for each in words)
    assert sum(len(m) for m in seen if isinstance(m, bytes)) > 16_000


def test_an_unheard_rest_is_spoken_by_a_voice_and_marked(
    voice_agent_server: VoiceAgentServer, meeting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply that was cut has its rest from a voice, behind a warning."""
    from attrs import evolve

    from trialogue.journal.reader import Reading
    from trialogue.model.events import PlaybackFinished

    records = Reading.__iter__

    def cut_short(reading: Reading) -> Iterator[Any]:
        for record in records(reading):
            event = record.event
            if isinstance(event, PlaybackFinished):
                event = evolve(event, played_s=event.played_s / 2, outcome="cut")
            yield evolve(record, event=event)

    monkeypatch.setattr(Reading, "__iter__", cut_short)
    voice_agent_server.replay(meeting, participant="tech")
    seen = replies_of(voice_agent_server.url, 1)
    codes = [m["code"] for m in seen if isinstance(m, dict) and m["type"] == "Warning"]
    assert codes == [REMAINDER]


@pytest.mark.parametrize("participant", [None, "nobody"])
def test_a_replay_of_a_meeting_needs_a_participant(
    voice_agent_server: VoiceAgentServer, meeting: Path, participant: str | None
) -> None:
    """The error lists the participants to choose from."""
    with pytest.raises(SetupError, match="moderator, tech, business"):
        voice_agent_server.replay(meeting, participant=participant)


def test_another_service_is_recorded(voice_agent_server: VoiceAgentServer, tmp_path: Path) -> None:
    """What both said, through a relay between them, which changes nothing."""
    direct = hold(voice_agent_server.url)
    bridge, between = opened()
    between.relay(voice_agent_server.url)
    between.record(tmp_path / "runs")
    through = hold(between.url)
    bridge.close()
    kinds = [[m["type"] for m in app.seen if isinstance(m, dict)] for app in (direct, through)]
    assert kinds[0] == kinds[1]
    assert through.said("assistant") == ["Hello!", "Yes."]
    assert voice_agent_server.received("InjectUserMessage") == [PROMPT, PROMPT]
    (run,) = (tmp_path / "runs").iterdir()
    reading = read(run / "journal.jsonl")
    assert reading.header.of is JournalKind.SESSION
    kept = [r.fact.text for r in reading.wire() if getattr(r.fact, "by", "") == "client"]
    assert [json.loads(each)["type"] for each in kept] == ["Settings", "KeepAlive", "InjectUserMessage"]


@pytest.mark.parametrize("is_relayed", [False, True], ids=["direct", "relayed"])
def test_a_client_that_reads_slowly_gets_all_sound(
    voice_agent_server: VoiceAgentServer, *, is_relayed: bool
) -> None:
    """A client that plays a long reply while it reads keeps its session, and each byte of the reply."""
    bridge, between = opened()
    between.relay(voice_agent_server.url)
    voice_agent_server.options(send_speed=math.inf)
    output = {"encoding": "linear32", "sample_rate": 48_000, "container": "none"}
    first = settings(greeting="Nobody has ever read aloud a greeting as long as this. " * 60)
    with dial((between if is_relayed else voice_agent_server).url) as socket:
        app = App(socket)
        app.tell({**first, "audio": {**first["audio"], "output": output}})
        app.until("SettingsApplied")
        time.sleep(3)
        app.until("AgentAudioDone")
    bridge.close()
    sent = sum(each.size for each in voice_agent_server.sessions()[-1].of("server", "sound"))
    assert sum(len(each) for each in app.seen if isinstance(each, bytes)) == sent > 20_000_000


def test_a_service_that_refuses_is_told(tmp_path: Path) -> None:
    """By an Error, for the client is in by then."""
    bridge, between = opened()
    between.relay("ws://127.0.0.1:1/v1/agent/converse")
    with dial(between.url) as socket:
        error = App(socket).until("Error")
    bridge.close()
    assert error["code"] == "RELAY_FAILED"
    assert "cannot reach" in error["description"]


UPGRADE = (
    "GET /v1/agent/converse HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
REFUSED = '{"type": "Settings", "audio": {"input": {"encoding": "nonsense"}}}'
CLOSE = b"\x88\x00"


def test_the_clients_answer_to_a_relayed_close_is_waited_for(voice_agent_server: VoiceAgentServer) -> None:
    """A stream that ended before it would take the service's last error from a client that still sends."""
    bridge, between = opened()
    between.relay(voice_agent_server.url)
    host, port = between.host.split(":")
    received = b""
    with create_connection((host, int(port)), timeout=20) as client:
        client.sendall(UPGRADE.format(between.host).encode())
        while b"Welcome" not in received:
            received += client.recv(4096)
        client.sendall(data_frame(REFUSED, is_client=True))
        while CLOSE not in received:
            received += client.recv(4096)
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(20)
        client.sendall(close_frame(1000, is_client=True))
        assert client.recv(1) == b""
    bridge.close()
    assert b'"Error"' in received


def test_the_reason_of_a_close_is_relayed(voice_agent_server: VoiceAgentServer) -> None:
    """Sockets of speech tell their errors by it alone: without it a client would not learn what is wrong."""
    bridge, between = opened()
    between.relay(f"ws://{voice_agent_server.host}/v1/speak")
    with dial(between.url) as socket:
        assert App(socket).until("Metadata")
        socket.send('{"type": "Reset"}')
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv(5)
    bridge.close()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "DATA-0000")


class Talkative:
    """Client of a playback that sends the same message again and again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.taken = 0

    async def receive(self) -> str:
        await trio.sleep(0.001)
        self.taken += 1
        return self.text

    def send_text(self, text: str) -> None:
        del text

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        del code, reason
        await trio.lowlevel.checkpoint()


async def test_a_client_that_sends_other_messages_without_end_is_waited_for_no_longer(
    autojump_clock: MockClock,
) -> None:
    """Only the first mismatches are told, by a short type."""
    told: list[str] = []
    client = Talkative(json.dumps({"type": "A" * 10_000}))
    with trio.fail_after(25):
        await play_back(cast("WebSocket", client), [AwaitText("Settings")], told.append)
    assert len(told) == 100
    assert max(map(len, told)) < 100


async def test_messages_before_their_step_are_not_kept_without_bound(autojump_clock: MockClock) -> None:
    """A client that sends too early is made to wait instead of filling the memory."""
    client = Talkative(json.dumps({"type": "UpdatePrompt", "prompt": "x" * 100_000}))
    await play_back(cast("WebSocket", client), [SayBack("{}", 10.0)], print)
    assert client.taken < 100


class OneEnded:
    """A socket whose peer has gone without a close, after `messages`; `is_open` for one that only waits."""

    def __init__(self, *messages: str, is_open: bool = False) -> None:
        self.messages, self.is_open = [*messages], is_open
        self.taken: list[str] = []
        self.closed: list[int | None] = []

    async def receive(self) -> str:
        await trio.lowlevel.checkpoint()
        if self.messages:
            return self.messages.pop(0)
        if self.is_open:
            await trio.sleep_forever()
        raise ConnectionLost("gone", close_code=1006)

    def send_text(self, text: str) -> None:
        if not self.is_open:
            raise ConnectionLost("gone", close_code=1006)
        self.taken.append(text)

    async def drain(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self, code: int | None = 1000, _: str = "") -> None:
        await trio.lowlevel.checkpoint()
        self.closed.append(code)


async def test_a_service_that_goes_while_the_client_speaks_is_lost_to_the_client() -> None:
    """The client's next message met the loss first: it got an orderly close, and not the last words."""
    client, service = OneEnded("{}", "{}", "{}", is_open=True), OneEnded("1", "2", "3", "4", "5")
    to_client, at_client = memory_stream_pair()
    with trio.fail_after(10):
        await _between(cast("WebSocket", client), cast("WebSocket", service), to_client)
    assert client.taken == ["1", "2", "3", "4", "5"]
    assert client.closed == service.closed == []
    assert await at_client.receive_some(1) == b""
