"""What the fold of a meeting's events and commands makes of turns: their words, places and lengths."""

from __future__ import annotations

import pytest

from trialogue.brain.words.transcript import Transcript
from trialogue.model.commands import Attribute, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    ReplySent,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.transcript import Passage, Utterance

FOUR = "aa bb cc dd"
"""A word a second, where it lasts for four."""


def granted(name="tech", turn=1):
    """A transcript in which somebody has the floor."""
    made = Transcript()
    made.take_command(0.0, GrantFloor(name, turn, "r", 99.0))
    return made


def playing(text=FOUR, length=4.0, at=10.0):
    """Tech's reply is being heard since a moment."""
    made = granted()
    made.take_command(at, Play("tech", 1, 1))
    made.take_event(SentenceSaid("tech", 1, text, 0.0))
    made.take_event(ReplySent("tech", 1, length))
    made.take_event(PlaybackStarted("tech", 1, 1, at))
    return made


def test_a_cut_reply_whose_length_was_lost_was_not_heard_whole():
    """Journals of rules 5 give 0 as the length of some cut replies: no more of their words was heard."""
    made = granted()
    made.take_command(10.0, Play("tech", 1, 1))
    made.take_event(SentenceSaid("tech", 1, "A sentence of which hardly anything is heard.", 0.0))
    made.take_event(PlaybackStarted("tech", 1, 1, 10.0))
    made.take_command(10.4, EndTurn("tech", 1, "interrupted"))
    made.take_event(PlaybackFinished("tech", 1, 1, 10.4, 0.4, "cut"))
    heard = made.heard(1)
    made.take_event(ReplySent("tech", 1, 0.0))
    assert made.heard(1) == heard == "A"


def speaking(begin=3.0):
    """Dana has the floor, and speaks."""
    made = granted("dana")
    made.take_event(SpeechStarted("dana", begin))
    return made


# --- an agent's sound ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "heard"), [(9.0, ""), (10.0, ""), (11.0, "aa"), (12.5, "aa bb"), (14.0, FOUR)]
)
def test_words_of_a_turn_that_goes_on(at, heard):
    """The words of a running turn are those heard so far; before the first turn there are none."""
    assert playing().heard_by(1, at) == heard
    assert playing().heard_by(2, at) == ""


def test_a_pause_adds_nothing_to_what_was_heard():
    """A paused turn has the words up to its pause, and more once it is resumed."""
    made = playing()
    made.take_event(PlaybackPaused("tech", 1, 1, 13.0, 2.0))
    assert (made.heard_by(1, 20.0), made.heard(1), made.spoken_s(1)) == ("aa bb", "aa bb", 2.0)
    made.take_event(PlaybackResumed("tech", 1, 1, 20.0))
    assert made.heard_by(1, 21.0) == "aa bb cc"
    made.take_command(21.0, EndTurn("tech", 1, "interrupted"))
    assert made.utterance(1) == Utterance("tech", 1, 10.0, 21.0, "aa bb cc", FOUR, "interrupted")
    assert made.spoken_s(1) == 3.0


def test_a_turn_that_ends_while_it_is_paused_ended_at_its_pause():
    """The transcript has no words of a turn from after its pause."""
    made = playing()
    made.take_event(PlaybackPaused("tech", 1, 1, 12.0, 2.0))
    made.take_command(30.0, EndTurn("tech", 1, "interrupted"))
    assert made.utterance(1) == Utterance("tech", 1, 10.0, 12.0, "aa bb", FOUR, "interrupted")


def test_reports_after_the_end_of_a_sound_change_nothing():
    """A pause that is reported after the end of a turn's sound changes neither words nor times."""
    made = playing()
    made.take_event(PlaybackFinished("tech", 1, 1, 12.0, 2.0, "cut"))
    made.take_event(PlaybackPaused("tech", 1, 1, 13.0, 3.0))
    made.take_event(PlaybackResumed("tech", 1, 1, 13.0))
    made.take_command(15.0, EndTurn("tech", 1, "interrupted"))
    assert made.utterance(1) == Utterance("tech", 1, 10.0, 12.0, "aa bb", FOUR, "interrupted")
    assert made.spoken_s(1) == 2.0


def test_a_pause_that_nobody_measured_is_no_less_than_nothing():
    """Sound that is said to have been played for less than no time was not heard."""
    made = playing()
    made.take_event(PlaybackPaused("tech", 1, 1, 11.0, -1.0))
    assert (made.spoken_s(1), made.heard(1)) == (0.0, "")


def test_a_turn_that_ends_before_its_sound_began_is_no_shorter_than_nothing():
    """A turn whose sound is reported to begin after its end lasted for no time."""
    made = playing(at=10.0)
    made.take_command(9.0, EndTurn("tech", 1, "interrupted"))
    assert made.utterance(1) == Utterance("tech", 1, 10.0, 10.0, "", FOUR, "interrupted")


def gone_on():
    """A turn that was cut two seconds into its reply, which goes on in a turn behind it."""
    made = playing()
    made.take_event(PlaybackPaused("tech", 1, 1, 12.0, 2.0))
    made.take_command(12.0, EndTurn("tech", 1, "interrupted"))
    made.take_command(20.0, GrantFloor("tech", 3, "r", 99.0))
    made.take_command(20.0, Play("tech", 1, 3))
    return made


def test_a_turn_that_continues_has_its_words_from_the_cut_on():
    """A turn that continues after a cut has its words, its length and its times from there."""
    made = gone_on()
    made.take_event(PlaybackStarted("tech", 3, 1, 20.0))
    assert made.heard_by(3, 21.0) == "cc"
    made.take_event(PlaybackFinished("tech", 3, 1, 22.0, 4.0, "complete"))
    made.take_command(22.0, EndTurn("tech", 3, "finished"))
    found = made.utterance(3)
    assert (found.start_s, found.end_s, found.heard) == (20.0, 22.0, "cc dd")
    assert found.passages == (Passage(20.0, 22.0, "cc dd"),)
    assert made.spoken_s(3) == 2.0
    assert made.heard(1) == "aa bb"


def test_a_begin_that_was_not_seen_of_what_goes_on():
    """A continued turn without a reported begin has a begin that fits its end and its length."""
    made = gone_on()
    made.take_event(PlaybackFinished("tech", 3, 1, 25.0, 3.0, "cut"))
    made.take_command(25.0, EndTurn("tech", 3, "interrupted"))
    found = made.utterance(3)
    assert (found.start_s, found.end_s, found.heard) == (24.0, 25.0, "cc")


def test_two_replies_of_a_turn_are_one_utterance():
    """Two replies of a turn are one utterance, with the time of each and without the gap."""
    made = playing("One.", 1.0)
    made.take_event(PlaybackFinished("tech", 1, 1, 11.0, 1.0, "complete"))
    made.take_command(12.0, Play("tech", 2, 1))
    made.take_event(SentenceSaid("tech", 2, "Two.", 0.0))
    made.take_event(SentenceSaid("tech", 2, "Three.", 2.0))
    made.take_event(ReplySent("tech", 2, 3.0))
    made.take_event(PlaybackStarted("tech", 1, 2, 13.0))
    made.take_event(PlaybackFinished("tech", 1, 2, 16.0, 3.0, "complete"))
    made.take_command(16.0, EndTurn("tech", 1, "finished"))
    said = "One. Two. Three."
    assert made.utterance(1) == Utterance("tech", 1, 10.0, 16.0, said, said, "finished")
    assert made.spoken_s(1) == 4.0
    assert made.utterance(1).passages == (
        Passage(10.0, 11.0, "One."),
        Passage(13.0, 15.0, "Two."),
        Passage(15.0, 16.0, "Three."),
    )


def test_a_pause_within_a_reply_is_spread_over_its_passages():
    """A pause within a reply makes each of its sentences longer in proportion."""
    made = playing("One.", 2.0)
    made.take_event(SentenceSaid("tech", 1, "Two.", 1.0))
    made.take_event(PlaybackFinished("tech", 1, 1, 14.0, 2.0, "complete"))
    made.take_command(14.0, EndTurn("tech", 1, "finished"))
    assert made.utterance(1).passages == (Passage(10.0, 12.0, "One."), Passage(12.0, 14.0, "Two."))


@pytest.mark.parametrize(("at", "left"), [(10.0, 1.5), (11.0, 0.5), (11.5, 2.5), (12.0, 2.0), (14.0, 0.0)])
def test_when_the_sentence_that_is_heard_ends(at, left):
    """A sentence ends where the next one begins, and the last one with the sound."""
    made = playing("One.", 4.0)
    made.take_event(SentenceSaid("tech", 1, "Two.", 1.5))
    assert made.sentence_left_s(1, at) == left


def test_the_end_of_a_sentence_is_known_only_while_it_is_heard():
    """A sentence has a known end only while it is heard and the reply's length is known."""
    made = playing()
    assert made.sentence_left_s(2, 11.0) is None
    made.take_event(PlaybackFinished("tech", 1, 1, 14.0, 4.0, "complete"))
    assert made.sentence_left_s(1, 12.0) is None
    made.take_command(14.0, Play("tech", 2, 1))
    assert made.sentence_left_s(1, 14.0) is None
    made.take_event(SentenceSaid("tech", 2, "Well.", 0.0))
    made.take_event(PlaybackStarted("tech", 1, 2, 15.0))
    assert made.sentence_left_s(1, 16.0) is None


@pytest.mark.parametrize("turn", [1, 2])
def test_sound_of_others_is_no_part_of_a_turn(turn):
    """Playback of other replies changes nothing in a turn's words."""
    made = playing()
    for name, reply in (("biz", 1), ("tech", 9)):
        made.take_event(PlaybackPaused(name, turn, reply, 11.0, 1.0))
        made.take_event(PlaybackResumed(name, turn, reply, 11.0))
        made.take_event(PlaybackFinished(name, turn, reply, 11.0, 1.0, "complete"))
    assert made.heard_by(1, 12.0) == "aa bb"


# --- a person's speech --------------------------------------------------------------------------------------


def test_speech_is_where_its_voice_was():
    """A person's utterance lasts from the begin to the end of its voice, with its own words."""
    made = speaking(3.0)
    made.take_event(SpeechStopped("dana", 5.0))
    made.take_command(6.0, Attribute("dana", 1, "so  I\nsay", is_certain=True))
    made.take_command(6.5, EndTurn("dana", 1, "finished"))
    assert made.utterances() == (Utterance("dana", 1, 3.0, 5.0, "so I say", "so I say", "finished"),)
    assert made.spoken_s(1) == 2.0


def test_speech_that_began_before_its_turn_is_part_of_it():
    """Speech that goes on at its person's grant is part of the turn, and speech that had stopped is not."""
    made = Transcript()
    made.take_event(SpeechStarted("eve", 0.0))
    made.take_event(SpeechStopped("eve", 0.5))
    made.take_event(SpeechStarted("dana", 1.0))
    made.take_command(2.0, GrantFloor("dana", 1, "r", 9.0))
    made.take_event(SpeechStopped("dana", 3.0))
    assert made.spoken_s(1) == 2.0
    made.take_command(3.0, EndTurn("dana", 1, "finished"))
    made.take_command(4.0, GrantFloor("eve", 2, "r", 9.0))
    assert made.spoken_s(2) == 0.0


@pytest.mark.parametrize(
    "event",
    [ProcessSuspended(9.0), MeetingResumed("x"), MuteAsked("dana", muted=True), Left("dana")],
)
def test_a_source_that_begins_anew_speaks_no_more(event):
    """A person's speech from before a sleep, a mute or a leave is no part of its later turn."""
    made = Transcript()
    made.take_event(SpeechStarted("dana", 1.0))
    made.take_event(event)
    made.take_command(2.0, GrantFloor("dana", 1, "r", 9.0))
    assert not made.holds(1, 1.5)


def test_each_stretch_of_a_turn_counts():
    """A turn's length is the sum of its stretches of speech, without pauses and speech of others."""
    made = speaking(3.0)
    made.take_event(SpeechStarted("eve", 3.5))
    made.take_event(SpeechStopped("eve", 4.5))
    made.take_event(SpeechStopped("dana", 5.0))
    made.take_event(SpeechStarted("dana", 8.0))
    made.take_event(SpeechStopped("dana", 9.0))
    made.take_command(9.0, Attribute("dana", 1, "yes", is_certain=True))
    made.take_command(10.0, EndTurn("dana", 1, "finished"))
    assert made.spoken_s(1) == 3.0
    assert made.utterances() == (Utterance("dana", 1, 3.0, 9.0, "yes", "yes", "finished"),)


def test_speech_that_is_told_to_begin_twice_began_once():
    """Speech whose begin is reported twice is one stretch from the first begin on."""
    made = speaking(3.0)
    made.take_event(SpeechStarted("dana", 4.0))
    made.take_event(SpeechStopped("dana", 5.0))
    assert made.spoken_s(1) == 2.0


def test_speech_goes_on_until_its_turn_is_over():
    """A person stopped while speaking counts as heard until then, and no longer."""
    made = speaking(3.0)
    made.take_command(7.0, Attribute("dana", 1, "yes", is_certain=False))
    made.take_command(8.0, EndTurn("dana", 1, "hold-limit"))
    made.take_event(SpeechStopped("dana", 12.0))
    assert made.utterances() == (
        Utterance("dana", 1, 3.0, 8.0, "yes", "yes", "hold-limit", is_certain=False),
    )


def test_a_sound_without_words_is_no_utterance():
    """A cough that was given the floor leaves nothing; a turn that goes on is none yet."""
    made = speaking(3.0)
    made.take_event(SpeechStopped("dana", 3.2))
    assert made.utterances() == ()
    made.take_command(4.0, EndTurn("dana", 1, "yielded"))
    assert made.utterances() == ()


def test_words_with_places_are_where_they_say():
    """Speech that was over before its turn, and typed words, are heard there and as long."""
    made = granted("dana")
    made.take_command(5.0, Attribute("dana", 1, "I typed", is_certain=True, begin_s=5.0, end_s=7.0))
    made.take_command(7.0, EndTurn("dana", 1, "finished"))
    found = made.utterance(1)
    assert (found.start_s, found.end_s, found.passages) == (5.0, 7.0, (Passage(5.0, 7.0, "I typed"),))
    assert made.spoken_s(1) == 2.0


def test_words_without_any_place_are_where_they_came():
    """Words of a turn without any sound have the time at which they came, and are certain only if all are."""
    made = granted("dana")
    made.take_command(5.0, Attribute("dana", 1, "one", is_certain=False))
    made.take_command(6.0, Attribute("dana", 1, "two", is_certain=True))
    made.take_command(7.0, EndTurn("dana", 1, "finished"))
    assert made.utterances() == (
        Utterance("dana", 1, 5.0, 5.0, "one two", "one two", "finished", is_certain=False),
    )
    assert (made.spoken_s(1), made.utterance(1).passages) == (0.0, ())


def test_words_of_speech_that_was_unclear_take_its_place():
    """Late words replace `(unclear)` of their own speech only."""
    made = granted("dana")
    made.take_command(5.0, Attribute("dana", 1, "(unclear)", is_certain=False, begin_s=4.0, end_s=5.0))
    made.take_command(6.0, Attribute("dana", 1, "hello", is_certain=True, begin_s=4.0, end_s=5.0))
    made.take_command(7.0, Attribute("dana", 1, "again", is_certain=True, begin_s=6.0, end_s=7.0))
    made.take_command(7.0, EndTurn("dana", 1, "finished"))
    assert made.heard(1) == "hello again"
    assert made.utterance(1).passages == (Passage(4.0, 5.0, "hello"), Passage(6.0, 7.0, "again"))


def beside(text, begin_s, end_s, name="dana", turn=1):
    """Words beside tech's turn."""
    return Attribute(name, turn, text, is_certain=True, beside="overlap", begin_s=begin_s, end_s=end_s)


def test_words_beside_a_turn_stand_behind_it():
    """Words beside a turn are utterances of their own, after that turn and before the next."""
    made = playing()
    made.take_command(12.0, beside(" no,  no ", 11.0, 12.0))
    aside = Utterance("dana", 1, 11.0, 12.0, "no, no", "no, no", "finished", beside="overlap")
    assert made.utterances() == (aside,)
    made.take_event(PlaybackFinished("tech", 1, 1, 14.0, 4.0, "complete"))
    made.take_command(14.0, EndTurn("tech", 1, "finished"))
    made.take_command(14.0, GrantFloor("dana", 2, "r", 99.0))
    made.take_command(15.0, Attribute("dana", 2, "well", is_certain=True, begin_s=14.0, end_s=15.0))
    made.take_command(15.0, EndTurn("dana", 2, "finished"))
    assert [(each.participant, each.turn) for each in made.utterances()] == [
        ("tech", 1),
        ("dana", 1),
        ("dana", 2),
    ]
    assert made.utterances()[1] == aside


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        (beside("no", 11.0, 12.0), False),
        (beside("no", 10.5, 11.0), False),
        (beside("no", 11.5, 12.0), True),
        (beside("no", 9.0, 10.5), True),
        (beside("no", 11.0, 12.0, name="eve"), True),
    ],
)
def test_unclear_speech_beside_a_turn_is_replaced_by_its_words(said, stays):
    """Unclear speech is replaced by words of that same speech alone."""
    made = playing()
    made.take_command(12.0, beside("(unclear)", 11.0, 12.0))
    made.take_command(13.0, said)
    assert ["(unclear)" in each.heard for each in made.utterances()].count(True) == stays
    assert "no" in [each.heard for each in made.utterances()]


def test_words_that_are_known_stay_when_others_of_the_same_speech_come():
    """Late words complete what was unclear, and replace no known words."""
    made = playing()
    made.take_command(12.0, beside("no", 11.0, 12.0))
    made.take_command(13.0, beside("never", 11.0, 12.0))
    assert [each.heard for each in made.utterances()] == ["no", "never"]


@pytest.mark.parametrize(("at", "holds"), [(2.9, False), (3.0, True), (4.0, True), (5.0, True), (5.1, False)])
def test_where_sound_of_a_turn_is(at, holds):
    """The sound of a turn has its begin and its end, or is open while it goes on."""
    made = speaking(3.0)
    assert made.holds(1, 99.0)
    made.take_event(SpeechStopped("dana", 5.0))
    assert made.holds(1, at) == holds
    assert not made.holds(2, at)
