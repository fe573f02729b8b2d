"""Bounds of tools' arguments."""

from __future__ import annotations

import pytest

from trialogue.brain.tools.arguments import misfit


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


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
    """What is exclusive leaves its bound out, all others take it in."""
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
    """By whichever way they are nested; what is deeper does not fit, and nothing recurses without end."""
    assert misfit(*nested(within, value_within, 31)) is None
    assert misfit(*nested(within, value_within, 32)).endswith("is nested too deeply")
    assert misfit(*nested(within, value_within, 200)).endswith("is nested too deeply")


def test_one_of_several_is_one_of_them():
    """Neither none nor two nor all; any of several may be all."""
    parts = [{"type": "integer"}, {"minimum": 2}, {"maximum": 5}]
    assert misfit({"oneOf": parts}, 1.5) is None
    for value in (1, 3, 2.5):
        assert misfit({"oneOf": parts}, value) == "arguments: fits more than one of what it may be"
        assert misfit({"anyOf": parts}, value) is None


def test_a_pattern_is_searched_and_a_foreign_one_left_to_the_tool():
    """The model is told which."""
    assert misfit({"pattern": "^[0-9]{4}$"}, "2026") is None
    assert misfit({"pattern": "^[0-9]{4}$"}, "26") == "arguments: must match ^[0-9]{4}$"
    assert misfit({"pattern": "("}, "26") is None


def test_a_model_is_not_told_more_than_it_can_read():
    """Twenty of many choices, and forty characters of a name of its own."""
    choices = misfit({"enum": list(range(30))}, "x")
    assert choices.endswith("17, 18 or 19")
    name = "n" * 40
    closed = {"properties": {}, "additionalProperties": False}
    assert misfit(closed, {name + "x": 1}) == f"arguments.{name}: is not known; there are none"
    assert misfit({"additionalProperties": {"type": "null"}}, {name + "x": 1}).startswith(
        f"arguments.{name}: "
    )
