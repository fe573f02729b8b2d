"""Figures from the recordings, beside those from the records."""

import numpy as np
import pytest
import soundfile

from trialogue.errors import JournalError
from trialogue.report.measures.by_sound import second_reckoning, voiced
from trialogue.report.stretches import Stretch

RATE = 24_000


def recording(path, *places, level=0.3, hum=0.0):
    """A file of ten seconds with a tone at each place, and noise below it all."""
    chance = np.random.default_rng(3)
    sound = hum * chance.standard_normal(10 * RATE)
    for start_s, end_s in places:
        first, last = round(start_s * RATE), round(end_s * RATE)
        sound[first:last] += level * np.sin(np.arange(last - first) * 2 * np.pi * 300 / RATE)
    soundfile.write(path, sound, RATE, subtype="PCM_16")
    return (path,)


def stretch(name, start_s, end_s):
    return Stretch(name, None, start_s, end_s)


def test_voice_is_where_it_is_loud(tmp_path):
    """Speech in a recording is found to 10 ms; a short pause does not end it, and a click is none."""
    parts = recording(tmp_path / "a.wav", (1.0, 2.0), (2.1, 3.0), (5.0, 5.02), (6.0, 6.5))
    assert voiced(parts) == [pytest.approx((1.0, 3.0), abs=0.011), pytest.approx((6.0, 6.5), abs=0.011)]


def test_a_hum_is_no_voice(tmp_path):
    """A steady hum above the bound is not taken for speech, and a voice over it is found."""
    parts = recording(tmp_path / "a.wav", (4.0, 5.0), hum=0.01)
    assert voiced(parts) == [pytest.approx((4.0, 5.0), abs=0.011)]


def test_a_recording_in_parts_goes_on(tmp_path):
    """In a resumed run, the second part of a recording continues where the first ends."""
    parts = (*recording(tmp_path / "a.wav", (1.0, 2.0)), *recording(tmp_path / "a.2.wav", (3.0, 4.0)))
    assert voiced(parts) == [pytest.approx((1.0, 2.0), abs=0.011), pytest.approx((13.0, 14.0), abs=0.011)]


def test_two_reckonings_that_agree_say_so(tmp_path):
    """Measures by records and by sound are said to agree where they do."""
    places = {"ada": (1.0, 3.0), "ben": (3.4, 6.0)}
    recorded = {name: recording(tmp_path / f"{name}.wav", place) for name, place in places.items()}
    found = second_reckoning([stretch(name, *place) for name, place in places.items()], recorded, 10.0)
    assert found.agrees
    assert found.records.transfer.p50 == pytest.approx(0.4)
    assert found.sound.transfer.p50 == pytest.approx(0.4, abs=0.02)
    assert found.sound.spoken_s == pytest.approx({"ada": 2.0, "ben": 2.6}, abs=0.02)
    assert found.sound.silence == pytest.approx(found.records.silence, abs=0.01)


def test_silence_within_what_was_played_sets_them_apart(tmp_path):
    """A reply whose sound begins late and ends early is reported with both lengths."""
    heard = [stretch("ada", 1.0, 3.0), stretch("ben", 3.4, 6.0)]
    recorded = {
        "ada": recording(tmp_path / "ada.wav", (1.1, 2.8)),
        "ben": recording(tmp_path / "ben.wav", (3.5, 5.8)),
    }
    found = second_reckoning(heard, recorded, 10.0)
    assert (found.begins.p50, found.ends.p50) == pytest.approx((0.1, 0.2), abs=0.011)
    assert found.apart_s == pytest.approx(0.3, abs=0.02)
    assert not found.agrees


def test_stretches_of_only_one_source_are_counted(tmp_path):
    """Speech that only the records have, or only the sound, is counted."""
    heard = [stretch("ada", 1.0, 2.0), stretch("ada", 5.0, 6.0)]
    found = second_reckoning(heard, {"ada": recording(tmp_path / "a.wav", (1.0, 2.0), (8.0, 9.0))}, 10.0)
    assert (found.unheard, found.unrecorded) == (1, 1)
    assert found.apart_s is None


def test_an_invalid_recording_is_an_error_with_its_path(tmp_path):
    """A damaged recording gives an error with its path instead of wrong figures."""
    (tmp_path / "a.wav").write_text("no")
    with pytest.raises(JournalError, match="as sound"):
        voiced((tmp_path / "a.wav",))
