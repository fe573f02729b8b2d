"""Sound of the page: its waveform and its MP3."""

import io
import os
import signal
import threading

import numpy as np
import pytest
import soundfile

from trialogue.errors import JournalError
from trialogue.report.page.sound import RATE, mp3, peaks
from trialogue.report.recordings import parts_of


@pytest.fixture
def recording(tmp_path):
    """Two seconds: silence, and then a tone of half the loudness there is."""
    tone = np.sin(np.arange(24_000) * 2 * np.pi * 440 / 24_000) * 0.5
    sound = np.concatenate([np.zeros(24_000), tone])
    soundfile.write(tmp_path / "ada.wav", sound, 24_000, subtype="PCM_16")
    return parts_of(tmp_path, "ada")


def test_a_waveform_shows_where_it_is_loud(recording):
    """The lane is high where the recording is loud."""
    wave = peaks(recording)
    assert len(wave) == 2 * RATE
    assert set(wave[:RATE]) == {0}
    assert all(120 <= each <= 128 for each in wave[RATE:])


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100])
def test_a_waveform_is_as_long_as_its_recording_at_every_rate(tmp_path, rate):
    """What is loud at a place is drawn there, also late in a recording of a rate that 20 does not divide."""
    sound = np.zeros(32 * rate)
    sound[25 * rate : 26 * rate] = 0.5
    soundfile.write(tmp_path / "ada.wav", sound, rate, subtype="PCM_16")
    wave = peaks(parts_of(tmp_path, "ada"))
    assert len(wave) == 32 * RATE
    loud = [at for at, each in enumerate(wave) if each]
    assert (loud[0], loud[-1]) == (25 * RATE, 26 * RATE - 1)


def test_the_sound_is_as_long_as_the_recording(recording, tmp_path):
    """What is said at a place is heard at that place."""
    (tmp_path / "ada.mp3").write_bytes(mp3(recording))
    sound, rate = soundfile.read(tmp_path / "ada.mp3")
    loud = np.flatnonzero(np.abs(sound) > 0.1)[0] / rate
    assert rate == 24_000
    assert abs(loud - 1.0) < 0.1
    assert abs(len(sound) / rate - 2.0) < 0.15


def test_a_long_recording_goes_on_in_further_files(tmp_path):
    """Parts are found in order, and the waveform goes on through them."""
    for name in ("ada.wav", "ada.2.wav"):
        soundfile.write(tmp_path / name, np.zeros(2_400), 24_000, subtype="PCM_16")
    assert len(peaks(parts_of(tmp_path, "ada"))) == 4
    assert parts_of(tmp_path, "kim") == ()


def test_a_damaged_recording_is_named(tmp_path):
    """The page says in a line which recording cannot be read."""
    (tmp_path / "ada.wav").write_bytes(b"RIFF" + bytes(60))
    with pytest.raises(JournalError, match="as sound"):
        peaks(parts_of(tmp_path, "ada"))


def test_a_ctrl_c_ends_the_encoding_and_is_not_lost(tmp_path, monkeypatch):
    """What is raised while libsndfile calls back is lost: the main thread is never there."""
    path = tmp_path / "mix.wav"
    soundfile.write(path, np.zeros(60 * 16_000, np.int16), 16_000)
    written = []

    class Interrupted(io.BytesIO):
        def write(self, data):
            if not written:
                os.kill(os.getpid(), signal.SIGINT)
            written.append(threading.current_thread())
            return super().write(data)

    monkeypatch.setattr(io, "BytesIO", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        mp3([path])
    assert threading.main_thread() not in written


def test_sound_of_a_rate_that_mp3_has_not_is_told(tmp_path):
    """A recording of a rate that MP3 lacks is an error that gives the rate."""
    path = tmp_path / "mix.wav"
    soundfile.write(path, np.zeros(96_000, np.int16), 96_000)
    with pytest.raises(JournalError, match="has 96,000 samples per second, which MP3 does not support"):
        mp3([path])
