"""Markup of a model's reply: what can be said of it, and nothing else."""

from __future__ import annotations

from time import process_time

import orjson
import pytest

from trialogue.server.think.completion import Completion
from trialogue.server.think.markup import Markup


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Yes**, *indeed*.", "Yes, indeed."),
        ("__Yes__ and _no_.", "Yes and no."),
        ("### What it costs", "What it costs"),
        ("- the edge", "the edge"),
        ("* [x] the edge", "the edge"),
        ("> so they said", "so they said"),
        ("1. Open the file", "1. Open the file"),
        ("See [the guide](https://example.com/a).", "See the guide."),
        ("See [one [the guide](https://example.com/a).", "See [one the guide."),
        ("Use `cache.get` now.", "Use cache.get now."),
        ("snake_case_name stays, and 2 * 3 * 4.", "snake_case_name stays, and 2 * 3 * 4."),
        ("Great 🙂!", "Great!"),
        ("Done 👍🏽 by 👩‍🚀 in 🇩🇪.", "Done by in."),
        ("🙂", ""),
        ("---", ""),
        ("|---|:--|", ""),
        ("| edge | 8 cents |", "edge, 8 cents"),
        ("```x = 1```", ""),
    ],
)
def test_a_sentence_keeps_its_words_alone(written, said):
    """Marks go and words stay; what is for the eye alone is left out."""
    assert Markup().without(written) == said


def test_many_spaces_in_a_table_take_no_time():
    """A reply with a row of many spaces is said at once, and holds up no other conversation."""
    began = process_time()
    assert Markup().without(f"| edge{' ' * 20_000}8 cents |") == "edge 8 cents"
    assert process_time() - began < 0.3


def test_a_block_of_code_lasts_until_it_is_closed():
    """A block of code in a model's reply is not read aloud."""
    markup = Markup()
    assert [markup.without(each) for each in ("```py", "x = 1", "```", "Ready.")] == ["", "", "", "Ready."]


def said_of(text: str, size: int) -> list[str]:
    completion = Completion()
    events = (
        orjson.dumps({"choices": [{"delta": {"content": text[at : at + size]}}]}).decode()
        for at in range(0, len(text), size)
    )
    thoughts = [thought for event in events for thought in completion.feed(event)]
    return [thought.text for thought in (*thoughts, *completion.rest())]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_reply_is_said_without_markup_however_it_comes_in_pieces(size):
    """The transcript and the voice have the same words."""
    text = "**Options:**\n- Edge 🙂, fast.\n- Origin (`x`)\n\n```py\nx = 1\n```\nOk 👍"
    assert said_of(text, size) == ["Options:", "Edge, fast.", "Origin (x)", "Ok"]
