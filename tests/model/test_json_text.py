"""JSON of others is read safely, however deep it goes."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.model.json_text import MOST_LEVELS, read_json

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 200_000,
        '[{"a":' * 100_000,
        '"' + '\\"' * 300 + '",' + "[" * 1_000_000,
        "[]" * 200 + "[" * 1_000_000,
        "[" * 500_000 + "]" * 500_000,
    ],
    ids=["lists", "objects", "both", "behind a string", "behind a document", "whole"],
)
@pytest.mark.parametrize("form", [str, str.encode])
def test_a_text_that_takes_a_reader_in_c_along_is_refused(text, form):
    """A client's message of a mebibyte was enough for it: the process was gone, and all meetings in it."""
    with pytest.raises(orjson.JSONDecodeError, match="nested more than 128 levels deep"):
        read_json(form(text))


def test_as_deep_as_may_be_and_a_level_more():
    """The bound is exact, and what has as many levels can be written inside of others."""
    value = 1
    for _ in range(MOST_LEVELS):
        value = [value]
    assert read_json(orjson.dumps(value)) == value
    orjson.dumps([[{"message": value}]])
    with pytest.raises(orjson.JSONDecodeError):
        read_json(orjson.dumps([value]))


def test_brackets_in_strings_are_no_levels():
    """Nor is what stands behind a quote that is escaped."""
    said = {"text": '[{"' * 1000, "more": ["\\", "[" * 1000, "{}"] * 100}
    assert read_json(json.dumps(said)) == said


@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 500_000 + "[" * 200, '{"a": "\\', "[" * 100 + '"' + "]" * 100]
)
def test_a_string_without_its_end_is_no_json(text):
    """And it is looked through once."""
    with pytest.raises(orjson.JSONDecodeError):
        read_json(text)


@given(
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=200)
)
def test_everything_else_is_read_as_it_is(value):
    """In either form."""
    text = json.dumps(value)
    assert read_json(text) == read_json(text.encode()) == orjson.loads(text)
