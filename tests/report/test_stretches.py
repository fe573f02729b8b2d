"""Sound on the meeting's axis, joined, merged and counted."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from report_values import records

from trialogue.model.events import (
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    ProcessSuspended,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
    VoiceRose,
    Woke,
)
from trialogue.report.stretches import (
    Stretch,
    length_until,
    spans_with,
    spoken_by,
    stretches,
    time_with,
    turns,
)


def test_sound_is_from_its_start_to_its_end():
    """Agents are heard by turn and reply, and people by their speech, each from start to end."""
    heard = stretches(
        records(
            (1.0, PlaybackStarted("ada", 1, 1, 1.0)),
            (2.0, SpeechStarted("kim", 2.0)),
            (3.0, PlaybackFinished("ada", 1, 1, 3.0, 2.0, "complete")),
            (4.0, SpeechStopped("kim", 3.5)),
        )
    )
    assert heard == (Stretch("ada", 1, 1.0, 3.0), Stretch("kim", None, 2.0, 3.5))
    assert [each.length_s for each in heard] == [2.0, 1.5]


def test_a_voice_ends_before_the_silence_that_its_reply_ends_with():
    """A reply's voice ends before the silence at the end of its sound."""
    heard = stretches(
        records(
            (1.0, PlaybackStarted("ada", 1, 1, 1.0)),
            (3.0, PlaybackFinished("ada", 1, 1, 3.0, 2.0, "complete", 0.19)),
            (3.0, PlaybackStarted("ben", 2, 1, 3.0)),
            (3.1, PlaybackFinished("ben", 2, 1, 3.1, 5.0, "complete", 0.1)),
        )
    )
    assert heard == (Stretch("ada", 1, 1.0, 2.81),)


def test_sound_without_an_end_lasts_as_long_as_the_records():
    """Sound that a crash left open lasts until the last record."""
    heard = stretches(
        records((1.0, PlaybackStarted("ada", 1, 1, 1.0)), (2.0, SpeechStarted("kim", 2.0)), (5.0, Woke("x")))
    )
    assert heard == (Stretch("ada", 1, 1.0, 5.0), Stretch("kim", None, 2.0, 5.0))


@pytest.mark.parametrize(
    "event", [MuteAsked("kim", True), Left("kim"), ProcessSuspended(60.0), MeetingResumed("00")]
)
def test_speech_ends_with_its_source(event):
    """A person's speech ends where its source is muted, gone or begun anew."""
    before = [(2.0, SpeechStarted("kim", 2.0)), (4.0, event), (9.0, SpeechStopped("kim", 8.5))]
    fell = [(2.0, SpeechStarted("kim", 2.0)), (3.2, VoiceFell("kim", 3.0)), (4.0, event)]
    rose = [*fell[:2], (3.4, VoiceRose("kim", 3.3)), (4.0, event)]
    ends = [[each.end_s for each in stretches(records(*told))] for told in (before, fell, rose)]
    assert ends == [[4.0], [3.0], [4.0]]


def test_ends_without_a_start_and_sound_of_no_length_are_nothing():
    """Events in an impossible order count as no sound."""
    heard = stretches(
        records(
            (1.0, PlaybackFinished("ada", 1, 1, 3.0, 2.0, "cut")),
            (2.0, SpeechStopped("kim", 3.5)),
            (2.0, SpeechStarted("kim", 4.0)),
            (2.0, SpeechStopped("kim", 4.0)),
        )
    )
    assert heard == ()


def test_replies_of_one_turn_are_one_turn():
    """A turn goes on over its replies, though somebody else is heard between them."""
    heard = (Stretch("ada", 1, 0.0, 1.0), Stretch("kim", None, 0.5, 1.5), Stretch("ada", 1, 2.0, 3.0))
    assert turns(heard) == (Stretch("ada", 1, 0.0, 3.0), heard[1])


def test_speech_of_a_person_is_one_turn_until_somebody_else_is_heard():
    """A person's pauses do not end its turn."""
    heard = (
        Stretch("kim", None, 0.0, 1.0),
        Stretch("kim", None, 2.0, 3.0),
        Stretch("ada", 1, 3.5, 4.0),
        Stretch("kim", None, 5.0, 6.0),
    )
    assert turns(heard) == (Stretch("kim", None, 0.0, 3.0), heard[2], heard[3])


def test_own_overlap_counts_once():
    """Overlapping stretches of one participant count as one voice."""
    heard = (Stretch("ada", 1, 0.0, 2.0), Stretch("ada", 2, 1.0, 3.0), Stretch("ada", 3, 5.0, 6.0))
    assert spoken_by(heard) == {"ada": 4.0}
    assert time_with(heard) == (4.0, 0.0)


STRETCH = st.builds(
    lambda name, start, length: Stretch(name, None, start, start + length),
    st.sampled_from("abc"),
    st.integers(0, 40),
    st.integers(1, 10),
)


@given(st.lists(STRETCH, max_size=12).map(lambda heard: sorted(heard, key=lambda each: each.start_s)))
def test_time_is_counted_as_by_hand(heard):
    """The times of speech and overlap are those of a count second by second."""
    voices = [{each.participant for each in heard if each.start_s <= s < each.end_s} for s in range(60)]
    assert time_with(heard) == (sum(len(v) >= 1 for v in voices), sum(len(v) >= 2 for v in voices))
    for name in "abc":
        assert spoken_by(heard).get(name, 0.0) == sum(name in each for each in voices)


@given(st.lists(STRETCH, max_size=12).map(lambda heard: sorted(heard, key=lambda each: each.start_s)))
def test_time_until_a_moment_is_that_of_what_was_heard_until_then(heard):
    """Sound that goes on counts as far as the moment, for one voice or more and for two or more."""
    moments = [each / 2 for each in range(110)]
    told = [list(length_until(spans_with(heard, least), moments)) for least in (1, 2)]
    for place, moment in enumerate(moments):
        until = [evolve(each, end_s=min(each.end_s, moment)) for each in heard if each.start_s < moment]
        assert (told[0][place], told[1][place]) == time_with(until)
