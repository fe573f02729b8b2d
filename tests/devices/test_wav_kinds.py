"""WAV files as ordinary programs write them: recorders, editors, pipes, telephones, and ourselves."""

import io
import struct

import numpy as np
import pytest
import soundfile

from trialogue.errors import SetupError
from trialogue.model.audio import AudioFormat
from trialogue.speech.coding import wav_header
from trialogue.speech.recordings import check_recording, read_recording

RATE = 24_000
TONE = np.round(8000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype("<i2")
PCM = TONE.tobytes()
PLAIN = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
GUID = bytes.fromhex("0100000000001000800000aa00389b71")


def riff(form, data, *, riff_size=None, data_size=None):
    size = len(data) if data_size is None else data_size
    whole = 20 + len(form) + len(data) if riff_size is None else riff_size
    head = b"RIFF" + struct.pack("<I", whole) + b"WAVE" + struct.pack("<4sI", b"fmt ", len(form)) + form
    return head + b"data" + struct.pack("<I", size) + data


def extensible(bits):
    width = bits // 8
    return struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE, RATE * width, width, bits, 22, bits, 4) + GUID


def rf64():
    file = io.BytesIO()
    soundfile.write(file, TONE, RATE, format="RF64", subtype="PCM_16")
    return file.getvalue()


KINDS = {
    "plain": riff(PLAIN, PCM),
    "float": riff(
        struct.pack("<HHIIHH", 3, 1, RATE, 4 * RATE, 4, 32), (TONE / 32768).astype("<f4").tobytes()
    ),
    "extensible": riff(extensible(16), PCM),
    "extensible, 24 bits": riff(
        extensible(24), (TONE.astype("<i4") << 8).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    ),
    "through a pipe": riff(PLAIN, PCM, riff_size=0xFFFFFFFF, data_size=0xFFFFFFFF),
    "recorder killed": riff(PLAIN, PCM, riff_size=0, data_size=0),
    "our own stream": wav_header(AudioFormat("linear16", RATE)) + PCM,
    "RF64": rf64(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_to_its_end(tmp_path, kind):
    """The same sound comes out of each, sample by sample."""
    path = tmp_path / "a.wav"
    path.write_bytes(KINDS[kind])
    check_recording(path)
    assert read_recording(path, RATE) == PCM


def test_a_telephones_samples_are_read(tmp_path):
    """Mu-law: eight bits a sample, by steps that grow with loudness."""
    path = tmp_path / "a.wav"
    soundfile.write(path, TONE[:8000], 8_000, subtype="ULAW")
    found = np.frombuffer(read_recording(path, 8_000), "<i2").astype(int)
    assert np.abs(found - TONE[:8000]).max() < 300


def test_samples_beyond_full_scale_are_clipped(tmp_path):
    """Floats may go beyond 1; they do not wrap around."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.full(RATE, 1.5, np.float32), RATE, subtype="FLOAT")
    assert set(np.frombuffer(read_recording(path, RATE), "<i2")) == {32_767}


def test_a_file_is_judged_by_its_first_second(tmp_path):
    """Checking a scenario opens each recording, and tells what running it would."""
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF" + bytes(40))
    with pytest.raises(SetupError, match="not a readable WAV file"):
        check_recording(path)


@pytest.mark.parametrize("width", [4, 8])
def test_samples_that_are_no_numbers_are_silence(tmp_path, width):
    """A program that divides by zero writes them; those beyond full scale are clipped, without a warning."""
    samples = np.full((RATE, 2), 0.25, dtype=f"<f{width}")
    samples[100:200] = np.nan
    samples[300:400] = np.inf
    samples[500:600] = (np.inf, -np.inf)
    form = struct.pack("<HHIIHH", 3, 2, RATE, 2 * width * RATE, 2 * width, 8 * width)
    path = tmp_path / "a.wav"
    path.write_bytes(riff(form, samples.tobytes()))
    found = np.frombuffer(read_recording(path, RATE), "<i2")
    expected = np.full(RATE, 8192)
    expected[100:200], expected[300:400], expected[500:600] = 0, 32767, 0
    assert found.tolist() == expected.tolist()
