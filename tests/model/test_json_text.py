"""JSON of others is read as far as it can be written again."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.model.json_text import MOST_LEVELS, read_json

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()


@pytest.mark.parametrize(
    "text",
    ["[" * 1000 + "]" * 1000, '{"a":' * 200 + "1" + "}" * 200, '[{"a":' * 65 + "1" + "}]" * 65],
    ids=["lists", "objects", "both"],
)
@pytest.mark.parametrize("form", [str, str.encode])
def test_a_text_that_could_not_be_said_again_is_refused(text, form):
    """orjson reads more levels than it writes: such a message crashed its connection, or hid its session."""
    assert orjson.loads(text)
    with pytest.raises(orjson.JSONDecodeError, match="nested more than 128 levels deep"):
        read_json(form(text))


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 200_000], ids=["lists", "objects"])
def test_the_deepest_texts_end_in_an_error_and_nothing_worse(text):
    """JSON nested without end is an ordinary error, not a crash."""
    with pytest.raises(orjson.JSONDecodeError):
        read_json(text)


@pytest.mark.parametrize("leaf", [1, [], {}])
def test_as_deep_as_may_be_and_a_level_more(leaf):
    """The bound is exact, and what has as many levels can be written inside of others."""
    value = leaf
    for _ in range(MOST_LEVELS - isinstance(leaf, list | dict)):
        value = [value]
    assert read_json(orjson.dumps(value)) == value
    orjson.dumps([[{"message": value}]])
    with pytest.raises(orjson.JSONDecodeError):
        read_json(orjson.dumps([value]))


def test_brackets_in_strings_are_no_levels():
    """Nor is what stands behind a quote that is escaped."""
    said = {"text": '[{"' * 1000, "more": ["\\", "[" * 1000, "{}"] * 100}
    assert read_json(json.dumps(said)) == said


@given(
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=200)
)
def test_everything_else_is_read_as_it_is(value):
    """Text and bytes give the same value."""
    text = json.dumps(value)
    assert read_json(text) == read_json(text.encode()) == orjson.loads(text)
