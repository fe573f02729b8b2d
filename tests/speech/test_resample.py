"""Rates change, length and sound stay, and little is held back."""

from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.speech.resample import Resampler, RestingResampler

# (source, target, seconds held back at worst with 20 ms pieces)
PAIRS = [
    (24_000, 16_000, 0.040),
    (16_000, 24_000, 0.040),
    (48_000, 16_000, 0.040),
    (48_000, 24_000, 0.040),
    (16_000, 48_000, 0.040),
    (44_100, 16_000, 0.042),
    (24_000, 8_000, 0.041),
    (8_000, 24_000, 0.041),
    (16_000, 8_000, 0.062),
    (8_000, 16_000, 0.062),
]


def tone(rate, hertz=440.0, seconds=1.0):
    at = np.arange(int(rate * seconds)) / rate
    return (np.sin(2 * np.pi * hertz * at) * 12_000).astype("<i2")


@pytest.mark.parametrize(("source", "target", "delay_s"), PAIRS)
def test_a_tone_keeps_its_length_and_shape_and_comes_soon(source, target, delay_s):
    """A second of 440 Hz comes out as a second of 440 Hz, held back no more than the docs say."""
    resampler, heard, held = Resampler(source, target), [], 0.0
    pcm, piece = tone(source).tobytes(), source // 50 * 2
    for start in range(0, len(pcm), piece):
        heard.append(resampler.feed(pcm[start : start + piece]))
        given = min(start + piece, len(pcm))
        held = max(held, given / 2 / source - sum(map(len, heard)) / 2 / target)
    heard.append(resampler.flush())
    out = np.frombuffer(b"".join(heard), "<i2")
    assert abs(len(out) - target) <= 1
    assert np.abs(out[2000:-2000] - tone(target)[2000 : len(out) - 2000].astype(int)).max() < 60
    assert held <= delay_s


@pytest.mark.parametrize(("source", "target"), [(24_000, 16_000), (16_000, 8_000)])
def test_tones_above_the_targets_band_are_filtered(source, target):
    """A tone above the target's band is removed by 60 dB and more, not folded down."""
    resampler = Resampler(source, target)
    out = resampler.feed(tone(source, target * 0.62).tobytes()) + resampler.flush()
    settled = np.frombuffer(out, "<i2")[2000:-2000].astype(float)
    assert np.sqrt(np.mean(settled**2)) < 12


def test_equal_rates_pass_through():
    """Sound at the wanted rate is passed on unchanged and without delay."""
    resampler, pcm = Resampler(16_000, 16_000), b"\x01\x02"
    assert resampler.feed(pcm) is pcm
    assert resampler.flush() == b""


def test_a_new_stream_may_follow_a_flush():
    """After `flush` the resampler behaves like a fresh one."""
    resampler, pcm = Resampler(24_000, 16_000), tone(24_000, seconds=0.2).tobytes()
    first = resampler.feed(pcm) + resampler.flush()
    assert resampler.feed(pcm) + resampler.flush() == first


def test_the_same_audio_gives_the_same_bytes():
    """Two streams at once agree in every bit: caches and replays compare audio by its hash."""
    pcm = tone(24_000, seconds=0.2).tobytes()
    one, two = Resampler(24_000, 16_000), Resampler(24_000, 16_000)
    assert [one.feed(pcm), one.flush()] == [two.feed(pcm), two.flush()]


def test_loud_overshoot_is_clipped_and_does_not_wrap():
    """A full-scale square wave rings beyond the range; it may be flattened but not turn round."""
    square = np.where(np.arange(4_800) % 48 < 24, 32_767, -32_768).astype("<i2")
    resampler = Resampler(24_000, 16_000)
    out = np.frombuffer(resampler.feed(square.tobytes()) + resampler.flush(), "<i2")
    periods = out[320:-320].reshape(-1, 32)
    assert (periods[:, 2:14] > 20_000).all()
    assert (periods[:, 18:30] < -20_000).all()


def steps(source, target):
    """Samples in, and the samples that these become."""
    common = gcd(source, target)
    return source // common, target // common


@pytest.mark.parametrize(("source", "target"), [pair[:2] for pair in PAIRS])
@given(
    before=st.integers(0, 900), between=st.integers(0, 400), cuts=st.lists(st.integers(1, 3_000), max_size=9)
)
def test_a_sentence_behind_silence_gives_the_same_bytes_wherever_it_lies(
    source, target, before, between, cuts
):
    """A resampled sentence after silence has the same bytes wherever it is."""
    step, made_a_step = steps(source, target)
    sentence = tone(source, seconds=0.4)
    sentence = sentence[: len(sentence) // step * step].tobytes()
    gap = (source * 4 // 10 // step + between) * step
    before += source // 10 // step
    pcm = bytes(2 * before * step) + sentence + bytes(2 * gap) + sentence + bytes(2 * gap)
    resampler, out, at = RestingResampler(source, target), b"", 0
    for size in [*cuts, len(pcm)]:
        out += resampler.feed(pcm[at : at + 2 * size])
        at += 2 * size
    held = len(pcm) // 2 // step * made_a_step - len(out) // 2
    assert 0 <= held <= 0.065 * target + made_a_step
    first = 2 * before * made_a_step
    second = first + (len(sentence) + 2 * gap) // step * made_a_step
    length = 2 * (len(sentence) // 2 + source // 10) // step * made_a_step
    assert any(out[first : first + length])
    assert out[first : first + length] == out[second : second + length]


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), max_size=20), st.integers(1, 700))
def test_a_resampler_that_rests_says_what_one_that_does_not_says(stretches, piece):
    """A resampler that rests in silence gives the same samples, but for the last bit."""
    source, target = 24_000, 16_000
    sound = np.concatenate(
        [np.zeros(0, "<i2"), *(tone(source, seconds=ms / 1000) * int(sounds) for ms, sounds in stretches)]
    ).astype("<i2")
    pcm, out, plain = sound.tobytes(), b"", Resampler(source, target)
    resampler = RestingResampler(source, target)
    for start in range(0, len(pcm), 2 * piece):
        out += resampler.feed(pcm[start : start + 2 * piece])
    whole = np.frombuffer(plain.feed(pcm) + plain.flush(), "<i2").astype(int)
    ours = np.frombuffer(out, "<i2").astype(int)
    assert 0 <= len(sound) * target // source - len(ours) <= 0.065 * target
    compared = min(len(ours), len(whole))
    assert np.abs(ours[:compared] - whole[:compared]).max(initial=0) <= 1
