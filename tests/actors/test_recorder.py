"""Recordings line up with the meeting's clock and are readable whenever the process stops."""

import errno
import os
import stat
import wave

import numpy as np
import pytest

from trialogue.actors import recorder as recorders
from trialogue.actors.recorder import Recorder, WavFile
from trialogue.actors.router import AudioGrid
from trialogue.errors import JournalError
from trialogue.model.events import RecordingFailed

GRID = AudioGrid(sample_rate=1000, frame_ms=10)


def frame(value):
    return np.full(10, value, np.int16).tobytes()


def samples_of(path):
    with wave.open(str(path)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (1000, 1, 2)
        return np.frombuffer(wav.readframes(wav.getnframes()), np.int16)


def test_every_file_is_as_long_as_the_meeting_and_in_place(tmp_path):
    """A sample's place in each file is its place on the meeting's clock."""
    recorder = Recorder(tmp_path / "audio", GRID, ("a", "b"), print)
    recorder.frame(0, {})
    recorder.frame(10, {"a": frame(100)})
    recorder.frame(20, {"a": frame(100), "b": frame(7)})
    recorder.frame(30, {})
    recorder.close()
    a, b, both = (samples_of(tmp_path / "audio" / f"{n}.wav") for n in ("a", "b", "mix"))
    assert len(a) == len(b) == len(both) == 40
    assert a.tolist() == [0] * 10 + [100] * 20 + [0] * 10
    assert b.tolist() == [0] * 20 + [7] * 10 + [0] * 10
    assert both.tolist() == [0] * 10 + [100] * 10 + [107] * 10 + [0] * 10


def test_a_file_that_takes_no_more_is_told_once_with_its_reason(tmp_path, monkeypatch):
    """A recording on a full disk stays readable up to there, and the reason is reported once."""
    told = []
    recorder = Recorder(tmp_path / "audio", GRID, ("a",), told.append)
    recorder.frame(0, {"a": frame(1)})
    parts = []

    def limited(_fd, data, _at):
        if parts:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        parts.append(data)
        return len(data) - 1

    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", limited)
        recorder.frame(10, {"a": frame(2)})
    recorder.frame(20, {"a": frame(3)})
    recorder.close()
    assert told == [RecordingFailed("File too large")]
    assert samples_of(tmp_path / "audio" / "a.wav").tolist() == [1] * 10


def test_no_place_for_recordings_is_known_at_the_start(tmp_path):
    """A directory that cannot be written is an error before anybody speaks."""
    (tmp_path / "audio").write_text("in the way")
    with pytest.raises(JournalError, match="cannot record in"):
        Recorder(tmp_path / "audio", GRID, ("a",), print)


def test_private(tmp_path):
    """Only the owner can read the recordings."""
    Recorder(tmp_path / "audio", GRID, ("a",), print).close()
    assert stat.S_IMODE((tmp_path / "audio" / "a.wav").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "audio").stat().st_mode) == 0o700


def test_readable_without_being_closed(tmp_path):
    """A recording can be read while it is written, up to the last second."""
    file = WavFile(tmp_path / "open.wav", 1000)
    for position in range(0, 3000, 10):
        file.write(position, frame(1))
    assert len(samples_of(tmp_path / "open.wav")) >= 2000
    file.close(3000)
    assert len(samples_of(tmp_path / "open.wav")) == 3000


def test_a_recording_that_is_full_goes_on_in_a_next_file(tmp_path, monkeypatch):
    """A recording that is full goes on in a next file, without a lost sample."""
    monkeypatch.setattr(recorders, "PART_SAMPLES", 25)
    written = Recorder(tmp_path / "audio", AudioGrid(sample_rate=1000, frame_ms=10), ["ann"], print)
    for tick in range(6):
        written.frame(tick * 10, {"ann": bytes([tick + 1, 0]) * 10})
    written.close()
    parts = [tmp_path / "audio" / name for name in ("ann.wav", "ann.2.wav", "ann.3.wav")]
    sound = b""
    for part in parts:
        with wave.open(str(part)) as file:
            sound += file.readframes(file.getnframes())
    assert sound == b"".join(bytes([tick + 1, 0]) * 10 for tick in range(6))
    assert recorders.recorded_s(tmp_path / "audio") == 0.06
    again = Recorder(tmp_path / "again", AudioGrid(sample_rate=1000, frame_ms=10), ["ann"], print)
    again.adopt(tmp_path / "audio", 60)
    again.close()
    names = [part.name for part in parts]
    assert [(tmp_path / "again" / n).read_bytes() for n in names] == [part.read_bytes() for part in parts]


def test_silence_over_many_parts_makes_all_of_them(tmp_path, monkeypatch):
    """A long silence makes all parts of a recording, so that later sound is at its time."""
    monkeypatch.setattr(recorders, "PART_SAMPLES", 25)
    written = Recorder(tmp_path / "audio", AudioGrid(sample_rate=1000, frame_ms=10), ["ann"], print)
    for tick in range(9):
        written.frame(tick * 10, {"ann": b"\1\0" * 10} if tick == 8 else {})
    written.close()
    assert sorted(path.name for path in (tmp_path / "audio").glob("ann*")) == [
        "ann.2.wav", "ann.3.wav", "ann.4.wav", "ann.wav",
    ]  # fmt: skip
