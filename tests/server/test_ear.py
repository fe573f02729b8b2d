"""The ear: what it tells of the sound it is given."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
import soundfile
import trio
from attrs import evolve
from fakes import LOUD, RATE, FakeRecognizer, fake_equipment, silence, speech
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from trialogue.errors import SetupError
from trialogue.model.audio import AudioFormat
from trialogue.server.ear import AgentEar, quietest
from trialogue.server.equipment import Equipment
from trialogue.server.events import Event, HearingFailed, SpeechBegan, SpeechEnded, WordsRecognized
from trialogue.server.terms import Terms
from trialogue.speech.formats import encode
from trialogue.speech.ports import SpeechDetector
from trialogue.speech.resample import Resampler

LINEAR = AudioFormat("linear16", RATE)


def without_engines(_hang_ms: int) -> SpeechDetector:
    """As where the wheels are missing."""
    raise SetupError("pip install 'trialogue[local]'")


class Listener:
    """An ear, what it told, and what its recognizer was given."""

    def __init__(self, equipment: Equipment, audio_format: AudioFormat = LINEAR) -> None:
        assert isinstance(equipment.recognizer, FakeRecognizer)
        self.recognizer = equipment.recognizer
        self.told: list[Event] = []
        self.ear = AgentEar(Terms(input=audio_format), equipment, self.told.append)

    async def hear(self, audio: bytes) -> None:
        """Give it audio and wait until it has made of it what it can."""
        self.ear.put(audio)
        await wait_all_tasks_blocked()

    @property
    def heard_s(self) -> list[float]:
        """Lengths of what was recognized."""
        return [len(pcm) / 2 / RATE for pcm in self.recognizer.heard]


@asynccontextmanager
async def listening(
    *texts: str, audio_format: AudioFormat = LINEAR, equipment: Equipment | None = None
) -> AsyncIterator[Listener]:
    """An ear that runs while the block does."""
    listener = Listener(equipment or fake_equipment(texts=texts), audio_format)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.ear.run)
        yield listener
        nursery.cancel_scope.cancel()


async def test_a_turn_from_its_start_to_its_words(autojump_clock: MockClock) -> None:
    """A user's turn gives its start, its end and its words, once each."""
    async with listening("Hello.") as listener:
        await listener.hear(silence(1.0) + speech(2.0))
        assert listener.told == [SpeechBegan()]
        await listener.hear(silence(1.0))
        assert listener.told == [SpeechBegan(), SpeechEnded(), WordsRecognized("Hello.")]
        assert listener.heard_s == [pytest.approx(2.2, abs=0.05)]


async def test_silence_opens_no_engine(autojump_clock: MockClock) -> None:
    """An agent that is only fed silence needs no wheels."""
    async with listening(equipment=evolve(fake_equipment(), open_detector=without_engines)) as listener:
        await listener.hear(silence(5.0))
        assert listener.told == []
        await listener.hear(speech(0.1))
        assert listener.told == [HearingFailed("pip install 'trialogue[local]'")]


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
@pytest.mark.parametrize("encoding", ["linear16", "mulaw", "alaw"])
async def test_formats(encoding: str, rate: int, autojump_clock: MockClock) -> None:
    """A turn is heard in each raw encoding at each rate, however its bytes are cut."""
    coded = encode(bytes(rate) + b"\x00\x40" * rate + bytes(4 * rate), encoding)
    async with listening("So.", audio_format=AudioFormat(encoding, rate)) as listener:
        for start in range(0, len(coded), 4001):
            await listener.hear(coded[start : start + 4001])
        kinds = [type(event) for event in listener.told]
    if encoding == "alaw":  # A-law has no zero: for the fake detector its silence is speech
        assert kinds == [SpeechBegan]
    else:
        assert kinds == [SpeechBegan, SpeechEnded, WordsRecognized]


async def test_a_knock_is_no_thank_you(autojump_clock: MockClock) -> None:
    """An ear believes no more words than the detected speech can hold."""
    async with listening("Thank you.", "I will be right there with you.", "Yes.") as listener:
        for _ in range(3):
            await listener.hear(speech(0.14) + silence(1.0))
        words = [event.text for event in listener.told if isinstance(event, WordsRecognized)]
        assert words == ["", "", "Yes."]


async def test_forced_end_of_a_turn(autojump_clock: MockClock) -> None:
    """A forced end gives the words so far, and without a turn nothing happens."""
    async with listening("So far.") as listener:
        listener.ear.end_turn()
        await listener.hear(speech(1.0))
        listener.ear.end_turn()
        await wait_all_tasks_blocked()
        assert listener.told == [SpeechBegan(), SpeechEnded(), WordsRecognized("So far.")]


async def test_long_turns_are_recognized_in_pieces(autojump_clock: MockClock) -> None:
    """A turn of 50 s has all its words, though it is recognized in pieces of about 20 s."""
    async with listening("One", "two", "three.") as listener:
        for _ in range(50):
            await listener.hear(speech(1.0))
        await listener.hear(silence(2.0))
        assert listener.told[-1] == WordsRecognized("One two three.")
        assert sum(listener.heard_s) == pytest.approx(50.2, abs=0.1)
        assert max(listener.heard_s) < 20.5


async def test_ear_that_cannot_keep_up_loses_the_oldest(autojump_clock: MockClock) -> None:
    """A slow recognizer keeps at most thirty seconds of sound."""
    async with listening("x") as listener:
        listener.ear.put(speech(60.0))
        await listener.hear(silence(1.0))
        assert sum(listener.heard_s) == pytest.approx(29.2, abs=0.1)


async def test_latency_counts_from_the_end_of_the_turn(autojump_clock: MockClock) -> None:
    """The reported latency is in seconds from the end of the user's turn."""
    async with listening("Hi.") as listener:
        await listener.hear(speech(1.0) + silence(1.0))
        (words,) = [event for event in listener.told if isinstance(event, WordsRecognized)]
    assert words.listen_s == 0.0


def test_quietest_place_is_found_near_the_end() -> None:
    """Long speech is split at a pause in its last eight seconds."""
    pcm = bytearray(speech(20.0))
    for at in (2, 15):
        pcm[at * 2 * RATE : at * 2 * RATE + RATE] = bytes(RATE)
    assert quietest(bytes(pcm)) / RATE == pytest.approx(15.25, abs=0.25)


@given(st.integers(0, 3 * RATE))
def test_quietest_place_is_inside(samples: int) -> None:
    """The place at which long speech is split lies within it, however short it is."""
    noise = np.random.default_rng(samples).integers(-9, 9, samples).astype("<i2").tobytes()
    assert 0 <= quietest(noise) <= samples


async def test_what_is_dropped_are_whole_samples(autojump_clock: MockClock) -> None:
    """A client that cuts its stream within a sample, while the ear is behind, does not shift the rest."""
    listener = Listener(fake_equipment(texts=("Hello.", "", "")))
    listener.ear.put(speech(31.0) + LOUD[:1])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.ear.run)
        await wait_all_tasks_blocked()
        await listener.hear(LOUD[1:] + silence(1.0))
        nursery.cancel_scope.cancel()
    assert listener.told == [SpeechBegan(), SpeechEnded(), WordsRecognized("Hello.")]
    samples = {pcm[at : at + 2] for pcm in listener.recognizer.heard for at in range(0, len(pcm), 2)}
    assert samples == {LOUD, silence(1 / RATE)}


def compressed(kind: str, subtype: str, rate: int, pcm: bytes) -> bytes:
    """Sound as a file, at a rate of its own."""
    resampler, file = Resampler(RATE, rate), io.BytesIO()
    samples = np.frombuffer(resampler.feed(pcm) + resampler.flush(), "<i2")
    with soundfile.SoundFile(file, "w", rate, 1, subtype, format=kind) as made:
        made.write(samples)
    return file.getvalue()


@pytest.mark.parametrize(
    ("encoding", "kind", "subtype", "rate"),
    [("flac", "FLAC", "PCM_16", 24_000), ("ogg-opus", "OGG", "OPUS", 48_000)],
)
async def test_compressed_sound_is_heard(encoding: str, kind: str, subtype: str, rate: int) -> None:
    """A compressed stream in pieces of 100 bytes is a turn with its words."""
    told: list[Event] = []
    terms = Terms(input=LINEAR, compressed=encoding)
    ear = AgentEar(terms, fake_equipment(texts=("Hello.",)), told.append)
    silent = round(2.0 * RATE) * b"\0\0"
    data = compressed(kind, subtype, rate, speech(0.8) + silent)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ear.run)
        for at in range(0, len(data), 100):
            ear.put(data[at : at + 100])
            await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert isinstance(told[0], SpeechBegan)
    assert encoding != "flac" or told[-1].text == "Hello."  # what Opus makes of silence is none to a fake


async def test_undecodable_sound_is_an_error() -> None:
    """Sound that cannot be decoded gets USER_AUDIO_FORMAT, like at the hosted service."""
    told: list[Event] = []
    ear = AgentEar(Terms(input=LINEAR, compressed="ogg-opus"), fake_equipment(), told.append)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ear.run)
        ear.put(b"no Ogg stream" * 10_000)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [event.code for event in told if isinstance(event, HearingFailed)] == ["USER_AUDIO_FORMAT"]
