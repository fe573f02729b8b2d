"""Choice of an offered function for a sentence, without a model: by the words that they have in common.

1. A word of the function's name counts two, a value that one of its parameters may have two, a word of its
   description one.
2. In a text that is not English a long word of a description, the function's or a parameter's, counts two:
   the list of words that say little is English.
3. A function fits with two points, or if its words include half of the sentence's.
4. The one with the most points is called; of equals the first that was offered.
5. Words that one call has used do not count for another: a second function is called after the first only if
   the rest of the sentence asks for it.
6. Very long offers are not searched to their end, so that one client costs others no time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, cast

from trialogue.server.think.arguments import MOST, arguments_from
from trialogue.server.think.ports import FunctionWanted, OfferedFunction
from trialogue.server.think.words import content_words, has_little_words, name_words
from trialogue.values import frozen

__all__ = ["call_for"]

_ENOUGH: Final = 2

_LONG: Final = 5
"""Letters of a long word."""

_FUNCTIONS: Final = 64
"""Most functions that are examined."""

_DESCRIBED: Final = 500
"""Most characters of a description that are examined."""


def call_for(
    text: str,
    functions: Sequence[OfferedFunction],
    known: Mapping[str, object] = MappingProxyType({}),
    called: Collection[str] = (),
) -> FunctionWanted | None:
    """Call that a text asks for, with arguments from the text; None where no function fits.

    `known` are values from earlier calls, by parameter name; `called` are the functions already called for
    this text.
    """
    offered = functions[:_FUNCTIONS]
    is_english = has_little_words(text)
    said = content_words(text)
    behind = [function for function in offered if function.name in called]
    heard = said - {word for function in behind for word in _words(function).all}
    points = [
        0 if function.name in called else _points(heard, _words(function), is_english=is_english)
        for function in offered
    ]
    most = max(points, default=0)
    if most == 0 or (most < _ENOUGH and (2 * most < len(heard) or len(called) > 0)):
        return None
    function = offered[points.index(most)]
    arguments = arguments_from(text, function.parameters or {}, _words(function).own, known)
    return FunctionWanted(function.name, json.dumps(arguments, ensure_ascii=False))


@frozen
class _Words:
    """Words that describe a function."""

    strong: frozenset[str]
    """Words of its name, and values of its parameters."""

    described: frozenset[str]
    """Words of its description."""

    own: set[str]
    """Words of its name and description."""

    of_parameters: frozenset[str]
    """Words of its parameters' descriptions."""

    @property
    def all(self) -> frozenset[str]:
        """All words."""
        return self.strong | self.described


def _words(function: OfferedFunction) -> _Words:
    named = content_words(" ".join(name_words(function.name)))
    schemas = _properties(function.parameters)
    options = (str(option) for schema in schemas for option in _options(schema))
    described = content_words(function.description[:_DESCRIBED])
    told = (str(schema.get("description", ""))[:_DESCRIBED] for schema in schemas)
    return _Words(
        strong=frozenset(named | content_words(" ".join(options))),
        described=frozenset(described),
        own=named | described,
        of_parameters=frozenset(content_words(" ".join(told))),
    )


def _points(heard: set[str], words: _Words, *, is_english: bool) -> int:
    described = words.described - words.strong
    if is_english:
        return 2 * len(heard & words.strong) + len(heard & described)
    weak = heard & (described | (words.of_parameters - words.strong))
    return 2 * len(heard & words.strong) + sum(2 if len(word) >= _LONG else 1 for word in weak)


def _properties(schema: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Properties of an object's JSON Schema, those that are objects."""
    found: object = (schema or {}).get("properties")
    members = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    return [
        cast("Mapping[str, Any]", each) for each in islice(members.values(), MOST) if isinstance(each, dict)
    ]


def _options(schema: Mapping[str, Any]) -> list[object]:
    options: object = schema.get("enum")
    return cast("list[object]", options)[:MOST] if isinstance(options, list) else []
