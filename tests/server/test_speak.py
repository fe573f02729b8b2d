"""Text to speech, by request and by socket, mostly by the official SDK."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx  # noqa: ASYNC127 -- a peer, as people's programs have it
import pytest
import soundfile
import trio
from attrs import evolve
from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import SpeakV1Text
from fakes import FakeSynthesizer, fake_equipment
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.trio.client import connect

from trialogue.compute import InThreads
from trialogue.errors import SetupError
from trialogue.server.admission import LOOPBACK, Access
from trialogue.server.listener import Server, open_server
from trialogue.server.options import ServerOptions
from trialogue.server.speak.talk import (
    MAX_CHARS_A_MINUTE,
    EndSpeaking,
    ForgetSpeech,
    SaySentence,
    SpeakTalk,
    TellFlushed,
    WarnSpeaker,
)

TWENTY = "Twenty letters here."
"""A second, as the fakes speak."""

T = TypeVar("T")


@asynccontextmanager
async def serving(access: Access = LOOPBACK, *, send_speed: float = 50.0) -> AsyncIterator[Server]:
    """A server on loopback while the block runs."""
    async with trio.open_nursery() as nursery:
        broken = FakeSynthesizer(broken_voices={"aura-2-zeus-en": SetupError("no wheel")})
        equipment = fake_equipment(ServerOptions(send_speed=send_speed))
        equipment = evolve(equipment, compute=InThreads(), synthesizer=broken)
        server: Server = await nursery.start(open_server, equipment, access)
        with trio.fail_after(30):
            await trio.lowlevel.checkpoint()
            yield server
        nursery.cancel_scope.cancel()


async def by_sdk(server: Server, use: Callable[[DeepgramClient], T]) -> T:
    """Let the official SDK, which blocks, use the server."""
    http, ws = f"http://127.0.0.1:{server.port}", f"ws://127.0.0.1:{server.port}"
    here = DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)
    client = DeepgramClient(environment=here, api_key="secret")
    return await trio.to_thread.run_sync(use, client, abandon_on_cancel=True)


async def ask(server: Server, query: str = "", **more: Any) -> httpx.Response:
    """Ask for a file of speech."""
    more = more or {"json": {"text": TWENTY}}
    async with httpx.AsyncClient(timeout=10) as client:
        return await client.post(f"http://127.0.0.1:{server.port}/v1/speak?{query}", **more)


def seconds_of(audio: bytes) -> float:
    """How long a file plays, by a decoder that reads to its end; FLAC of unknown length has no other."""
    with soundfile.SoundFile(io.BytesIO(audio)) as file:
        frames, room = 0, soundfile._ffi.new("short[]", 1024)
        while read := soundfile._snd.sf_readf_short(file._file, room, 1024):
            frames += read
        return float(frames / file.samplerate)


# --- by request ---------------------------------------------------------------------------------------


async def test_the_sdk_gets_mp3() -> None:
    """The SDK gets MP3 by default, in pieces that make one file."""
    async with serving() as server:
        audio = await by_sdk(server, lambda client: b"".join(client.speak.v1.audio.generate(text=TWENTY)))
    assert seconds_of(audio) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", "audio/mpeg"),
        ("encoding=mp3&bit_rate=32000", "audio/mpeg"),
        ("encoding=linear16", "audio/wav"),
        ("encoding=mulaw&container=wav", "audio/wav"),
        ("encoding=alaw&sample_rate=16000.0", "audio/wav"),
        ("encoding=flac&sample_rate=16000", "audio/flac"),
        ("encoding=opus", "audio/ogg;codecs=opus"),
        ("encoding=opus&container=ogg&bit_rate=24000", "audio/ogg;codecs=opus"),
    ],
)
async def test_files_of_each_form(query: str, kind: str) -> None:
    """Each format of speech is a file that a decoder reads back with the right length."""
    async with serving() as server:
        answer = await ask(server, query)
    assert answer.headers["content-type"] == kind
    assert seconds_of(answer.content) == pytest.approx(1.0, abs=0.15)


async def test_samples_without_a_container() -> None:
    """Raw samples have the right length, and their rate is in the media type."""
    async with serving() as server:
        answer = await ask(server, "encoding=linear16&container=none&sample_rate=8000")
    assert answer.headers["content-type"] == "audio/l16;rate=8000"
    assert len(answer.content) == pytest.approx(16_000, abs=32)


async def test_headers_say_what_was_spoken() -> None:
    """The response headers name the voice and the number of characters, and warn of a doubtful voice."""
    async with serving() as server:
        answer = await ask(
            server, "model=aura-2-celeste-es", content="Hola.", headers={"content-type": "text/plain"}
        )
    assert answer.headers["dg-model-name"] == "aura-2-celeste-es"
    assert answer.headers["dg-char-count"] == "5"
    assert "another language" in answer.headers["dg-warning"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("encoding=aac", "encoding aac is not available"),
        ("encoding=opus&container=none", "use container ogg"),
        ("encoding=mp3&sample_rate=16000", "sample_rate is not applicable when encoding=mp3"),
        ("encoding=mp3&container=wav", "container is not applicable when encoding=mp3"),
        ("model=flux-thalia-en", "/v2/speak"),
        ("speed=2", "speed"),
        ("speed=fast", "speed"),
        ("sample_rate=x", "sample_rate"),
        ("model=aura-2-thalia-en&model=aura-2-luna-en", "once"),
        ("callback=http://x", "Unknown query parameter: callback"),
    ],
)
async def test_queries_that_cannot_be_had(query: str, said: str) -> None:
    """An impossible query gets 400 with the reason."""
    async with serving() as server:
        answer = await ask(server, query)
    assert (answer.status_code, answer.json()["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert said in answer.json()["err_msg"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"content": b"{"}, 400),
        ({"json": {}}, 400),
        ({"json": {"text": " "}}, 400),
        ({"json": {"text": "x" * 2001}}, 413),
        ({"content": b"\xff", "headers": {"content-type": "text/plain"}}, 400),
    ],
)
async def test_texts_that_cannot_be_spoken(more: dict[str, Any], status: int) -> None:
    """An empty or too long text is refused before a voice is asked."""
    async with serving() as server:
        assert (await ask(server, **more)).status_code == status


async def test_a_voice_that_fails_is_an_answer() -> None:
    """A voice that fails gets 500 with the reason, and not half a file."""
    async with serving() as server:
        answer = await ask(server, "model=aura-2-zeus-en")
    assert (answer.status_code, answer.json()["err_msg"]) == (500, "no wheel")


async def test_strangers_are_not_spoken_to() -> None:
    """A client without the key gets the SDK's own error."""
    async with serving(Access(api_key="another")) as server:
        with pytest.raises(ApiError) as refused:
            await by_sdk(server, lambda client: b"".join(client.speak.v1.audio.generate(text=TWENTY)))
    assert refused.value.status_code == 401


# --- by socket ----------------------------------------------------------------------------------------


async def test_the_sdk_speaks_flushes_clears_and_closes() -> None:
    """The SDK gets metadata first, all sound before Flushed, and the end."""

    def talk(client: DeepgramClient) -> list[str]:
        told: list[str] = []
        with client.speak.v1.connect(
            model="aura-2-thalia-en", encoding="linear16", sample_rate=16000
        ) as speaker:
            told.append(speaker.recv().type)
            speaker.send_text(SpeakV1Text(type="Speak", text=TWENTY))
            speaker.send_flush()
            size = 0
            while isinstance(message := speaker.recv(), bytes):
                size += len(message)
            told.append(f"{size / 32_000:.1f} s")
            told.append(f"{message.type} {message.sequence_id:g}")
            speaker.send_clear()
            cleared = speaker.recv()
            told.append(f"{cleared.type} {cleared.sequence_id:g}")
            speaker.send_close()
            told += [type(left).__name__ for left in speaker]
        return told

    async with serving() as server:
        assert await by_sdk(server, talk) == ["Metadata", "1.0 s", "Flushed 0", "Cleared 1"]


async def test_a_sentence_is_spoken_before_the_flush() -> None:
    """Speech begins with the first whole sentence, while a model's text still comes."""
    async with serving() as server, connect(f"ws://127.0.0.1:{server.port}/v1/speak") as socket:
        await socket.recv()
        await socket.send(json.dumps({"type": "Speak", "text": "One sentence. And"}))
        assert isinstance(await socket.recv(), bytes)


async def test_clear_stops_in_the_middle() -> None:
    """Clear cuts a long text off soon, and later text is spoken."""
    async with serving(send_speed=1.0) as server, connect(f"ws://127.0.0.1:{server.port}/v1/speak") as socket:
        await socket.recv()
        await socket.send(json.dumps({"type": "Speak", "text": " ".join([TWENTY] * 20)}))
        await socket.send(json.dumps({"type": "Flush"}))
        assert isinstance(await socket.recv(), bytes)
        await socket.send(json.dumps({"type": "Clear"}))
        while isinstance(message := await socket.recv(), bytes):
            pass
        assert json.loads(message) == {"type": "Cleared", "sequence_id": 0}
        await socket.send(json.dumps({"type": "Speak", "text": "Yes."}))
        await socket.send(json.dumps({"type": "Close"}))
        left = [message async for message in socket]
        assert sum(len(each) for each in left) == pytest.approx(48_000 * 0.2, abs=100)
        assert socket.close_code == 1000


async def test_a_voice_that_fails_is_a_warning() -> None:
    """The client gets the reason, and its socket stays open."""
    url = "/v1/speak?model=aura-2-zeus-en"
    async with serving() as server, connect(f"ws://127.0.0.1:{server.port}{url}") as socket:
        await socket.recv()
        for message in ({"type": "Speak", "text": "Yes."}, {"type": "Flush"}):
            await socket.send(json.dumps(message))
        told = [json.loads(await socket.recv()) for _ in range(2)]
    assert [each["type"] for each in told] == ["Warning", "Flushed"]
    assert told[0]["description"] == "no wheel"


async def test_a_doubt_of_the_voice_comes_behind_the_metadata() -> None:
    """A warning about the voice comes after the metadata and before any sound."""
    url = "/v1/speak?model=aura-2-celeste-es"
    async with serving() as server, connect(f"ws://127.0.0.1:{server.port}{url}") as socket:
        told = [json.loads(await socket.recv()) for _ in range(2)]
    assert [each["type"] for each in told] == ["Metadata", "Warning"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"sound", 1003),
        ("no JSON", 1008),
        ('{"type":"Reset"}', 1008),
        ('{"type":"KeepAlive"}', 1008),
        ('{"type":"Speak"}', 1008),
        (json.dumps({"type": "Speak", "text": "x" * 2001}), 1009),
    ],
)
async def test_nonsense_ends_the_socket(message: str | bytes, code: int) -> None:
    """An invalid message on the speech socket is closed with the service's code."""
    async with serving() as server, connect(f"ws://127.0.0.1:{server.port}/v1/speak") as socket:
        await socket.recv()
        await socket.send(message)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == code


@pytest.mark.parametrize("query", ["encoding=mp3", "container=wav", "model=flux-thalia-en", "sample_rate=1"])
async def test_sockets_that_cannot_be_had(query: str) -> None:
    """An impossible query of a socket gets 400 before the upgrade."""
    async with serving() as server:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{server.port}/v1/speak?{query}"):
                pytest.fail("opened")
    assert refused.value.response.status_code == 400


def speak(text: str) -> str:
    return json.dumps({"type": "Speak", "text": text})


def test_texts_gather_to_sentences() -> None:
    """Texts are joined as they come, and Flush and Close speak the rest."""
    talk = SpeakTalk()
    assert talk.take(speak("Good mor"), 0.0) == []
    assert talk.take(speak("ning. How are"), 0.0) == [SaySentence("Good morning.")]
    assert talk.take('{"type":"Flush"}', 0.0) == [SaySentence("How are"), TellFlushed()]
    assert talk.take(speak("never"), 0.0) == []
    assert talk.take('{"type":"Clear"}', 0.0) == [ForgetSpeech()]
    assert talk.take('{"type":"Close"}', 0.0) == [EndSpeaking(1000, is_orderly=True)]


def test_flushes_and_characters_a_minute_are_bounded() -> None:
    """The twenty-first Flush in a minute gets a warning, and too many characters end the socket."""
    talk = SpeakTalk()
    for _ in range(20):
        assert talk.take('{"type":"Flush"}', 0.0) == [TellFlushed()]
    [warned] = talk.take('{"type":"Flush"}', 59.0)
    assert isinstance(warned, WarnSpeaker)
    assert talk.take('{"type":"Flush"}', 60.0) == [TellFlushed()]
    for _ in range(2):
        assert talk.take(speak("x" * (MAX_CHARS_A_MINUTE // 2)), 0.0) != [EndSpeaking(1008, "DATA-0001")]
    assert talk.take(speak("x"), 59.0) == [EndSpeaking(1008, "DATA-0001")]
    assert SpeakTalk().take(speak("x"), 0.0) == []


def test_texts_of_nothing_are_not_counted() -> None:
    """Empty texts take no memory, and later words are no slower."""
    talk = SpeakTalk()
    for _ in range(100):
        assert talk.take(speak(""), 0.0) == []
    assert not talk._said
