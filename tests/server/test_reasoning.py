"""A model's reasoning is nobody's to hear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.server.think.completion import SpokenText


def spoken(*pieces: str) -> str:
    """What is to be spoken of a stream of pieces."""
    text = SpokenText()
    return "".join([*map(text.feed, pieces), text.flush()])


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("<think>Hm.</think>Yes.", "Yes."),
        ("No. <THINKING>Hm.</THINKING>Yes.", "No. Yes."),
        ("<think>never closed", ""),
        ("opened by the prompt</think>Yes.", "Yes."),
        ("<think>one <think>two</think>Yes.", "Yes."),
        ("Is 1 < 2? <b>Yes</b> <thin", "Is 1 < 2? <b>Yes</b> <thin"),
        ("I think <so>.", "I think <so>."),
    ],
)
def test_text_outside_tags_is_spoken(text: str, heard: str) -> None:
    """A model's reasoning between its tags is not spoken, and all else is."""
    assert spoken(text) == heard


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "think", ">", "a", " <thinking>"]), max_size=8))
def test_pieces_make_no_difference(parts: list[str]) -> None:
    """A tag of reasoning is found in any pieces of the stream."""
    text = "<think>" + "".join(parts)
    if "</think>" not in text.partition("</think>")[2]:
        assert spoken(*text) == spoken(text)


def test_only_a_possible_tag_waits() -> None:
    """Words are spoken as they come; a `<` holds them back only while it may be a tag."""
    text = SpokenText()
    assert text.feed("Is 1 <") == "Is 1 "
    assert text.feed(" 2?") == "< 2?"
