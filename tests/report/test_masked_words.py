"""Words that a redacted journal has only the number of."""

from collections import Counter

from trialogue.model.text import mask
from trialogue.model.transcript import Utterance
from trialogue.report.measures.shares import count_words

TEXT = "One two three four five."


def said(heard, intended=TEXT, name="ann"):
    return Utterance(name, 1, 0.0, 1.0, heard, intended, "finished")


def test_masked_words_are_as_many_as_were_masked():
    """A redacted copy of a meeting has the same number of words: a mask is no two words."""
    whole = f"{mask(TEXT)} {mask('And more.')}"
    assert count_words([said(TEXT), said("And more.", "And more.")]) == Counter(ann=7)
    assert count_words([said(whole, whole)]) == Counter(ann=7)


def test_the_words_of_a_cut_turn_are_unknown_where_they_are_masked():
    """Nobody can say how many masked words of a turn that was cut were heard, so no number is given."""
    made = [said("<5", mask(TEXT)), said(mask(TEXT), mask(TEXT)), said(TEXT, name="ben")]
    assert count_words(made) == Counter(ben=5)
