"""People at the table, from their seats in the scenario to what is heard of them."""

import wave
from array import array
from unittest.mock import ANY

import numpy as np
import pytest
import trio

from trialogue.errors import ScenarioError
from trialogue.journal.reader import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import open_meeting
from trialogue.model.commands import Report
from trialogue.model.events import (
    EarFailed,
    EarHeard,
    EarLost,
    EarReady,
    FloorRequestCancelled,
    FloorRequested,
    MuteAsked,
    PlaybackPaused,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    VoiceFell,
)
from trialogue.testing import murmuring_engines

CAST = """
trialogue: 1
name: people
run: {{frame: 20ms, limits: {{time: 20s}}}}
floor: {{silence: {{after: 30s}}}}
cast:
  ada: {{lines: ["A long sentence about the cache at the edge of the network. Another one follows it."]}}
  dana: {dana}
"""

CLIPS = """
    role: human
    via:
      clips:
        - {say: "Wait a moment, please.", when: {speaking: ada, for: 2s}}
"""


@pytest.fixture
def people(tmp_path):
    """A scenario with one agent and Dana, whose seat is given."""

    def write(dana):
        path = tmp_path / "people.yaml"
        path.write_text(CAST.format(dana=dana))
        return path

    return write


def events_of(result, *kinds):
    return [r.event for r in read(result.folder / "journal.jsonl") if isinstance(r.event, kinds)]


def commands_of(result, kind):
    records = read(result.folder / "journal.jsonl")
    return [each for record in records for each in record.commands if isinstance(each, kind)]


def sounds(result, name, start, end):
    """Whether a recording has sound between two places, in seconds."""
    with wave.open(str(result.folder / "audio" / f"{name}.wav")) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), np.int16)
    return bool(samples[round(start * 24000) : round(end * 24000)].any())


def test_a_clip_plays_on_cue(people, hold):
    """A clip begins at its moment in another's speech, in the journal and in the recording."""
    result = hold(people(CLIPS))
    started = events_of(result, PlaybackStarted)[0].position_s
    begun, stopped = events_of(result, SpeechStarted, SpeechStopped)
    assert (begun.participant, stopped.participant) == ("dana", "dana")
    assert begun.position_s == pytest.approx(started + 2.0, abs=0.05)
    assert stopped.position_s - begun.position_s == pytest.approx(22 * 0.05, abs=0.05)
    assert not sounds(result, "dana", 0, begun.position_s - 0.05)
    assert sounds(result, "dana", begun.position_s, stopped.position_s)
    assert sounds(result, "mix", begun.position_s, stopped.position_s)


def test_an_overlap_that_is_allowed_is_recorded_and_measured(people, hold):
    """An allowed overlap is audible in both recordings, and the measures have its length."""
    path = people(CLIPS)
    text = path.read_text().replace("silence: {after: 30s}", "interrupt: {overlap: 2s}")
    # Somebody else has to listen: an agent alone with people hears them, and its service falls silent.
    path.write_text(text.replace("  dana:", "  ben: {lines: [Well.]}\n  dana:"))
    result = hold(path)
    begun, stopped = events_of(result, SpeechStarted, SpeechStopped)
    assert not events_of(result, PlaybackPaused)
    for name in ("ada", "dana"):
        assert sounds(result, name, begun.position_s + 0.1, begun.position_s + 0.2)
    together = result.result.measures.timing.overlap.within_s
    assert together == pytest.approx(stopped.position_s - begun.position_s, abs=0.05)
    assert "overlap" in [command.code for command in commands_of(result, Report)]
    assert result.result.failures == ()


def test_a_persons_words_come_from_an_ear(people, hold):
    """A person's words come from an ear, at the time at which the person spoke."""
    result = hold(people(CLIPS))
    assert events_of(result, EarReady, EarLost, EarFailed)[0].participant == "dana"
    begun, fell = events_of(result, SpeechStarted, VoiceFell)[:2]
    heard = events_of(result, EarHeard)
    assert {each.utterance for each in heard} == {1}
    assert (heard[-1].text, heard[-1].stage) == ("Wait a moment, please.", "final")
    assert heard[-1].begin_s == pytest.approx(begun.position_s, abs=0.3)
    assert heard[-1].end_s == pytest.approx(fell.position_s, abs=0.3)


def test_a_person_who_is_not_heard_needs_no_ear(people, hold):
    """No ear is dialled, and paid for, for a person who only listens."""
    assert events_of(hold(people("{role: human, via: app}")), EarReady) == [EarReady("dana", 1, ANY)]
    assert not events_of(hold(people("{role: observer, via: app}")), EarReady)


def test_speech_is_noticed_at_once(people, hold):
    """The journal hears of speech within 200 ms of its first sample."""
    result = hold(people(CLIPS))
    record = next(r for r in read(result.folder / "journal.jsonl") if isinstance(r.event, SpeechStarted))
    assert 0 <= record.at - record.event.position_s <= 0.2


def test_runs_with_clips_are_equal(people, hold):
    """A recording that stands in keeps a virtual meeting deterministic."""
    first, second = hold(people(CLIPS)), hold(people(CLIPS))
    for name in ("journal.jsonl", "audio/dana.wav", "audio/mix.wav"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name


def test_a_clip_that_waits_raises_its_hand(people, hold):
    """A clip with `mode: wait` asks for the floor."""
    clips = CLIPS.replace("for: 2s}", "for: 2s}, mode: wait")
    result = hold(people(clips))
    assert events_of(result, FloorRequested) == [FloorRequested("dana", 0)]


def test_an_app_speaks_for_a_person(people, hold):
    """An app's frames for a person are heard at the time at which they were pushed."""

    async def watch(meeting):
        await trio.sleep(1.0)
        source = meeting.source("dana")
        frame = array("h", [800] * (meeting.sample_rate // 50)).tobytes()
        for _ in range(50):
            source.push(frame)
            await trio.sleep(0.02)
        await trio.sleep(1.0)
        meeting.stop("enough")

    result = hold(people("{role: human, via: app}"), watch=watch)
    begun, stopped = events_of(result, SpeechStarted, SpeechStopped)
    assert begun.position_s == pytest.approx(1.0, abs=0.1)
    assert stopped.position_s - begun.position_s == pytest.approx(1.0, abs=0.05)


def test_calls_for_people_are_events(people, hold):
    """An app's calls to type, to raise a hand and to mute are recorded as events."""

    async def watch(meeting):
        meeting.type("dana", "Good morning.")
        meeting.raise_hand("dana", 1)
        meeting.lower_hand("dana")
        meeting.mute("dana")
        meeting.mute("dana", False)
        with pytest.raises(ValueError, match="ada takes no sound from the app"):
            meeting.source("ada")
        await trio.sleep(0.1)
        meeting.stop("enough")

    result = hold(people("{role: human, via: app}"), watch=watch)
    assert events_of(result, TextTyped, FloorRequested, FloorRequestCancelled, MuteAsked) == [
        TextTyped("dana", "Good morning."),
        FloorRequested("dana", 1),
        FloorRequestCancelled("dana"),
        MuteAsked("dana", True),
        MuteAsked("dana", False),
    ]


async def test_an_invalid_recording_is_reported_before_the_start(people, tmp_path):
    """An invalid recording is an error of one line, and no run's directory is made."""
    (tmp_path / "dana.wav").write_text("not sound")
    path = people("{role: human, via: {clips: [{play: dana.wav, when: {at: 1s}}]}}")
    out = tmp_path / "run"
    with pytest.raises(ScenarioError, match="neither WAV nor FLAC"):
        async with open_meeting(path, out=out, edges=Edges(engines=murmuring_engines())):
            raise AssertionError("it must not begin")
    assert not out.exists()
