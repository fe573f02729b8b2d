"""How long coded sound plays, told while it comes: each kind against what its encoder was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import pytest

from trialogue.model.audio import AudioFormat
from trialogue.speech.coding import Coding, SoundForm, open_encoder, wav_header
from trialogue.speech.lengths import FlacMeter, Mp3Meter, OpusMeter, SampleMeter, SoundMeter
from trialogue.speech.sound_files import decoded

KINDS: list[tuple[Coding, int, Callable[[], SoundMeter], float]] = [
    (Coding.FLAC, 16_000, FlacMeter, 0.0),
    (Coding.FLAC, 48_000, FlacMeter, 0.0),
    (Coding.MP3, 22_050, Mp3Meter, 0.08),
    (Coding.OGG_OPUS, 48_000, OpusMeter, 0.03),
]
"""Each with what its encoder may add, in seconds."""

SECONDS = 3.0


def coded(coding: Coding, rate: int) -> bytes:
    """Noise, coded."""
    noise = np.random.default_rng(1).normal(size=round(SECONDS * rate)) * 3_000
    encoder = open_encoder(SoundForm(AudioFormat("linear16", rate), coding))
    said = b"".join(each.data for each in encoder.encode(noise.astype("<i2").tobytes()))
    return said + encoder.end()


def pieces(data: bytes, chance: Random, most: int = 700) -> Iterator[bytes]:
    """The same in pieces of any size."""
    at = 0
    while at < len(data):
        size = chance.randint(1, most)
        yield data[at : at + size]
        at += size


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("coding", "rate", "meter", "more_s"), KINDS)
def test_sound_is_measured_in_pieces_of_any_size(
    coding: Coding, rate: int, meter: Callable[[], SoundMeter], more_s: float, seed: int
) -> None:
    """Coded sound in pieces of any size has the measured length of its source."""
    measuring = meter()
    chance = Random(seed)
    seconds = sum(map(measuring.take, pieces(coded(coding, rate), chance)))
    assert SECONDS - 1e-6 <= seconds <= SECONDS + more_s + 1e-6


@pytest.mark.parametrize(("coding", "rate", "meter", "more_s"), KINDS)
def test_a_decoder_finds_as_much(
    coding: Coding, rate: int, meter: Callable[[], SoundMeter], more_s: float
) -> None:
    """The measured length of coded sound is that of its decoded frames."""
    data = coded(coding, rate)
    samples = sum(map(len, decoded(data, 24_000))) / 2
    assert samples / 24_000 == pytest.approx(meter().take(data), abs=0.08)


@pytest.mark.parametrize("meter", [FlacMeter, Mp3Meter, OpusMeter])
def test_an_invalid_stream_has_no_length(meter: Callable[[], SoundMeter]) -> None:
    """Invalid sound has no length, and raises nothing."""
    measuring = meter()
    assert measuring.take(b"") == 0.0
    assert measuring.take(b"\xff" * 5_000 + b"words" * 1_000) == 0.0


def test_a_header_is_no_sound() -> None:
    """The length of a WAV file counts its samples, without the header."""
    audio_format = AudioFormat("mulaw", 8_000)
    header = wav_header(audio_format)
    measuring = SampleMeter(audio_format, len(header))
    assert [measuring.take(header[:10]), measuring.take(header[10:] + bytes(800))] == [0.0, 0.1]
