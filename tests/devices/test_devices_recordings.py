"""Recordings and voices that stand in for people."""

import struct
import wave

import numpy as np
import pytest

from trialogue.devices.clips import ClipPlayer, spoken
from trialogue.errors import SetupError
from trialogue.speech import recordings
from trialogue.speech.recordings import check_recording, read_recording
from trialogue.testing import Murmur

RATE = 24_000


def tone(seconds=0.5, rate=RATE):
    return np.round(8000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype("<i2")


def wav(path, samples, *, rate=RATE, channels=1, width=2):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def test_a_recording_is_read_as_it_is(tmp_path):
    """A recording at the meeting's rate, mono and of 16 bits, is not changed."""
    path = wav(tmp_path / "a.wav", tone())
    assert read_recording(path, RATE) == tone().tobytes()


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_other_rates_are_converted(tmp_path, rate):
    """The sound is as long as before, and as loud."""
    path = wav(tmp_path / "a.wav", tone(rate=rate), rate=rate)
    found = np.frombuffer(read_recording(path, RATE), "<i2")
    assert len(found) == pytest.approx(RATE // 2, abs=2)
    assert np.abs(found[2000:-2000]).max() == pytest.approx(8000, rel=0.05)


def test_channels_are_averaged(tmp_path):
    """A voice on one side is half as loud; a difference cancels out."""
    both = np.stack([tone(), np.zeros_like(tone())], axis=1)
    found = np.frombuffer(read_recording(wav(tmp_path / "a.wav", both, channels=2), RATE), "<i2")
    assert np.abs(found - tone() / 2).max() <= 1


@pytest.mark.parametrize(
    ("width", "samples"),
    [
        (1, ((tone().astype(np.int32) >> 8) + 128).astype(np.uint8)),
        (4, tone().astype(np.int32) << 16),
    ],
)
def test_other_widths_keep_their_upper_bits(tmp_path, width, samples):
    """8 bits are unsigned, more are cut to 16."""
    found = np.frombuffer(read_recording(wav(tmp_path / "a.wav", samples, width=width), RATE), "<i2")
    assert np.abs(found.astype(int) - tone()).max() < (256 if width == 1 else 1)


def test_24_bits_are_read(tmp_path):
    """A WAV file with three bytes a sample plays as it sounds elsewhere."""
    raw = np.frombuffer((tone().astype("<i4") << 8).tobytes(), np.uint8).reshape(-1, 4)[:, :3]
    assert read_recording(wav(tmp_path / "a.wav", raw.copy(), width=3), RATE) == tone().tobytes()


def test_flac_is_read(tmp_path):
    """A FLAC file plays where soundfile is installed."""
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "a.flac"
    soundfile.write(path, np.stack([tone(), tone()], axis=1), RATE, subtype="PCM_16")
    assert read_recording(path, RATE) == tone().tobytes()


def test_flac_of_no_stated_length_is_read_to_its_end(tmp_path):
    """A FLAC that a recorder wrote to a pipe was refused as longer than four hours."""
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "a.flac"
    soundfile.write(path, tone(2.5), RATE, subtype="PCM_16")
    raw = bytearray(path.read_bytes())
    raw[21] &= 0xF0  # the number of samples: 36 bits (RFC 9639, section 8.2)
    raw[22:26] = bytes(4)
    path.write_bytes(raw)
    check_recording(path)
    assert read_recording(path, RATE) == tone(2.5).tobytes()


@pytest.mark.parametrize("damage", ["a part of it", "hit in the middle"])
def test_a_check_finds_what_reading_would_refuse(tmp_path, damage):
    """A damaged FLAC opens, and its first second is whole: it was good, and the meeting did not begin."""
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "a.flac"
    noise = np.random.default_rng(1).integers(-9000, 9000, 4 * RATE).astype(np.int16)
    soundfile.write(path, noise, RATE, subtype="PCM_16")
    check_recording(path)
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + (b"U" * 200 + whole[half + 200 :] if "hit" in damage else b""))
    for read in (check_recording, lambda file: read_recording(file, RATE)):
        with pytest.raises(SetupError, match=r"a\.flac is not a readable FLAC file"):
            read(path)


def test_a_header_that_lies_is_found_out(tmp_path, monkeypatch):
    """What counts is what is read: the cap runs along."""
    path = wav(tmp_path / "a.wav", tone(1.0))
    raw = bytearray(path.read_bytes())
    monkeypatch.setattr(recordings, "MOST_S", 0.8)
    with pytest.raises(SetupError, match=r"longer than four hours$"):
        read_recording(path, RATE)
    monkeypatch.setattr(recordings, "_Header", lambda rate, channels, _: recordings_header(rate, channels))
    path.write_bytes(raw)
    with pytest.raises(SetupError, match="is longer than four hours"):
        read_recording(path, RATE)


_HEADER = recordings._Header


def recordings_header(rate, channels):
    return _HEADER(rate, channels, 1)


@pytest.mark.parametrize(
    ("options", "told"),
    [({"rate": 4000}, "4000 samples per second"), ({"channels": 10}, "10 channels")],
)
def test_odd_formats_are_refused(tmp_path, options, told):
    """An unsupported format is refused by its header, before its sound is read."""
    with pytest.raises(SetupError, match=told):
        read_recording(wav(tmp_path / "a.wav", tone()[:1000], **options), RATE)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "neither WAV nor FLAC"),
        (b"MZ\0\0", "neither WAV nor FLAC"),
        (b"RIFF\0\0", "not a readable WAV file"),
        (b"RIFF" + struct.pack("<I", 36) + b"WAVEjunk", "not a readable WAV file"),
        (b"fLaC" + bytes(40), "not a readable FLAC file"),
    ],
)
def test_an_invalid_recording_is_one_line(tmp_path, content, told):
    """The error for a damaged file is one line that names the file."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(SetupError, match=f"a.wav.* {told}|a.wav is {told}") as refused:
        read_recording(path, RATE)
    assert "<" not in str(refused.value)


def test_a_file_that_is_missing_is_one_line(tmp_path):
    """The error for a missing file is one line, in the system's words."""
    with pytest.raises(SetupError, match=r"cannot read .*none\.wav: No such file"):
        read_recording(tmp_path / "none.wav", RATE)


def test_words_are_spoken_at_the_meetings_rate():
    """All sentences of a clip's text are spoken, one after the other."""
    pcm = spoken(Murmur(), "Wait. One moment.", "any", 16_000)
    assert len(pcm) / 2 / 16_000 == pytest.approx(len("Wait.One moment.") * 0.05 + 0.4, abs=0.01)
    assert spoken(Murmur(), "...", "any", 16_000) == b""


def test_clips_are_played_one_after_the_other():
    """Each begins with a frame of its own; the last frame is padded; then there is silence."""
    player = ClipPlayer([b"\1\0" * 6, b"", b"\2\0" * 4])
    assert player.pull(4) is None
    for number in range(3):
        player.play(number)
    assert repr(player) == "<ClipPlayer: 3 clips, 3 to play>"
    assert [player.pull(4) for _ in range(4)] == [
        b"\1\0" * 4,
        b"\1\0\1\0" + bytes(4),
        b"\2\0" * 4,
        None,
    ]
    assert not player.is_playing
