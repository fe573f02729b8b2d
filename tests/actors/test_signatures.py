"""Functions describe themselves to models."""

from collections.abc import Callable
from typing import Annotated, Literal

import pytest

from trialogue.actors.toolkit import Signature, describe
from trialogue.errors import SetupError


def test_a_signature_is_a_schema():
    """Types, defaults, choices and words, from the hints and the docstring."""

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
        (exotic, "tool exotic: parameter callback: JSON cannot say"),
        (sized, "tool sized: parameter number: JSON cannot say complex"),
        (many, "tool many: parameter items: arguments come by name"),
        (missing, "tool missing: a type hint names Nowhere, which is not there"),
        (literal, "tool literal: parameter item: JSON cannot say one of these literals"),
    ],
)
def test_what_json_cannot_say_is_said(function, words):
    """The operator reads which parameter, and what to do."""
    with pytest.raises(SetupError) as refused:
        describe(function)
    assert str(refused.value).startswith(words)
