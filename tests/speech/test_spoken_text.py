"""Markup and addresses are not read aloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.speech.spoken_text import speakable


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("", ""),
        ("*** --- ...", ""),
        ("Plain text, 42% of $3.50 at 7:30 p.m.", "Plain text, 42% of $3.50 at 7:30 p.m."),
        ("# Title\n\n- **one** item\n* `two` items\n> said", "Title\none item\ntwo items\nsaid"),
        ('See [the _guide_](http://x.y/z "t") now.', "See the guide now."),
        ("![a chart](c.png) shows", "a chart shows"),
        ("At https://www.example.com/a?b=c.", "At example dot com."),
        ("(www.example.org/x), then", "(example dot org), then"),
        ("Run:\n```py\nx = 1\n```\nDone.", "Run:\nDone."),
        ("Unfinished ```code", "Unfinished"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b\n1 2"),
        ("<b>bold</b> but 3 < 4", "bold but 3 < 4"),
        ("snake_case stays, _this_ too", "snake_case stays, this too"),
        ("2 * 3", "2 times 3"),
        ("€7.50 and € 3.", "7.50 euros and 3 euros."),
        ("£20, ¥500.", "20 pounds, 500 yen."),
        ("£1 or €1 or ¥1", "1 pound or 1 euro or 1 yen"),
        ("£2m, €3bn, ¥5k, £1 million", "2 million pounds, 3 billion euros, 5 thousand yen, 1 million pounds"),
        ("5 €, 1£ or 2.5 million $.", "5 euros, 1 pound or 2.5 million dollars."),
        ("5 € 6 €", "5 euros 6 euros"),
        ("£5 more, €3 bread, $2m", "5 pounds more, 3 euros bread, $2m"),
        ("C# vs. F#", "C sharp versus F sharp"),
        ("card 1234567890123456", "card 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6"),
        ("x" * 90, "x" * 40 + " " + "x" * 40 + " " + "x" * 10),
    ],
)
def test_markup_is_not_spoken(written, spoken):
    """Markup, tables and endless words are not spoken, and all other words are."""
    assert speakable(written) == spoken


@given(st.text(st.sampled_from("ab1 9,*_`#[]()<>|-\n.:/w€£¥~"), max_size=80))
def test_any_text_becomes_words_of_bounded_length_or_nothing(text):
    """Any text becomes lines with words of bounded length, or nothing."""
    lines = speakable(text).splitlines()
    assert all(any(letter.isalnum() for letter in line) for line in lines)
    assert all(len(word) <= 41 for line in lines for word in line.split())
