"""What was heard of turns that were paused, cut or made of many stretches."""

from __future__ import annotations

from trialogue.brain.words.spoken import SpokenScript
from trialogue.brain.words.transcript import Transcript
from trialogue.model.commands import Attribute, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplySent,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.plan import FloorRules

HANDS = FloorRules(policy="queue", otherwise="queue")


def test_a_sentence_beyond_all_sound_is_not_heard():
    """A journal can hold any number as a place: beyond 1e16 a sentence has no length."""
    script = SpokenScript(duration_s=8.0)
    script.add("aaa bbb", 0.0)
    script.add("ccc", 1e29)
    assert [script.until(each) for each in (0.0, 4.0, 7.9, 8.0)] == ["", "", "", "aaa bbb ccc"]
    assert script.passages(0.0, 1e30)[-1][2] == "ccc"


def playing(*events, until=9.0, length=8.0):
    """What was heard of a turn of ten words in which this happened."""
    fold = Transcript()
    fold.take_command(0.0, GrantFloor("tech", 1, "r", 90.0))
    fold.take_command(0.0, Play("tech", 1, 1))
    fold.take_event(SentenceSaid("tech", 1, "aaa bbb ccc ddd", 0.0))
    fold.take_event(ReplySent("tech", 1, length))
    for event in events:
        fold.take_event(event)
    fold.take_command(until, EndTurn("tech", 1, "interrupted"))
    return fold


BEGUN = PlaybackStarted("tech", 1, 1, 1.0)
PAUSED = PlaybackPaused("tech", 1, 1, 3.0, 2.0)


def test_a_turn_that_is_cut_while_it_is_paused_ended_with_the_pause():
    """A turn that is cut while paused has its words up to the pause, and a resumed one up to the cut."""
    (cut,) = playing(BEGUN, PAUSED).utterances()
    assert (cut.end_s, cut.heard) == (3.0, "aaa")
    (on,) = playing(BEGUN, PAUSED, PlaybackResumed("tech", 1, 1, 5.0)).utterances()
    assert (on.end_s, on.heard) == (9.0, "aaa bbb ccc")


def test_pauses_of_what_is_over_change_nothing():
    """A pause that is reported after a turn's end does not change which words were heard."""
    done = PlaybackFinished("tech", 1, 1, 5.0, 4.0, "cut")
    late = (PlaybackPaused("tech", 1, 1, 6.0, 1.0), PlaybackResumed("tech", 1, 1, 7.0))
    fold = playing(BEGUN, done, *late)
    assert (fold.heard(1), fold.spoken_s(1)) == ("aaa bbb", 4.0)
    stranger = PlaybackResumed("tech", 1, 9, 7.0)
    assert playing(BEGUN, done, stranger).heard(1) == "aaa bbb"


def test_a_reply_of_which_nothing_was_played_was_not_heard():
    """A reply without any played sound has no words in the transcript."""
    nothing = PlaybackFinished("tech", 1, 1, 5.0, 0.0, "complete")
    assert playing(nothing).utterances() == ()
    assert playing(BEGUN, nothing).heard(1) == ""
    assert playing(BEGUN, PlaybackPaused("tech", 1, 1, 1.5, 0.5)).spoken_s(1) == 0.5
    assert Transcript().heard_by(1, 9.0) == ""
    (short,) = playing(PlaybackFinished("tech", 1, 1, 5.0, 0.5, "complete")).utterances()
    assert (short.start_s, short.heard) == (4.5, "aaa bbb ccc ddd")


def test_words_behind_the_end_of_their_sound_were_heard_with_it():
    """A reply that was played to its end was heard whole, wherever its words were said to be."""
    script = SpokenScript()
    script.add("Now.", 0.0)
    script.add("Later.", 5.0)
    script.duration_s = 3.0
    assert (script.until(3.0), script.until(2.9)) == ("Now. Later.", "")


def test_each_sentence_ends_where_the_next_begins():
    """The words heard up to a moment are right in each of three sentences."""
    script = SpokenScript()
    for place, text in enumerate(("aa bb", "cc dd", "ee ff")):
        script.add(text, 2.0 * place)
    script.duration_s = 6.0
    said = ["", "aa", "aa bb", "aa bb cc", "aa bb cc dd", "aa bb cc dd ee", "aa bb cc dd ee ff"]
    assert [script.until(at) for at in (0.75, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)] == said


def person(*steps):
    """What was heard of dana, who speaks for these stretches in one turn, after some noise before it."""
    fold = Transcript()
    fold.take_event(SpeechStarted("dana", 0.5))
    fold.take_event(SpeechStopped("dana", 0.75))
    fold.take_command(1.0, GrantFloor("dana", 1, "r", 90.0))
    for start, end in steps:
        fold.take_event(SpeechStarted("dana", start))
        fold.take_event(SpeechStopped("dana", end))
    fold.take_command(10.0, Attribute("dana", 1, "Good morning.", is_certain=True))
    fold.take_command(10.0, EndTurn("dana", 1, "finished"))
    return fold


def test_a_persons_turn_is_all_its_stretches_and_no_other():
    """A person's turn has all stretches of speech within it, and none from before or after."""
    fold = person((2.0, 3.0), (5.0, 6.5))
    (said,) = fold.utterances()
    assert (said.start_s, said.end_s, fold.spoken_s(1)) == (2.0, 6.5, 2.5)
    fold.take_event(SpeechStarted("dana", 20.0))
    fold.take_event(SpeechStopped("dana", 25.0))
    assert fold.utterances() == (said,)
    (odd,) = person((2.0, 1.75)).utterances()
    assert (odd.start_s, odd.end_s) == (2.0, 2.0), "no stretch ends before it began"
    (typed,) = person().utterances()
    assert (typed.start_s, typed.end_s) == (10.0, 10.0)
