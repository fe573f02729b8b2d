"""Functions describe themselves to models."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

import pytest

from trialogue.errors import SetupError
from trialogue.tools.signatures import Signature, describe


def test_a_signature_is_a_schema():
    """A function's tool has its types, defaults, choices and words, from hints and docstring."""

    def order(
        item: str,
        count: Annotated[int, "How many."] = 1,
        *,
        where: Literal["edge", "origin"] = "edge",
        tags: list[str] | None = None,
        prices: dict[str, float] | None = None,
        more: object = None,
    ) -> str:
        """Order an item
        from the list.

        Args:
            item: What to order.
        """
        return item

    assert describe(order) == Signature(
        "Order an item from the list.",
        {
            "type": "object",
            "properties": {
                "item": {"type": "string", "description": "What to order."},
                "count": {"type": "integer", "description": "How many.", "default": 1},
                "where": {"type": "string", "enum": ["edge", "origin"], "default": "edge"},
                "tags": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
                "prices": {
                    "anyOf": [
                        {"type": "object", "additionalProperties": {"type": "number"}},
                        {"type": "null"},
                    ]
                },
                "more": {},
            },
            "additionalProperties": False,
            "required": ["item"],
        },
    )


class Shop:
    """Sell things."""

    def __call__(self, item: str, database: object = None) -> str:
        return item


class Till:
    def __call__(self, item: str) -> str:
        """Take money.

        Args:
            item: What is paid.
        """
        return item


ITEM = {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]}


@pytest.mark.parametrize(
    "called",
    [partial(Shop(), database=object()), partial(partial(Shop(), database=1), database=2)],
    ids=["partial", "twice"],
)
def test_a_partial_says_what_is_left_to_give(called):
    """A partial's tool describes only the arguments that it has not bound."""
    assert describe(called) == Signature("Sell things.", {**ITEM, "additionalProperties": False})


def test_an_object_is_described_by_its_call():
    """A callable object's tool has the description of its `__call__`."""
    assert set(describe(Shop()).schema["properties"]) == {"item", "database"}
    assert describe(Till()).description == "Take money."
    assert describe(Till()).schema["properties"]["item"]["description"] == "What is paid."


def test_positions_that_are_bound_are_not_told():
    """A partial's tool does not describe arguments that it has bound by position."""

    def sell(database: object, item: str) -> str:
        return item

    assert describe(partial(sell, "db")) == Signature("", {**ITEM, "additionalProperties": False})


def test_errors_name_the_tool_as_the_scenario_does():
    """The error for a lambda or a partial has the tool's name of the scenario."""
    for called in (lambda item: item, partial(bare)):
        with pytest.raises(SetupError, match=r"^tool shop: parameter item: needs a type hint"):
            describe(called, "tool shop")


def bare(item):
    """No hint."""


def exotic(callback: Callable[[], None]):
    """No JSON."""


def sized(number: complex):
    """No JSON either."""


def many(*items: str):
    """No names."""


def missing(item: "Nowhere"):  # noqa: F821 - that is the test
    """No such type."""


def literal(item: Literal[b"x"]):
    """No text."""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (bare, "tool bare: parameter item: needs a type hint, or give the tool a schema"),
        (exotic, "tool exotic: parameter callback: collections.abc.Callable"),
        (sized, "tool sized: parameter number: complex is not a JSON type"),
        (many, "tool many: parameter items: arguments are passed by name"),
        (missing, "tool missing: a type hint uses the unknown name Nowhere"),
        (literal, "tool literal: parameter item: one of these literals is not JSON"),
    ],
)
def test_a_parameter_without_json_is_named(function, words):
    """The error for a parameter that JSON cannot hold names it and what to do."""
    with pytest.raises(SetupError) as refused:
        describe(function)
    assert str(refused.value).startswith(words)
