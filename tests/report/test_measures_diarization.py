"""Measures of speech and overlap against pyannote.core, which reckons them for diarization."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment
from report_values import MEETING, PLAN, UTTERANCES

from trialogue.model.events import (
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report import measures, rttm
from trialogue.report.stretches import Stretch, spoken_by, stretches, time_with

NAMES = ("ada", "ben", "dana")
CAST = MeetingPlan("x", (*map(Participant, NAMES[:2]), Participant("dana", kind=Kind.HUMAN)))


def annotation(text):
    """What an RTTM file says, as pyannote holds it."""
    told = Annotation()
    for track, line in enumerate(text.splitlines()):
        _, _, _, start, length, _, _, name, _, _ = line.split()
        told[Segment(float(start), float(start) + float(length)), track] = name
    return told


def agree(plan, records, utterances=()):
    """Whether both find the same speech, the same shares and the same overlap, to a millisecond."""
    measured = measures(plan, records, utterances)
    told = annotation(rttm(plan, stretches(records)))
    spoken = {name: told.label_duration(name) for name in (each.name for each in plan.participants)}
    assert {each.name: each.spoken_s for each in measured.participants} == pytest.approx(spoken, abs=0.01)
    one, two = told.get_timeline().support().duration(), told.get_overlap().duration()
    assert measured.timing.overlap.ratio == (pytest.approx(two / one, abs=0.01) if one else None)
    return told


def test_a_whole_meeting():
    """An independent program reads the speech and overlap of a meeting from its RTTM."""
    assert agree(PLAN, MEETING, UTTERANCES).get_overlap().duration() == pytest.approx(0.5)


def test_a_pause_is_no_speech_and_a_backchannel_is_some():
    """The RTTM has backchannels, and not the time for which a reply was paused."""
    facts = [
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (2.0, SpeechStarted("dana", 2.0)),
        (2.2, PlaybackPaused("ada", 1, 1, 2.2, 2.2)),
        (2.7, SpeechStopped("dana", 2.7)),
        (4.0, PlaybackResumed("ada", 1, 1, 4.0)),
        (6.0, SpeechStarted("dana", 6.0)),
        (6.5, SpeechStopped("dana", 6.5)),
        (8.0, SpeechStarted("ben", 8.0)),
    ]
    told = agree(CAST, [Record(seq, at, event, ()) for seq, (at, event) in enumerate(facts, 1)])
    assert told.label_duration("ada") == pytest.approx(6.2)
    assert told.get_overlap().duration() == pytest.approx(0.7)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 9000), st.integers(1, 3000)), max_size=10))
def test_any_stretches(found):
    """Times of speech and overlap are right whoever overlaps whom, itself included."""
    heard = sorted(
        (Stretch(name, None, start / 1000, (start + length) / 1000) for name, start, length in found),
        key=lambda each: each.start_s,
    )
    told = annotation(rttm(CAST, heard))
    one, two = time_with(heard)
    assert told.get_timeline().support().duration() == pytest.approx(one, abs=1e-6)
    assert told.get_overlap().duration() == pytest.approx(two, abs=1e-6)
    assert [told.label_duration(name) for name in NAMES] == pytest.approx(
        [spoken_by(heard).get(name, 0.0) for name in NAMES]
    )
