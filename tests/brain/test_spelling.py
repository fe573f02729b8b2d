"""How a text is taken apart before names are looked for in it."""

import pytest

from trialogue.brain.words.spelling import Break, spelled_out, words_of


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Really? Bob", [True, False]),
        ("Bob thinks so. Really?", [False, False, False, True]),
        ("Is it so? Is it? It is.", [True, True, True, True, True, False, False]),
        ("Is it so", [False, False, False]),
    ],
)
def test_a_sentence_asks_by_the_mark_behind_it(text, asks):
    """Only the words of a sentence that ends in a question mark count as a question."""
    assert [word.asks for word in words_of(text)] == asks


@pytest.mark.parametrize(
    ("gap", "means"),
    [
        (" ", Break.NOTHING),
        ("-", Break.NOTHING),
        (".", Break.NOTHING),
        (". ", Break.END),
        ("..", Break.NOTHING),
        ("! ", Break.END),
        ("\n", Break.END),
        ("'", Break.APOSTROPHE),
        (", ", Break.COMMA),
        (" - ", Break.COMMA),
        ("--", Break.COMMA),
    ],
)
def test_separators_between_words(gap, means):
    """The sign between two words tells whether a sentence, a part or only a word ends there."""
    assert [word.before for word in words_of(f"one{gap}two")] == [Break.END, means]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Q A", ["qa"]),
        ("Q. A. lead", ["qa", "lead"]),
        ("a Q, A", ["aq", "a"]),
        ("the Q A team", ["the", "qa", "team"]),
        ("Ann's Q A", ["ann", "s", "qa"]),
    ],
)
def test_letters_that_follow_one_another_are_one_word(text, joined):
    """Single letters in a row are joined to one word, but not over a comma."""
    assert [word.text for word in spelled_out(words_of(text))] == joined
