"""Text that comes in pieces leaves in sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.speech.sentences import LONGEST, SentenceSplitter, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("Hello", ["Hello"]),
        ("Yes. No! Why? Well… Go.", ["Yes.", "No!", "Why?", "Well…", "Go."]),
        (
            "Dr. Ray met Mrs. Low at 7 p.m. in town. Fine.",
            ["Dr. Ray met Mrs. Low at 7 p.m. in town.", "Fine."],
        ),
        ("It grew by 3.5 percent. Good.", ["It grew by 3.5 percent.", "Good."]),
        ("J. K. Lane wrote it. So am I. Then go.", ["J. K. Lane wrote it.", "So am I.", "Then go."]),
        (
            '"Why?" she said. (Nobody knew.) Then: "No."',
            ['"Why?" she said.', "(Nobody knew.)", 'Then: "No."'],
        ),
        ("Well... maybe. Wait... Now!", ["Well... maybe.", "Wait...", "Now!"]),
        (
            "See fig. 3 and no. 4. We said no. They left.",
            ["See fig. 3 and no. 4.", "We said no.", "They left."],
        ),
        ("1. Open it.\n2. Close it.", ["1. Open it.", "2. Close it."]),
        ("Tea, e.g. Assam, i.e. Black. Ok", ["Tea, e.g. Assam, i.e. Black.", "Ok"]),
        ("A title\n\nA line", ["A title", "A line"]),
        ("No space.Here at all. Yes.", ["No space.Here at all.", "Yes."]),
    ],
)
def test_where_sentences_end(text, sentences):
    """Titles, initials, numbers and quotes do not split a sentence."""
    assert split_sentences(text) == sentences


def test_a_sentence_is_given_as_soon_as_the_next_word_begins():
    """A sentence of a stream is complete when the next word begins, and not at its full stop."""
    splitter = SentenceSplitter()
    assert [splitter.feed(piece) for piece in ("Hi there", ".", " ", "How")] == [[], [], [], ["Hi there."]]
    assert splitter.flush() == ["How"]
    assert splitter.flush() == []


def test_an_endless_sentence_is_cut_after_a_clause_or_a_word():
    """An endless sentence is cut after a clause or a word, and nothing of it is lost."""
    clause = "so it goes on and on, "
    word = "word " * 200
    solid = "x" * 1_000
    assert all(part.endswith(",") for part in split_sentences(clause * 60)[:-1])
    assert all(set(part.split()) == {"word"} for part in split_sentences(word))
    assert "".join(split_sentences(solid)) == solid
    for text in (clause * 60, word, solid):
        assert max(map(len, split_sentences(text))) <= LONGEST


PROSE = st.text(st.sampled_from("ab AB.!?…\n\"') (1,e g"), max_size=60)


@given(pieces=st.lists(st.one_of(PROSE, st.just("word, " * 90), st.just("x" * 450)), max_size=8))
def test_where_the_stream_is_cut_makes_no_difference(pieces):
    """The sentences of the pieces are the sentences of the whole, and all letters are there in order."""
    whole, splitter = "".join(pieces), SentenceSplitter()
    sentences = [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.flush()
    assert sentences == split_sentences(whole)
    assert "".join("".join(sentences).split()) == "".join(whole.split())
    assert max(map(len, sentences), default=0) <= LONGEST
