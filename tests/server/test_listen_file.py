"""Words of a file, by request: files of any kind, their words and times, and what cannot be heard."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import httpx  # noqa: ASYNC127 -- a peer, as people's programs have it
import numpy as np
import pytest
import soundfile
import trio
from attrs import evolve
from deepgram import DeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from fakes import fake_equipment, silence, speech

from trialogue.compute import InThreads
from trialogue.server.listener import Server, open_server
from trialogue.speech.sound_files import Undecodable, decoded
from trialogue.speech.streams import open_stream

TWO = speech(0.8) + silence(1.5) + speech(0.8) + silence(0.3)
"""Two utterances."""


@asynccontextmanager
async def serving(*texts: str) -> AsyncIterator[Server]:
    """A server on loopback whose recognizer understands these."""
    async with trio.open_nursery() as nursery:
        equipment = evolve(fake_equipment(texts=texts), compute=InThreads())
        server: Server = await nursery.start(open_server, equipment)
        with trio.fail_after(30):
            await trio.lowlevel.checkpoint()
            yield server
        nursery.cancel_scope.cancel()


def written(pcm: bytes, kind: str, subtype: str, *, channels: int = 1) -> bytes:
    """Sound as a file."""
    file = io.BytesIO()
    samples = np.frombuffer(pcm, "<i2")
    with soundfile.SoundFile(file, "w", 16_000, channels, subtype, format=kind) as made:
        made.write(np.stack([samples] * channels, axis=1))
    return file.getvalue()


async def post(server: Server, query: str = "", **more: Any) -> httpx.Response:
    """Send a file."""
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.post(f"http://127.0.0.1:{server.port}/v1/listen?{query}", **more)


def transcript(answer: httpx.Response) -> str:
    return str(answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"])


async def test_the_sdk_transcribes_a_file() -> None:
    """The SDK gets a file's words, with times that lie in the speech."""

    def use() -> Any:
        http, ws = f"http://127.0.0.1:{server.port}", f"ws://127.0.0.1:{server.port}"
        here = DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)
        client = DeepgramClient(api_key="any", environment=here)
        request = written(TWO, "WAV", "PCM_16")
        return client.listen.v1.media.transcribe_file(request=request, model="nova-3", smart_format=True)

    async with serving("Hello there.", "Good bye.") as server:
        answer = await trio.to_thread.run_sync(use, abandon_on_cancel=True)
    [channel] = answer.results.channels
    [alternative] = channel.alternatives
    assert alternative.transcript == "Hello there. Good bye."
    assert [word.word for word in alternative.words] == ["hello", "there", "good", "bye"]
    assert 2.2 < alternative.words[2].start < 2.5
    assert answer.metadata.duration == pytest.approx(3.4, abs=0.05)


@pytest.mark.parametrize("length", [0, 2**32 - 1])
async def test_a_wav_of_no_stated_length_is_heard_to_its_end(length: int) -> None:
    """A recorder that writes to a pipe, or is killed, states no length; the answer had no words and 0 s."""
    file = bytearray(written(TWO, "WAV", "PCM_16"))
    at = file.index(b"data") + 4
    file[at : at + 4] = length.to_bytes(4, "little")
    async with serving("Hello there.", "Good bye.") as server:
        answer = await post(server, content=bytes(file))
    assert transcript(answer) == "hello there good bye"


async def test_a_flac_of_no_stated_length_is_heard_to_its_end() -> None:
    """A FLAC from a pipe, like the ones of `/v1/speak`, was refused as no sound that can be read."""
    file = bytearray(written(TWO, "FLAC", "PCM_16"))
    file[21] &= 0xF0  # the number of samples: 36 bits (RFC 9639, section 8.2)
    file[22:26] = bytes(4)
    async with serving("Hello there.", "Good bye.") as server:
        answer = await post(server, content=bytes(file))
    assert transcript(answer) == "hello there good bye"
    assert answer.json()["metadata"]["duration"] == pytest.approx(3.4, abs=0.05)


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III"), ("OGG", "VORBIS"), ("AIFF", "PCM_16")],
)
async def test_files_of_any_kind(kind: str, subtype: str) -> None:
    """Files in FLAC, MP3, Ogg and AIFF, also with two channels, get their words."""
    async with serving(*["Hello."] * 9) as server:
        answer = await post(server, content=written(speech(0.8), kind, subtype, channels=2))
    assert transcript(answer).startswith("hello")


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
async def test_a_wav_of_floats_is_heard(subtype: str) -> None:
    """A WAV of floats, as scipy and torchaudio write it, had no words: its samples were read as zeros."""
    samples = np.frombuffer(speech(0.8), "<i2") / 32_768
    file = io.BytesIO()
    soundfile.write(file, samples, 16_000, format="WAV", subtype=subtype)
    async with serving("Hello.") as server:
        answer = await post(server, content=file.getvalue())
    assert transcript(answer) == "hello"


async def test_samples_whose_form_the_query_says() -> None:
    """Raw samples are recognized by the encoding and rate in the query."""
    async with serving("Hello.") as server:
        answer = await post(server, "encoding=linear16&sample_rate=16000", content=speech(0.8) + silence(1))
    assert transcript(answer) == "hello"


async def test_silence_has_no_words() -> None:
    """A silent file gets an ordinary answer without words."""
    async with serving() as server:
        answer = await post(server, content=written(silence(1), "WAV", "PCM_16"))
    assert (answer.status_code, transcript(answer)) == (200, "")


@pytest.mark.parametrize(
    ("query", "more", "said"),
    [
        ("", {"content": b"no sound"}, "no sound that can be read"),
        ("", {"json": {"url": "http://x/y.wav"}}, "fetches nothing"),
        ("model=flux-general-en", {"content": b"x"}, "/v2/listen"),
        ("encoding=linear16", {"content": b"x"}, "go together"),
        ("callback=http://x", {"content": b"x"}, "callback"),
    ],
)
async def test_files_that_cannot_be_heard(query: str, more: dict[str, Any], said: str) -> None:
    """An unreadable file gets 400 with the reason."""
    async with serving() as server:
        answer = await post(server, query, **more)
    assert answer.status_code == 400
    assert said in json.dumps(answer.json())


async def test_a_file_that_is_too_long_is_refused() -> None:
    """A file that plays too long gets 413 before anything is recognized."""
    async with serving() as server:
        answer = await post(server, "encoding=mulaw&sample_rate=8000", content=bytes(8000 * 601))
    assert answer.status_code == 413


@pytest.mark.parametrize("rate", [1, 3_999, 192_001, 1_000_000_000])
async def test_a_header_that_claims_a_rate_that_no_sound_has(rate: int) -> None:
    """A file with an absurd sample rate gets 400 before it is decoded."""
    body = bytearray(written(silence(0.5), "WAV", "PCM_16"))
    body[24:28] = rate.to_bytes(4, "little")
    async with serving() as server:
        answer = await post(server, content=bytes(body))
    assert answer.status_code == 400
    assert "sample rate must be from 4000 to 192000" in answer.text


async def test_a_file_of_many_channels_is_refused() -> None:
    """A file with more than eight channels gets 400 with the reason."""
    body = io.BytesIO()
    soundfile.write(body, np.zeros((800, 9)), 8000, format="OGG", subtype="VORBIS")
    async with serving() as server:
        answer = await post(server, content=body.getvalue())
    assert answer.status_code == 400
    assert "8 channels at most" in answer.text


async def test_a_sample_dump_is_refused_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    """A faulty file writes nothing to stdout, where programs read the server's address."""
    body = io.BytesIO()
    soundfile.write(body, np.zeros(800), 8000, format="SDS")
    broken = bytearray(body.getvalue())
    broken[30:] = bytes(len(broken) - 30)
    async with serving() as server:
        answer = await post(server, content=bytes(broken))
    assert answer.status_code == 400
    with pytest.raises(Undecodable, match="sample dump"), closing(open_stream("flac")) as stream:
        list(stream.decode(bytes(broken)))
    with pytest.raises(Undecodable, match="sample dump"):
        list(decoded(bytes(broken), 16_000))
    assert capfd.readouterr().out == ""


async def test_others_are_served_while_a_long_file_is_heard() -> None:
    """A minute of sound in a file does not keep other clients waiting."""
    turns = 0
    async with serving() as server, trio.open_nursery() as nursery:

        async def turn() -> None:
            nonlocal turns
            while True:
                await trio.lowlevel.checkpoint()
                turns += 1

        nursery.start_soon(turn)
        answer = await post(server, content=written(silence(60), "WAV", "PCM_16"))
        nursery.cancel_scope.cancel(reason="it was heard")
    assert answer.status_code == 200
    assert turns > 60 * 20
