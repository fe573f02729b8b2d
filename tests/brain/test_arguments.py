"""Arguments are judged as the standard has it, in words that a model can act on."""

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
    """The place and what would be right, and never a value of the model's."""
    assert misfit(ORDER, arguments) == words


def test_arguments_that_are_too_deep():
    """Nothing recurses without end."""
    schema, value = {"type": "array"}, []
    for _ in range(DEEPEST + 1):
        schema, value = {"type": "array", "items": schema}, [value]
    assert misfit(schema, value).endswith("is nested too deeply")


def test_what_a_schema_says_beside_that_is_left_to_the_tool():
    """References and formats are nobody's reason to refuse."""
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
    """An independent validator says yes and no to the same arguments."""
    assert (misfit(schema, value) is None) == Draft202012Validator(schema).is_valid(value)
