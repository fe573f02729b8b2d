"""`/v2/speak`: text to speech in turns, by the official SDK and by a plain client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx  # noqa: ASYNC127 the project's one HTTP client
import pytest
import trio
from deepgram import DeepgramClient
from deepgram.speak.v2.types import (
    SpeakV2Close,
    SpeakV2Configure,
    SpeakV2Connected,
    SpeakV2Flush,
    SpeakV2SessionMetadata,
    SpeakV2Speak,
    SpeakV2SpeechMetadata,
)
from test_speak import TWENTY, ask, by_sdk, connect, seconds_of, serving
from websockets.exceptions import ConnectionClosed

from trialogue.server.speak.speech import MAX_CHARS
from trialogue.server.speak.talk import SaySentence, WarnSpeaker
from trialogue.server.speak.turn_talk import (
    MAX_TURN_CHARS,
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
from trialogue.server.speak.turns import MOST_WAITING

VOICE = "flux-thalia-en"


def said(**message: Any) -> str:
    """A message of a client's."""
    return json.dumps(message)


class Speaker:
    """A client of the socket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.sound = bytearray()

    async def tell(self, kind: str, **more: Any) -> None:
        """Send a message."""
        await self.socket.send(said(type=kind, **more))

    async def next(self) -> dict[str, Any]:
        """The next message that is no sound."""
        while isinstance(message := await self.socket.recv(), bytes):
            self.sound += message
        found: dict[str, Any] = json.loads(message)
        return found

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of a type."""
        while (message := await self.next())["type"] != kind:
            pass
        return message


@asynccontextmanager
async def speaking(query: str = f"model={VOICE}", **options: Any) -> AsyncIterator[Speaker]:
    """A client that is connected."""
    async with (
        serving(**options) as server,
        connect(f"ws://127.0.0.1:{server.port}/v2/speak?{query}") as socket,
    ):
        speaker = Speaker(socket)
        connected = await speaker.next()
        assert connected["type"] == "Connected"
        yield speaker


async def test_the_sdk_speaks_turns_and_is_told_what_they_came_to() -> None:
    """The SDK gets a turn's sound between its start and its metadata, and the totals at the end."""

    def talk(client: DeepgramClient) -> list[Any]:
        told: list[Any] = []
        with client.speak.v2.connect(model=VOICE, encoding="linear16", sample_rate="16000") as speaker:
            told.append(speaker.recv())
            speaker.send_speak(SpeakV2Speak(type="Speak", text=TWENTY))
            speaker.send_flush(SpeakV2Flush(type="Flush"))
            told += [speaker.recv() for _ in range(3)]
            while not isinstance(told[-1], SpeakV2SpeechMetadata):
                told.append(speaker.recv())
            speaker.send_configure(SpeakV2Configure(type="Configure", speed=1.1))
            told.append(speaker.recv())
            speaker.send_close(SpeakV2Close(type="Close"))
            told += list(speaker)
        return told

    async with serving() as server:
        told = await by_sdk(server, talk)
    assert isinstance(told[0], SpeakV2Connected)
    assert told[0].model_name == VOICE
    kinds = [getattr(each, "type", "sound") for each in told[1:]]
    assert set(kinds[:2]) == {"SpeechStarted", "Flushed"} or kinds[0] == "SpeechStarted"
    (metadata,) = (each for each in told if isinstance(each, SpeakV2SpeechMetadata))
    sound = b"".join(each for each in told if isinstance(each, bytes))
    assert metadata.audio_duration_ms == pytest.approx(len(sound) / 32, abs=2)
    assert metadata.input_character_count == len(TWENTY)
    assert isinstance(told[-1], SpeakV2SessionMetadata)
    assert told[-1].total_audio_duration_ms == metadata.audio_duration_ms
    assert "ConfigureSuccess" in kinds


async def test_turns_wait_for_each_other() -> None:
    """Text after a Flush is the next turn, with an id of its own."""
    async with speaking() as speaker:
        for text in ("One.", "Two."):
            await speaker.tell("Speak", text=text)
            await speaker.tell("Flush")
        first = await speaker.until("SpeechStarted")
        done = await speaker.until("SpeechMetadata")
        second = await speaker.until("SpeechStarted")
        assert done["speech_id"] == first["speech_id"] != second["speech_id"]
        assert (await speaker.until("SpeechMetadata"))["speech_id"] == second["speech_id"]


async def test_an_interruption_splits_the_text_where_the_user_stopped_hearing() -> None:
    """An interruption at a place says which text was spoken and which remains."""
    async with speaking(send_speed=4.0) as speaker:
        await speaker.tell("Speak", text=f"{TWENTY} {TWENTY} {TWENTY}")
        await speaker.tell("Flush")
        while len(speaker.sound) < 48_000:
            message = await speaker.socket.recv()
            speaker.sound += message if isinstance(message, bytes) else b""
        await speaker.tell("Interrupt", playback_offset={"type": "time_ms", "value": 500})
        stopped = await speaker.until("SpeechInterrupted")
        assert stopped["audio_played_ms"] == 500
        assert stopped["text_spoken"].split() == TWENTY.split()[: round(len(TWENTY.split()) / 2)]
        words = f"{stopped['text_spoken']} {stopped['text_remaining']}".split()
        assert words == f"{TWENTY} {TWENTY} {TWENTY}".split()
        await speaker.tell("Speak", text="Yes.")
        await speaker.tell("Flush")
        again = await speaker.until("SpeechMetadata")
        await speaker.tell("Close")
        totals = await speaker.until("SessionMetadata")
    assert totals["total_audio_duration_ms"] == 500 + again["audio_duration_ms"]
    assert totals["total_input_character_count"] == len(f"{TWENTY} {TWENTY} {TWENTY}Yes.")


async def test_an_end_that_was_asked_for_comes_after_an_interruption() -> None:
    """A client that has sent its last text, and then stops the speech, is not left to wait for the end."""
    async with speaking(send_speed=4.0) as speaker:
        await speaker.tell("Speak", text=f"{TWENTY} {TWENTY} {TWENTY}")
        await speaker.tell("Close")
        while len(speaker.sound) < 48_000:
            message = await speaker.socket.recv()
            speaker.sound += message if isinstance(message, bytes) else b""
        await speaker.tell("Interrupt")
        await speaker.until("SpeechInterrupted")
        assert await speaker.until("SessionMetadata")


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        ({"type": "time_ms", "value": 10_000_000}, "INVALID_INTERRUPT_OFFSET"),
        ({"type": "time_ms", "value": 0}, "INVALID_INTERRUPT_OFFSET"),
        ({"type": "words", "value": 3}, "INVALID_INTERRUPT_OFFSET"),
    ],
)
async def test_an_interruption_at_no_place_of_the_sound_is_ignored(offset: dict[str, Any], code: str) -> None:
    """A warning says so, and the turn goes on to its end."""
    async with speaking() as speaker:
        await speaker.tell("Interrupt")
        assert (await speaker.next())["code"] == "NO_AUDIO_GENERATED"
        await speaker.tell("Speak", text="One.")
        await speaker.tell("Flush")
        await speaker.until("SpeechMetadata")
        await speaker.tell("Interrupt", playback_offset=offset)
        assert (await speaker.next())["code"] == code


async def test_an_interruption_without_a_place_has_no_texts() -> None:
    """An interruption without a place is at the end of the sent sound, without texts."""
    async with speaking() as speaker:
        await speaker.tell("Speak", text="One.")
        await speaker.tell("Flush")
        done = await speaker.until("SpeechMetadata")
        await speaker.tell("Interrupt")
        stopped = await speaker.next()
    assert stopped["type"] == "SpeechInterrupted"
    assert "text_spoken" not in stopped
    assert stopped["audio_played_ms"] == done["audio_duration_ms"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"sound", "MESSAGE-0000"),
        ("no JSON", "DATA-0000"),
        (said(type="Clear"), "DATA-0000"),
        (said(type="Configure"), "DATA-0002"),
        (said(type="Speak", text="x" * 2001), "BIG-0000"),
    ],
)
async def test_nonsense_is_an_error_and_the_end(message: str | bytes, code: str) -> None:
    """An invalid message gets an Error with the service's code, and the socket is closed."""
    async with speaking() as speaker:
        await speaker.socket.send(message)
        error = await speaker.next()
    assert (error["type"], error["code"]) == ("Error", code)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "model=aura-2-thalia-en",
        f"model={VOICE}&encoding=mp3",
        f"model={VOICE}&sample_rate=12345",
        f"model={VOICE}&encoding=mulaw&sample_rate=24000",
        f"model={VOICE}&speed=0.4",
        f"model={VOICE}&expressivity=3",
        f"model={VOICE}&priority=low",
    ],
)
async def test_sockets_of_turns_that_cannot_be_had(query: str) -> None:
    """An impossible query of a socket gets 400 before the upgrade."""
    async with serving() as server:
        with pytest.raises(Exception, match="400"):
            async with connect(f"ws://127.0.0.1:{server.port}/v2/speak?{query}"):
                pytest.fail("opened")


async def test_a_file_by_request() -> None:
    """A plain request with a voice of this kind gets a file, as at `/v1/speak`."""
    async with serving() as server:
        address = f"http://127.0.0.1:{server.port}/v2/speak"
        async with httpx.AsyncClient(timeout=10) as client:
            found = await client.post(f"{address}?model={VOICE}&priority=low", json={"text": TWENTY})
            wrong = await client.post(f"{address}?model=aura-2-thalia-en", json={"text": TWENTY})
        assert seconds_of(found.content) == pytest.approx(1.0, abs=0.15)
        assert wrong.status_code == 400
        assert (await ask(server, "model=flux-thalia-en")).status_code == 400


# --- what messages cause ------------------------------------------------------------------------------


def test_texts_gather_to_turns() -> None:
    """Texts are joined verbatim; Flush ends the turn, and Close flushes first."""
    talk = FluxTalk("r")
    opened, *none = talk.take(said(type="Speak", text="Good mor"))
    assert isinstance(opened, OpenSpeech)
    assert none == []
    assert talk.take(said(type="Speak", text="ning. How are")) == [SaySentence("Good morning.")]
    flushed: list[FluxOrder] = [TellSpeechFlushed(opened.speech_id), SaySentence("How are"), CloseSpeech(21)]
    assert talk.take(said(type="Flush")) == flushed
    again, *_ = talk.take(said(type="Speak", text="Yes"))
    assert isinstance(again, OpenSpeech)
    assert again.speech_id != opened.speech_id
    closed: list[FluxOrder] = [TellSpeechFlushed(again.speech_id), SaySentence("Yes"), CloseSpeech(3)]
    assert talk.take(said(type="Close")) == [*closed, EndSession()]
    assert talk.take(said(type="Close")) == [EndSession()]


def test_warnings_for_messages_without_a_turn_or_words() -> None:
    """A message without a turn or without words gets a warning, and its turn ends."""
    talk = FluxTalk("r")
    (warned,) = talk.take(said(type="Flush"))
    assert isinstance(warned, WarnSpeaker)
    assert warned.code == "NO_ACTIVE_SPEECH"
    talk.take(said(type="Speak", text=" ... "))
    told = talk.take(said(type="Flush"))
    assert [getattr(each, "code", type(each).__name__) for each in told] == [
        "TellSpeechFlushed",
        "NO_SYNTHESIZABLE_TEXT",
        "CloseSpeech",
    ]


@pytest.mark.parametrize(
    ("speed", "code"),
    [
        (1.15, "ConfigureSuccess"),
        (1, "ConfigureSuccess"),
        (1.6, "SPEED_OUT_OF_RANGE"),
        (1.01, "SPEED_INCREMENT_INVALID"),
    ],
)
def test_speeds_are_checked(speed: float, code: str) -> None:
    """A speed outside the published range or steps is refused."""
    (told,) = FluxTalk("r").take(said(type="Configure", speed=speed))
    assert isinstance(told, TellConfigured)
    assert told.answer.get("code", told.answer["type"]) == code


def test_an_interrupt_says_where() -> None:
    """A client that names the place of its playback has the speech cut there."""
    talk = FluxTalk("r")
    assert talk.take(said(type="Interrupt")) == [StopSpeech(None)]
    where = {"type": "time_ms", "value": 7}
    assert talk.take(said(type="Interrupt", playback_offset=where)) == [StopSpeech(7)]
    assert isinstance(talk.take(b"")[0], FailSpeech)


def test_a_turn_is_bounded() -> None:
    """A client that never flushes cannot fill the memory with small texts."""
    talk = FluxTalk("r")
    for _ in range(MAX_TURN_CHARS // MAX_CHARS):
        orders = talk.take(said(type="Speak", text="x" * MAX_CHARS))
        assert not any(isinstance(each, FailSpeech) for each in orders)
    (failed,) = talk.take(said(type="Speak", text="x"))
    assert isinstance(failed, FailSpeech)
    assert failed.code == "BIG-0000"


async def test_unspoken_text_is_bounded() -> None:
    """A client that sends text faster than it is spoken gets an error, and its session ends."""

    async def send(speaker: Speaker) -> None:
        with suppress(ConnectionClosed):
            for _ in range(MOST_WAITING):
                await speaker.tell("Flush")
                await speaker.tell("Speak", text=".")

    # At this speed the first sentence alone outlasts the test, however slowly the client sends.
    async with speaking(send_speed=0.1) as speaker, trio.open_nursery() as nursery:
        await speaker.tell("Speak", text=f"{TWENTY[:-1]} " * 5)
        nursery.start_soon(send, speaker)
        assert (await speaker.until("Error"))["code"] == "BIG-0000"
        nursery.cancel_scope.cancel(reason="the server has had enough")


async def test_pings_keep_a_silent_session_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that has nothing to say, and pings as its library does, keeps its session."""
    monkeypatch.setattr("trialogue.server.speak.turns.MAX_IDLE_S", 0.5)
    async with speaking() as speaker:
        for _ in range(15):
            await speaker.socket.ping()
            await trio.sleep(0.1)
        await speaker.tell("Speak", text="Yes.")
        await speaker.tell("Flush")
        assert await speaker.until("SpeechMetadata")


async def test_a_minute_of_silence_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends nothing for a minute is told why its session ends."""
    monkeypatch.setattr("trialogue.server.speak.turns.MAX_IDLE_S", 0.05)
    async with speaking() as speaker:
        with trio.fail_after(50):
            assert (await speaker.next())["code"] == "NET-0004"
