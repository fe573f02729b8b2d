"""Where the page opens, and what it plots and counts."""

import io
import os
import signal
import threading

import numpy as np
import pytest
import soundfile
from report_values import MEETING, PLAN, UTTERANCES, grant, records

from trialogue.errors import JournalError
from trialogue.model.commands import EndMeeting
from trialogue.model.events import FloorRequested, PlaybackFinished, PlaybackStarted, Woke
from trialogue.report import Run, result
from trialogue.report.measures.by_sound import SecondReckoning, SoundFigures
from trialogue.report.measures.spread import spread
from trialogue.report.page.highlights import Highlight, worst_moments
from trialogue.report.page.plots import plots
from trialogue.report.page.sound import RATE, mp3, peaks
from trialogue.report.page.tables import tables
from trialogue.report.recordings import parts_of
from trialogue.report.stretches import Stretch, stretches

HEARD = (Stretch("ada", 1, 1.0, 4.0), Stretch("kim", None, 7.0, 9.0), Stretch("ada", 2, 14.0, 15.0))


def note(at, code, level, who=None):
    """A mark that tells of something."""
    return {"k": "note", "at": at, "who": who, "code": code, "text": "text", "level": level}


def test_a_failure_comes_before_the_longest_silence_and_that_before_a_warning():
    """The page opens at what is worst."""
    marks = [note(2.0, "dry", "warning"), note(8.0, "broken", "failure"), note(3.0, "silence", "note")]
    assert [(each.at, each.what) for each in worst_moments(marks, HEARD, 15.0)] == [
        (8.0, "failure"),
        (9.0, "silence"),
        (2.0, "warning"),
        (4.0, "silence"),
    ]


def test_a_fault_that_the_meeting_got_over_comes_before_the_longest_silence():
    """A session that was lost, and what the scenario wanted to go wrong; behind what failed."""
    marks = [
        {"k": "away", "at": 1.0, "who": "ada", "text": "reset"},
        {"k": "fault", "at": 0.9, "who": "ada", "text": "drop (disconnect)"},
        note(8.0, "broken", "failure"),
    ]
    assert [(each.at, each.what) for each in worst_moments(marks, HEARD, 15.0)][:4] == [
        (8.0, "failure"),
        (0.9, "fault"),
        (1.0, "fault"),
        (9.0, "silence"),
    ]


def test_without_a_failure_it_is_the_longest_silence():
    """Silence before the first sound and after the last counts, too."""
    assert worst_moments([], HEARD, 30.0)[0] == Highlight(15.0, "silence", "15.0 s of silence")


def test_a_meeting_without_trouble_has_no_moments():
    """Nothing is made up."""
    assert worst_moments([], (Stretch("ada", 1, 0.0, 5.0),), 5.2) == ()


def test_the_longest_silence_is_told_though_it_is_short():
    """The page opens somewhere worth a look; the other silences must be long."""
    heard = (Stretch("ada", 1, 0.0, 5.0), Stretch("kim", None, 6.0, 7.0), Stretch("ada", 2, 7.9, 9.0))
    assert [each.at for each in worst_moments([], heard, 9.0)] == [5.0]


def test_the_same_failure_at_once_is_one_moment():
    """A storm of one fault is one place to look at."""
    marks = [note(float(at), "broken", "failure", "ada") for at in (1, 2, 3, 20)]
    assert [each.at for each in worst_moments(marks, (), 0.0)] == [1.0, 20.0]


def test_a_failed_tool_call_is_a_failure():
    """Its mark has no level of its own."""
    late = {"k": "result", "id": 1, "at": 3.0, "who": "ada", "tool": "price", "outcome": "timed-out"}
    failed = {**late, "at": 9.0, "outcome": "failed", "code": "mock"}
    assert worst_moments([late, failed], (), 0.0) == (
        Highlight(3.0, "failure", "tool price: timed-out", "ada"),
        Highlight(9.0, "failure", "tool price: failed (mock)", "ada"),
    )


def test_plots_are_of_the_measures():
    """Transfers, responses, shares and the queue, each over the meeting's time."""
    facts = records(
        (0.5, Woke("x"), grant("ada", 1, 0.5)),
        (1.0, PlaybackStarted("ada", 1, 1, 1.0)),
        (2.0, FloorRequested("kim")),
        (3.0, PlaybackFinished("ada", 1, 1, 3.0, 2.0, "complete"), grant("tech_lead", 2, 3.0)),
        (3.5, PlaybackStarted("tech_lead", 2, 1, 3.5)),
        (5.5, PlaybackFinished("tech_lead", 2, 1, 5.5, 2.0, "complete")),
        (6.0, Woke("x"), EndMeeting("said")),
    )
    transfers, responses, shares, waiting = plots(PLAN, facts, stretches(facts))
    assert (transfers.at, transfers.series) == ((3.0,), (("", (0.5,)),))
    assert responses.at == (0.5, 3.0)
    assert responses.series == (("ada", (0.5, None)), ("tech_lead", (None, 0.5)))
    assert [(name, values[-1]) for name, values in shares.series] == [("ada", 50.0), ("tech_lead", 50.0)]
    assert list(zip(waiting.at, waiting.series[0][1], strict=True)) == [(2.0, 1.0), (6.0, 0.0)]


def test_plots_without_anything_to_show_are_left_out():
    """An empty meeting has none."""
    assert plots(PLAN, (), ()) == ()


BY_SOUND = SecondReckoning(
    records=SoundFigures(spread([0.2]), 0.0, 0.2, {}),
    sound=SoundFigures(spread([0.25]), 0.0, 0.3, {}),
    begins=spread([]),
    ends=spread([]),
    unheard=0,
    unrecorded=0,
    apart_s=0.05,
)
"""What recordings may say."""


def test_tables_are_of_the_result():
    """Each participant has a row; what has no value has none."""
    participants, whole = tables(PLAN, result(PLAN, MEETING, UTTERANCES, Run("real")), BY_SOUND)
    told = dict(whole.rows)
    assert told["Floor transfer offset by the sound, and from the records"] == "0.25 s (+0.05 s)"
    assert told["Silence by the sound, pauses within replies included"] == "30% (+10%)"
    assert [row[0] for row in participants.rows] == ["Chair & host", "Tech lead", "Eve", "Kim"]
    assert all(len(row) == len(participants.head) for row in participants.rows)
    assert dict(whole.rows)["Sessions lost"] == "1"
    assert "Cost" not in dict(whole.rows)


@pytest.fixture
def recording(tmp_path):
    """Two seconds: silence, and then a tone of half the loudness there is."""
    tone = np.sin(np.arange(24_000) * 2 * np.pi * 440 / 24_000) * 0.5
    sound = np.concatenate([np.zeros(24_000), tone])
    soundfile.write(tmp_path / "ada.wav", sound, 24_000, subtype="PCM_16")
    return parts_of(tmp_path, "ada")


def test_a_waveform_shows_where_it_is_loud(recording):
    """One byte a twentieth of a second."""
    wave = peaks(recording)
    assert len(wave) == 2 * RATE
    assert set(wave[:RATE]) == {0}
    assert all(120 <= each <= 128 for each in wave[RATE:])


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


def test_what_is_no_sound_is_told(tmp_path):
    """A damaged recording is named."""
    (tmp_path / "ada.wav").write_bytes(b"RIFF" + bytes(60))
    with pytest.raises(JournalError, match="cannot be read as sound"):
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
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            mp3([path])
    finally:
        signal.signal(signal.SIGINT, before)
    assert threading.main_thread() not in written


def test_sound_of_a_rate_that_mp3_has_not_is_told(tmp_path):
    """With what shows it all the same."""
    path = tmp_path / "mix.wav"
    soundfile.write(path, np.zeros(96_000, np.int16), 96_000)
    with pytest.raises(JournalError, match="has 96,000 samples a second, which MP3 has not: --sound linked"):
        mp3([path])
