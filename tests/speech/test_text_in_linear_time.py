"""Texts come from strangers: twice as long a text takes twice as long, whatever stands in it."""

import time
from itertools import cycle, product

import pytest

from trialogue.brain.words.names import holds_label, last_addressee
from trialogue.brain.words.spelling import folded, words_of
from trialogue.model.plan import Participant
from trialogue.model.text import safe_text
from trialogue.speech.sentences import SentenceSplitter, split_sentences
from trialogue.speech.spoken_text import speakable

LETTERS = 400_000
"""Characters of a text: what is quadratic takes a minute over as many."""

UNITS = [
    "[", "![", "[a](", "[a](b ", "www.a", ".", "www.a.", "www.a/,;", "https://", "```x", "<a", "<", " ", "1,",
    "1.",
    "\u20ac1.", "_", "a_", "*", "|", "# ", "Hi. ", "a\n", "word ", "x", "\n", "Mr. ", "1. ", '"', '. "(',
    ", ",
]  # fmt: skip
FRONTS = ["", "www.a", "[", "\u20ac1", "a", "Ann", "Ann ("]
DAILY = sorted({*product([""], UNITS), *zip(cycle(FRONTS), UNITS, strict=False)})
"""Each unit alone and behind one of the fronts in turn; behind the others in the long tests."""


def splitter(text):
    """A stream in pieces, as a model writes it."""
    taken = SentenceSplitter()
    return [
        *(each for at in range(0, len(text), 50) for each in taken.feed(text[at : at + 50])),
        *taken.flush(),
    ]


def labels(text):
    """Whether a text reads as if somebody else spoke."""
    return holds_label(text, (Participant("ann"),))


@pytest.mark.parametrize(
    "is_daily", [True, pytest.param(False, marks=pytest.mark.long)], ids=["in turn", "all"]
)
@pytest.mark.parametrize("function", [speakable, labels, safe_text])
def test_time_grows_with_the_text_alone(function, is_daily):
    """A text of 20,000 characters is read in under 0.7 s, whatever is in it."""
    for front, unit in DAILY if is_daily else product(FRONTS, UNITS):
        text = front + unit * (20_000 // len(unit)) + "w"
        began = time.process_time()
        function(text)
        assert time.process_time() - began < 0.7, f"{front!r}, then {unit!r} over and over"


CAST = (Participant("ann"), Participant("bob"))


@pytest.mark.parametrize("unit", ["then ann ", "thanks ann what do you ", "ann. ", "ann, bob. ", "a-"])
def test_names_are_found_without_reading_their_sentence_again(unit):
    """A page full of one name is searched in under two seconds."""
    text = unit * (40_000 // len(unit))
    began = time.process_time()
    last_addressee(text, CAST, "bob")
    assert time.process_time() - began < 2.0


def test_marks_on_one_letter_are_not_sorted_without_end():
    """A letter with tens of thousands of combining marks is read within two seconds."""
    began = time.process_time()
    for mark in ("\u0323\u0301", "\u05b0\u200d\u05bc\u200d"):
        assert folded("E" + mark * 40_000)[0] == "e"
        assert words_of("E" + mark * 40_000)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("function", [split_sentences, splitter])
@pytest.mark.parametrize("unit", ["a\n", "Hi. ", "Mr. ", "x", " ", '. "('])
def test_sentences_are_found_without_copying_the_rest(function, unit):
    """Splitting a long text takes time in proportion to its length."""
    text = unit * (LETTERS // 3 // len(unit))  # copies of so much take seven seconds
    began = time.process_time()
    function(text)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("between", ["\n", " \n", "\t", "."])
def test_marks_without_an_end_are_searched_once(between):
    """A model's endless line breaks are split within a second, whole or letter by letter."""
    paragraph = "a" + between * (399 // len(between))
    taken = SentenceSplitter()
    began = time.process_time()
    said = split_sentences(paragraph * 64)
    for letter in paragraph:
        taken.feed(letter)
    assert time.process_time() - began < 1.0
    assert said[0].startswith("a")


def test_only_the_first_sentences_are_looked_for():
    """Asking for the first sentences of a long text takes no time for the others."""
    text = "a\n" * LETTERS
    began = time.process_time()
    assert split_sentences(text, 256) == ["a"] * 256
    assert time.process_time() - began < 0.1
    assert split_sentences("One. Two. Three", 2) == ["One.", "Two."]
    assert split_sentences("One. Two", 5) == ["One.", "Two"]
