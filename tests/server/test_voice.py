"""The voice: audio in the client's format, in order, and cut when it must be."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
import soundfile
import trio
from attrs import evolve
from fakes import FakeSocket, FakeSynthesizer, fake_equipment
from trio.testing import MockClock

from trialogue.compute import Compute, Inline
from trialogue.errors import SetupError
from trialogue.model.audio import AudioFormat
from trialogue.server.commands import FinishReply, SpeakSentence
from trialogue.server.events import (
    AudioSent,
    Event,
    ReplyAudioSent,
    SentenceVoiced,
    VoiceFailed,
    VoiceStumbled,
)
from trialogue.server.options import ServerOptions
from trialogue.server.sound import AskedSound
from trialogue.server.terms import Terms
from trialogue.server.voice import UNSAID, AgentVoice
from trialogue.speech.coding import USUAL_SOUND, SoundForm, wav_header
from trialogue.speech.ports import Spoken

LINEAR = AudioFormat("linear16", 24_000)
TWENTY = "x" * 20
"""A sentence of one second."""

INLINE = Inline()

T = TypeVar("T")


class Speaker:
    """A voice, what it told, and what it sent."""

    def __init__(self, terms: Terms, synthesizer: FakeSynthesizer, compute: Compute) -> None:
        self.socket = FakeSocket()
        self.told: list[Event] = []
        self._news = trio.Event()
        usual = fake_equipment(ServerOptions(send_speed=5.0))
        equipment = evolve(usual, synthesizer=synthesizer, compute=compute)
        self.voice = AgentVoice(
            terms, equipment, self.socket, self.tell, sent=lambda event, _: self.tell(event)
        )

    def say(self, *texts: str, reply: int = 1, voices: tuple[str, ...] = ("a",)) -> None:
        for text in texts:
            self.voice.order(SpeakSentence(reply, text, voices))
        self.voice.order(FinishReply(reply))

    async def until_told(self, kind: type[Event], times: int = 1) -> None:
        while sum(isinstance(event, kind) for event in self.told) < times:
            self._news = trio.Event()
            await self._news.wait()

    def tell(self, event: Event) -> None:
        self.told.append(event)
        self._news.set()


@asynccontextmanager
async def speaking(
    form: SoundForm = USUAL_SOUND,
    *,
    unspeakable: str | None = None,
    broken: dict[str, Exception] | None = None,
    compute: Compute = INLINE,
) -> AsyncIterator[Speaker]:
    """A voice that runs while the block does."""
    terms = Terms(input=LINEAR, output=form, unspeakable=unspeakable)
    speaker = Speaker(terms, FakeSynthesizer(broken_voices=broken or {}), compute)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(speaker.voice.run)
        with trio.fail_after(60):
            await trio.lowlevel.checkpoint()
            yield speaker
        nursery.cancel_scope.cancel()


async def test_text_before_audio_before_done(autojump_clock: MockClock) -> None:
    """A reply's text comes before its audio, in messages of 200 ms, and its end comes last."""
    async with speaking() as speaker:
        speaker.say(TWENTY, "!")
        await speaker.until_told(ReplyAudioSent)
        assert speaker.told == [
            SentenceVoiced(1, TWENTY), *[AudioSent(1, 0.2)] * 5, SentenceVoiced(1, "!"), ReplyAudioSent(1),
        ]  # fmt: skip
        assert trio.current_time() == pytest.approx(0.2, abs=0.02)
        assert {len(m) for m in speaker.socket.received if isinstance(m, bytes)} == {9600}


async def test_cut_in_the_middle_of_a_sentence(autojump_clock: MockClock) -> None:
    """A cut reply has no further sound and no end, and the next reply is heard."""
    async with speaking() as speaker:
        speaker.say(TWENTY, TWENTY)
        await speaker.until_told(AudioSent)
        speaker.voice.cut(1)
        speaker.say("Yes.", reply=2)
        await speaker.until_told(ReplyAudioSent)
        assert speaker.told == [
            SentenceVoiced(1, TWENTY), AudioSent(1, 0.2),
            SentenceVoiced(2, "Yes."), AudioSent(2, 0.2), ReplyAudioSent(2),
        ]  # fmt: skip


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
@pytest.mark.parametrize("encoding", ["linear16", "linear32", "mulaw", "alaw"])
async def test_formats(encoding: str, rate: int, autojump_clock: MockClock) -> None:
    """A second of speech lasts a second in each format."""
    audio_format = AudioFormat(encoding, rate)
    async with speaking(SoundForm(audio_format)) as speaker:
        speaker.say(TWENTY)
        await speaker.until_told(ReplyAudioSent)
        assert audio_format.seconds_in(len(speaker.socket.audio)) == pytest.approx(1.0, abs=0.001)


async def test_wav_container(autojump_clock: MockClock) -> None:
    """A reply in WAV has one header, and readers of WAV understand it."""
    async with speaking(AskedSound("linear16", container="wav").form) as speaker:
        speaker.say(TWENTY, TWENTY)
        await speaker.until_told(ReplyAudioSent)
        audio = speaker.socket.audio
    assert audio.count(b"RIFF") == 1
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)


COMPRESSED = [
    AskedSound("flac"),
    AskedSound("flac", 8_000),
    AskedSound("mp3"),
    AskedSound("mp3", bit_rate=32_000),
    AskedSound("opus"),
    AskedSound("opus", container="ogg", bit_rate=12_000),
]


def seconds_of(audio: bytes) -> float:
    """How long a file plays, by a decoder that reads to its end; FLAC of unknown length has no other."""
    with soundfile.SoundFile(io.BytesIO(audio)) as file:
        frames, room = 0, soundfile._ffi.new("short[]", 1024)
        while read := soundfile._snd.sf_readf_short(file._file, room, 1024):
            frames += read
        return float(frames / file.samplerate)


@pytest.mark.parametrize("asked", COMPRESSED, ids=str)
async def test_a_reply_is_one_file_of_compressed_sound(asked: AskedSound, autojump_clock: MockClock) -> None:
    """A reply of two sentences in compressed sound is one file of the right length."""
    async with speaking(asked.form) as speaker:
        speaker.say(TWENTY, TWENTY)
        await speaker.until_told(ReplyAudioSent)
        told = [event for event in speaker.told if isinstance(event, AudioSent)]
        assert seconds_of(speaker.socket.audio) == pytest.approx(2.0, abs=0.15)
    assert sum(event.duration_s for event in told) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("asked", COMPRESSED, ids=str)
async def test_compressed_sound_is_not_held_back(asked: AskedSound, autojump_clock: MockClock) -> None:
    """A sentence in compressed sound can be heard, all but 200 ms, before the next one comes."""
    async with speaking(asked.form) as speaker:
        speaker.voice.order(SpeakSentence(1, TWENTY, ("a",)))
        await trio.sleep(5)
        assert seconds_of(speaker.socket.audio) > 1.0 - 0.2


@pytest.mark.parametrize("asked", [AskedSound("linear16", container="wav"), *COMPRESSED], ids=str)
async def test_words_added_to_the_end_of_a_reply(asked: AskedSound, autojump_clock: MockClock) -> None:
    """A client queued words while the agent spoke: with MP3 and FLAC, its session ended with an error."""
    async with speaking(asked.form) as speaker:
        speaker.say(TWENTY)
        speaker.say(TWENTY)
        await speaker.until_told(ReplyAudioSent, 2)
        assert seconds_of(speaker.socket.audio) == pytest.approx(2.0, abs=0.15)


class SlowFirst:
    """Compute whose first function is given up by its caller, and ends while the next one runs."""

    def __init__(self) -> None:
        self._left: Callable[[], object] | None = None
        self.has_begun = trio.Event()

    async def run(self, function: Callable[[], T]) -> T:
        if not self.has_begun.is_set():
            self._left = function
            self.has_begun.set()
            await trio.sleep_forever()
        if self._left is not None:
            self._left()
            self._left = None
        return function()


@pytest.mark.parametrize("asked", [AskedSound("linear16", container="wav"), *COMPRESSED], ids=str)
async def test_a_reply_that_was_cut_while_it_was_made(asked: AskedSound, autojump_clock: MockClock) -> None:
    """A user spoke while a sentence was made: the next reply had no header, and MP3 ended the server."""
    compute = SlowFirst()
    async with speaking(asked.form, compute=compute) as speaker:
        speaker.say(TWENTY)
        await compute.has_begun.wait()
        speaker.voice.cut(1)
        speaker.say("Yes, twenty of them.", reply=2)
        await speaker.until_told(ReplyAudioSent)
        assert seconds_of(speaker.socket.audio) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("asked", COMPRESSED, ids=str)
async def test_each_reply_begins_anew(asked: AskedSound, autojump_clock: MockClock) -> None:
    """A reply after one that was cut can be decoded by itself."""
    async with speaking(asked.form) as speaker:
        speaker.say(TWENTY, TWENTY)
        await speaker.until_told(AudioSent)
        speaker.voice.cut(1)
        speaker.socket.received.clear()
        speaker.say("Yes, twenty of them.", reply=2)
        await speaker.until_told(ReplyAudioSent)
        assert seconds_of(speaker.socket.audio) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(("encoding", "tag", "width"), [("linear16", 1, 2), ("alaw", 6, 1), ("mulaw", 7, 1)])
def test_wav_header(encoding: str, tag: int, width: int) -> None:
    """The header has the format tags of RFC 2361 and 44 bytes."""
    header = wav_header(AudioFormat(encoding, 8_000))
    assert len(header) == 44
    assert int.from_bytes(header[20:22], "little") == tag
    assert int.from_bytes(header[28:32], "little") == 8_000 * width


async def test_container_that_does_not_apply(autojump_clock: MockClock) -> None:
    """A container that does not apply is refused when the agent speaks."""
    asked = AskedSound("mp3", container="none")
    async with speaking(asked.form, unspeakable=asked.misfit) as speaker:
        speaker.say("Hi.")
        await speaker.until_told(VoiceFailed)
    (stumbled, failed, *_) = speaker.told
    assert isinstance(stumbled, VoiceStumbled)
    assert "UNSUPPORTED_AUDIO_FORMAT" in stumbled.reason
    assert failed == VoiceFailed(1)


async def test_fallback_to_the_next_voice(autojump_clock: MockClock) -> None:
    """A failed voice is reported and the next one speaks; after the last one the voice has failed."""
    fault = SetupError("no wheel")
    async with speaking(broken={"a": fault}) as speaker:
        speaker.say("Hi.", voices=("a", "b"))
        await speaker.until_told(ReplyAudioSent)
        assert speaker.told[:2] == [VoiceStumbled(1, "no wheel"), SentenceVoiced(1, "Hi.")]
    async with speaking(broken={"a": fault}) as speaker:
        speaker.say("Hi.")
        await speaker.until_told(VoiceFailed)


class Mute:
    """A voice that knows one word."""

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        if "yes" in text:
            yield Spoken("yes", bytes(480), 24_000)


@pytest.mark.parametrize(
    ("text", "is_told"), [("yes.", False), ("yes, \u4f60\u597d", True), ("\u4f60\u597d", True), ("?!", False)]
)
async def test_unspoken_words_are_reported(text: str, is_told: bool, autojump_clock: MockClock) -> None:  # noqa: FBT001
    """Words of which a voice made no sound are reported as a failure."""
    equipment = evolve(fake_equipment(ServerOptions(send_speed=5.0)), synthesizer=Mute())
    told: list[Event] = []
    voice = AgentVoice(
        Terms(input=LINEAR), equipment, FakeSocket(), told.append, sent=lambda event, _: told.append(event)
    )
    voice.order(SpeakSentence(1, text, ("a",)))
    with trio.move_on_after(1):
        await voice.run()
    assert [event.reason for event in told if isinstance(event, VoiceStumbled)] == [UNSAID] * is_told
