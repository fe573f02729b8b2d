"""Foreign text on a line of ours."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.model.text import safe_text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\r\nb\tc\x0bd\x85e\u2028f", "a b c d e f"),
        ("  two   spaces ", "two spaces"),
        ("\u202ebackwards\u202c \u2066x\u2069\u200f\u061c", "backwards x"),
        ("\x9b2J\x7f", "2J"),
        ("half \ud83d face", "half \ufffd face"),
        ("\U0001f469\u200d\U0001f680 é ß 語", "\U0001f469\u200d\U0001f680 é ß 語"),
        ("", ""),
    ],
)
def test_text_is_made_safe(text, safe):
    """Safe text has no control characters, and all that people write."""
    assert safe_text(text) == safe


@given(st.text())
def test_safe_text_is_one_line_of_utf8(text):
    """Safe text is one line of valid UTF-8, whatever it was made of."""
    safe = safe_text(text)
    assert safe.encode().decode() == safe
    assert len(safe.splitlines()) <= 1
    assert not any(unicodedata.category(each) == "Cc" for each in safe)
    assert safe_text(safe) == safe
