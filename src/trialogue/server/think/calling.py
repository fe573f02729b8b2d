"""Which offered function a sentence asks for, without a model: by the words that they have in common.

1. A word of the function's name counts two, a value that one of its parameters may have two, a word of its
   description one.
2. A function fits with two points, or when half of what the sentence says is in its words.
3. The one with the most points is called; of equals the first that was offered.
4. Whoever offers very much is not searched to its end: what a client sends costs others no time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final, cast

from trialogue.server.think.arguments import MOST, arguments_from
from trialogue.server.think.ports import FunctionWanted, OfferedFunction
from trialogue.server.think.words import content_words, name_words

__all__ = ["call_for"]

_ENOUGH: Final = 2

_FUNCTIONS: Final = 64
"""Functions that are looked at."""

_DESCRIBED: Final = 500
"""How many characters of a description are."""


def call_for(text: str, functions: Sequence[OfferedFunction]) -> FunctionWanted | None:
    """The call that a text asks for, its arguments filled from the text; None where no function fits."""
    heard = content_words(text)
    functions = functions[:_FUNCTIONS]
    points = [_points(heard, function) for function in functions]
    most = max(points, default=0)
    if most == 0 or (most < _ENOUGH and 2 * most < len(heard)):
        return None
    function = functions[points.index(most)]
    own_words = content_words(f"{' '.join(name_words(function.name))} {function.description[:_DESCRIBED]}")
    arguments = arguments_from(text, function.parameters or {}, own_words)
    return FunctionWanted(function.name, json.dumps(arguments))


def _points(heard: set[str], function: OfferedFunction) -> int:
    named = content_words(" ".join(name_words(function.name)))
    options = (str(option) for schema in _properties(function.parameters) for option in _options(schema))
    strong = named | content_words(" ".join(options))
    described = content_words(function.description[:_DESCRIBED])
    return 2 * len(heard & strong) + len(heard & (described - strong))


def _properties(schema: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The properties of an object's JSON Schema, as far as they are objects themselves."""
    found: object = (schema or {}).get("properties")
    members = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    return [
        cast("Mapping[str, Any]", each) for each in islice(members.values(), MOST) if isinstance(each, dict)
    ]


def _options(schema: Mapping[str, Any]) -> list[object]:
    options: object = schema.get("enum")
    return cast("list[object]", options)[:MOST] if isinstance(options, list) else []
