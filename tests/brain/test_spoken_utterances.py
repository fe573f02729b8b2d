"""What ears made of speech: how many words are of the last of it, and which are still to be told."""

import pytest

from trialogue.brain.seats.people import SpeechStretch, Words
from trialogue.brain.words.utterances import Utterances

FIRST, SECOND, NOTHING = SpeechStretch(1.0, 2.0), SpeechStretch(3.0, 6.0), SpeechStretch(7.0, 7.0)


def heard(text, *homes, is_final=False):
    """An utterance that was told these words, and put into these stretches one after the other."""
    utterances = Utterances()
    spoken = utterances.hear("dana", 1, Words(text, 1.0, 6.0), is_final=is_final)
    for home in homes:
        utterances.put(spoken, list(home))
    return utterances, spoken


@pytest.mark.parametrize(
    ("homes", "count"),
    [
        ([(FIRST,)], 4),
        ([(FIRST, SECOND)], 3),
        ([(SECOND, FIRST)], 1),
        ([(NOTHING,)], 4),
        ([(NOTHING, NOTHING)], 4),
        ([(FIRST, NOTHING)], 0),
        ([(FIRST,), (FIRST,)], 4),
        ([(FIRST,), (FIRST, SECOND)], 0),
    ],
)
def test_words_are_spread_over_the_speech_that_they_are_of(homes, count):
    """An utterance's words are spread evenly over its speech, apart from those known before it."""
    assert heard("one two three four", *homes)[1].last(9.0) == count


def test_words_that_come_behind_a_new_stretch_are_of_that():
    """Words that come after a new stretch of speech began belong to that stretch."""
    utterances, spoken = heard("one two", (FIRST,))
    utterances.hear("dana", 1, Words("one two three four", 1.0, 6.0), is_final=False)
    utterances.put(spoken, [FIRST, SECOND])
    assert spoken.last(9.0) == 2


def test_words_are_told_once():
    """Words that were reported stay reported, and only further ones are added."""
    utterances, spoken = heard("one  two")
    assert (utterances.open_of("dana"), utterances.open_of("eve")) == ([spoken], [])
    assert utterances.tell(spoken) == "one two"
    assert utterances.open_of("dana") == []
    for text, rest in (("one", ""), ("one two three", "three")):
        utterances.hear("dana", 1, Words(text, 1.0, 6.0), is_final=True)
        assert utterances.tell(spoken) == rest
    assert spoken.is_final
    utterances.forget(spoken)
    assert utterances.hear("dana", 1, Words("one", 1.0, 2.0), is_final=False) is not spoken


def test_speech_is_spread_over_however_short_it_is():
    """Two stretches of less than a second share the words of their utterance."""
    short = SpeechStretch(1.0, 1.4), SpeechStretch(2.0, 2.2)
    assert heard("one two three four five six", short)[1].last(9.0) == 2


def test_all_words_of_one_stretch_are_its_own_to_the_last():
    """All words of an utterance belong to its only stretch of speech, whatever its length."""
    for length in (0.35, 0.7, 1.1, 2.3):
        (stretch,) = stretches = (SpeechStretch(1.0, 1.0 + length),)
        for words in range(1, 30):
            assert heard("word " * words, stretches)[1].last(9.0) == words, (stretch, words)


def test_words_behind_speech_in_two_new_stretches_are_shared_between_those():
    """New words are shared between the stretches that are new, and known words are not."""
    utterances, spoken = heard("one two", (FIRST,))
    third = SpeechStretch(7.0, 8.0)
    utterances.hear("dana", 1, Words("one two three four five six", 1.0, 8.0), is_final=False)
    utterances.put(spoken, [FIRST, SECOND, third])
    assert spoken.last(9.0) == 1
