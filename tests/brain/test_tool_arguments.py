"""Arguments of tools against their JSON Schema: as the standard has it, in words that a model can act on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from trialogue.brain.tools.arguments import DEEPEST, misfit

ORDER = {
    "type": "object",
    "properties": {
        "item": {"type": "string", "enum": ["edge", "origin"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}, "maxItems": 2},
        "when": {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^[0-9]{4}$"}]},
    },
    "required": ["item"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"item": "edge", "count": 3, "tags": ["a"], "when": None}, None),
        ({"item": "edge", "when": "2026"}, None),
        ({}, "arguments.item: is missing"),
        ({"item": "moon"}, "arguments.item: must be 'edge' or 'origin'"),
        ({"item": "edge", "count": True}, "arguments.count: must be integer"),
        ({"item": "edge", "count": 0}, "arguments.count: must be at least 1"),
        ({"item": "edge", "tags": ["a", "long"]}, "arguments.tags[1]: must have at most 3 characters"),
        (
            {"item": "edge", "when": 3},
            "arguments.when: must be null or arguments.when: must be string",
        ),
        ({"item": "edge", "size": 1}, "arguments.size: is not known; there are item, count, tags or when"),
        ([], "arguments: must be object"),
    ],
)
def test_the_first_misfit_is_named(arguments, words):
    """A model is told where its arguments are wrong and what would be right, without their values."""
    assert misfit(ORDER, arguments) == words


def test_arguments_that_are_too_deep():
    """Deeply nested arguments are refused in words instead of crashing the meeting."""
    schema, value = {"type": "array"}, []
    for _ in range(DEEPEST + 1):
        schema, value = {"type": "array", "items": schema}, [value]
    assert misfit(schema, value).endswith("is nested too deeply")


def test_unsupported_parts_of_a_schema_are_left_to_the_tool():
    """A schema with references or formats refuses no valid arguments."""
    assert misfit({"$ref": "#/$defs/x", "format": "date"}, {"a": 1}) is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats(-3, 12)
    | st.sampled_from(["", "edge", "long"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["item", "count", "tags", "when", "x"]), inner, max_size=4)
    ),
    max_leaves=6,
)
SCHEMAS = st.sampled_from(
    [
        ORDER,
        {"type": ["string", "null"]},
        {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]},
        {"allOf": [{"type": "number"}, {"exclusiveMaximum": 5, "exclusiveMinimum": 1}]},
        {"const": 1},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"minItems": 1, "minLength": 2},
        {"enum": [True, 0, "edge"]},
    ]
)


@given(SCHEMAS, VALUES)
def test_it_judges_as_the_standard_does(schema, value):
    """Arguments are accepted exactly where an independent validator accepts them."""
    assert (misfit(schema, value) is None) == Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "fits", "fails"),
    [
        ({"minimum": 2}, 2, 1),
        ({"maximum": 2}, 2, 3),
        ({"exclusiveMinimum": 2}, 3, 2),
        ({"exclusiveMaximum": 2}, 1, 2),
        ({"minLength": 2}, "ab", "a"),
        ({"maxLength": 2}, "ab", "abc"),
        ({"minItems": 2}, [1, 2], [1]),
        ({"maxItems": 2}, [1, 2], [1, 2, 3]),
    ],
)
def test_a_bound_counts_as_the_standard_says(schema, fits, fails):
    """An exclusive bound excludes its own value, and any other includes it."""
    assert misfit(schema, fits) is None
    assert misfit(schema, fails) is not None


def nested(within, value_within, levels):
    """A schema and a value of so many levels."""
    schema, value = {"type": "integer"}, 7
    for _ in range(levels):
        schema, value = within(schema), value_within(value)
    return schema, value


@pytest.mark.parametrize(
    ("within", "value_within"),
    [
        (lambda inner: {"items": inner}, lambda value: [value]),
        (lambda inner: {"properties": {"a": inner}}, lambda value: {"a": value}),
        (lambda inner: {"additionalProperties": inner}, lambda value: {"a": value}),
        (lambda inner: {"allOf": [inner]}, lambda value: value),
        (lambda inner: {"anyOf": [inner]}, lambda value: value),
    ],
)
def test_arguments_are_looked_into_for_thirty_one_levels(within, value_within):
    """Arguments nested deeper than 31 levels are refused in words."""
    assert misfit(*nested(within, value_within, 31)) is None
    assert misfit(*nested(within, value_within, 32)).endswith("is nested too deeply")
    assert misfit(*nested(within, value_within, 200)).endswith("is nested too deeply")


def test_one_of_several_is_one_of_them():
    """`oneOf` accepts arguments that fit exactly one of its schemas, `anyOf` also those that fit several."""
    parts = [{"type": "integer"}, {"minimum": 2}, {"maximum": 5}]
    assert misfit({"oneOf": parts}, 1.5) is None
    for value in (1, 3, 2.5):
        assert misfit({"oneOf": parts}, value) == "arguments: fits more than one of what it may be"
        assert misfit({"anyOf": parts}, value) is None


def test_a_pattern_is_searched_and_a_foreign_one_left_to_the_tool():
    """A model that breaks a pattern is told which argument is wrong."""
    assert misfit({"pattern": "^[0-9]{4}$"}, "2026") is None
    assert misfit({"pattern": "^[0-9]{4}$"}, "26") == "arguments: must match ^[0-9]{4}$"
    assert misfit({"pattern": "("}, "26") is None


def test_a_model_is_not_told_more_than_it_can_read():
    """A refusal lists at most twenty choices, and forty characters of a name that the model made up."""
    choices = misfit({"enum": list(range(30))}, "x")
    assert choices.endswith("17, 18 or 19")
    name = "n" * 40
    closed = {"properties": {}, "additionalProperties": False}
    assert misfit(closed, {name + "x": 1}) == f"arguments.{name}: is not known; there are none"
    assert misfit({"additionalProperties": {"type": "null"}}, {name + "x": 1}).startswith(
        f"arguments.{name}: "
    )
