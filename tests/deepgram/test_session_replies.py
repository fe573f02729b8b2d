"""Replies as a session tells them: from their first sign to their end, and their sound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_playbook import SETTINGS, WELCOME, play, running, say

from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.session import ClientSession
from trialogue.services.deepgram.settings import Audio, AudioOutput
from trialogue.services.facts import (
    Latency,
    Ready,
    ReplyAudio,
    ReplyBegun,
    ReplyDone,
    Sentence,
    SpeechAtEar,
    Warned,
)


def closed():
    """A session whose connection has ended within a reply."""
    session = running()
    session.receive_audio(b"1234")
    session.receive_close(1006)
    return session


def test_a_reply_from_its_first_sign_to_its_end():
    """Sentences have their place in their reply's sound, and each reply counts from 0."""
    play(
        running(),
        [
            (1, say("One."), [ReplyBegun(), Sentence("One.", 0)]),
            (1, b"1234", [ReplyAudio(b"1234")]),
            (1, say("Two.", conversational_behavior="filler"), [Sentence("Two.", 4, "filler")]),
            (1, b"56", [ReplyAudio(b"56")]),
            (2, m.AgentAudioDone(), [ReplyDone()]),
            (3, b"78", [ReplyBegun(), ReplyAudio(b"78")]),
            (3, say("Three."), [Sentence("Three.", 2)]),
            (4, m.AgentAudioDone(), [ReplyDone()]),
        ],
    )


def test_an_announced_reply_starts_once():
    """A reply that AgentStartedSpeaking announces begins once, and its latencies are reported."""
    play(
        running(),
        [
            (
                1,
                m.AgentStartedSpeaking(1.5, 0.5, 1.0),
                [ReplyBegun(), Latency(None, None, 1.0, None, None, 0.5, 1.5)],
            ),
            (1, say("One."), [Sentence("One.", 0)]),
            (1, m.AgentStartedSpeaking(1.5, 0.5, 1.0), [Latency(think_s=1.0, speak_s=0.5, total_s=1.5)]),
        ],
    )


def test_speech_at_the_ear_ends_a_reply_whose_done_may_never_come():
    """Speech at the ear ends a reply; an AgentAudioDone after that is reported without a reply."""
    play(
        running(),
        [
            (1, b"1234", [ReplyBegun(), ReplyAudio(b"1234")]),
            (2, m.WireUserStartedSpeaking(), [SpeechAtEar()]),
            (2, m.AgentAudioDone(), [ReplyDone()]),
            (3, say("Yes?"), [ReplyBegun(), Sentence("Yes?", 0)]),
            (4, m.AgentAudioDone(), [ReplyDone()]),
            (4, m.AgentAudioDone(), [ReplyDone()]),
            (5, m.WireUserStartedSpeaking(), [SpeechAtEar()]),
        ],
    )


def test_an_odd_byte_waits_for_its_other_half():
    """A sample of 16 bits that arrives in two messages comes out whole, or is dropped with its reply."""
    play(
        running(),
        [
            (1, b"1", [ReplyBegun()]),
            (1, say("One."), [Sentence("One.", 1)]),
            (1, b"2", [ReplyAudio(b"12")]),
            (1, b"345", [ReplyAudio(b"34")]),
            (2, m.AgentAudioDone(), [ReplyDone()]),
            (3, b"67", [ReplyBegun(), ReplyAudio(b"67")]),
            (3, b"8", []),
            (3, m.WireUserStartedSpeaking(), [SpeechAtEar()]),
            (3, b"90", [ReplyBegun(), ReplyAudio(b"90")]),
            (3, b"", []),
        ],
    )


@pytest.mark.parametrize(
    ("output", "events"),
    [
        (None, [ReplyBegun()]),
        (AudioOutput(), [ReplyBegun()]),
        (AudioOutput("linear16", container="none"), [ReplyBegun()]),
        (AudioOutput("linear16", container="wav"), [ReplyBegun(), ReplyAudio(b"1")]),
        (AudioOutput("mulaw"), [ReplyBegun(), ReplyAudio(b"1")]),
        (AudioOutput("mp3"), [ReplyBegun(), ReplyAudio(b"1")]),
    ],
)
def test_only_plain_samples_are_kept_together(output, events):
    """Sound in other encodings than plain linear16 is passed on byte by byte."""
    play(running(Audio(output=output)), [(1, b"1", events)])


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=9), max_size=12))
def test_no_byte_of_a_reply_is_lost_or_moved(stretches):
    """Sound comes out complete and in whole samples, however it was cut up."""
    session = running()
    events = [event for data in stretches for event in session.receive_audio(data)]
    sounds = [event.data for event in events if isinstance(event, ReplyAudio)]
    whole = b"".join(stretches)
    assert b"".join(sounds) == whole[: len(whole) // 2 * 2]
    assert all(sounds)
    assert all(len(sound) % 2 == 0 for sound in sounds)


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=9), st.just(say("One.")), st.just(m.AgentAudioDone())), max_size=12)
)
def test_the_short_way_of_sound_tells_what_the_long_one_does(messages):
    """`receive_sound` gives the same sound as `receive_audio`, or leaves it to that."""
    short, long = running(), running()
    for message in messages:
        if isinstance(message, bytes):
            told = long.receive_audio(message)
            sound = short.receive_sound(message)
            assert (sound is not None) == (told == [ReplyAudio(message)] and len(message) % 2 == 0)
            assert [ReplyAudio(sound)] == told if sound is not None else short.receive_audio(message) == told
        else:
            assert short.receive_text(encode(message), 1) == long.receive_text(encode(message), 1)


@pytest.mark.parametrize(
    "session", [ClientSession(0.0), closed()], ids=["before the settings", "behind the end"]
)
def test_there_is_no_short_way_outside_a_conversation(session):
    """`receive_sound` gives no sound before the settings or after the end."""
    assert session.receive_sound(b"1234") is None


def test_sound_before_the_settings_is_dropped_and_told_once():
    """Sound before the settings is dropped with a single warning."""
    session = ClientSession(0.0)
    warning = Warned("early-audio", "audio came while await-welcome, and was dropped")
    play(session, [(0, b"12", [warning]), (0, b"34", [])])


def test_a_greeting_before_the_settings_are_applied_is_told_behind_ready():
    """A greeting that comes before SettingsApplied is not lost: its words and sound follow Ready."""
    session = ClientSession(0.0)
    warning = Warned("early-audio", "audio came while applying, and is kept")
    play(
        session,
        [
            (0, WELCOME, []),
            (0, SETTINGS, []),
            (1, say("Hello."), []),
            (1, b"123", [warning]),
            (1, b"4", []),
            (1, m.AgentAudioDone(), []),
            (
                2,
                m.SettingsApplied(),
                [
                    Ready("fc553ec9"),
                    ReplyBegun(),
                    Sentence("Hello.", 0, "default"),
                    ReplyAudio(b"12"),
                    ReplyAudio(b"34"),
                    ReplyDone(),
                ],
            ),
        ],
    )


def test_a_greeting_is_kept_within_bounds():
    """A greeting's first megabyte of sound is kept, the rest is dropped, and each is reported once."""
    session = ClientSession(0.0)
    play(session, [(0, WELCOME, []), (0, SETTINGS, [])])
    told = [warning.text for _ in range(40) for warning in session.receive_audio(bytes(32_768))]
    assert told == ["audio came while applying, and is kept", "audio came while applying, and was dropped"]
    told = session.receive_text(encode(m.SettingsApplied()), 1.0)
    assert sum(len(event.data) for event in told if isinstance(event, ReplyAudio)) == 1024 * 1024
    play(session, [(0, b"12", [ReplyAudio(b"12")])])


def test_messages_before_their_time_are_kept_within_bounds():
    """Of early messages 256 are kept, and the next one is reported as out of order."""
    session = ClientSession(0.0)
    play(session, [(0, WELCOME, []), (0, SETTINGS, [])])
    play(session, [(0, say("a"), [])] * 256)
    play(session, [(0, say("b"), [Warned("out-of-order", "ConversationText came while applying")])])
