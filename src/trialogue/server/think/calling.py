"""Choice of an offered function for a sentence, without a model: by the words that they have in common.

1. A word of the function's name counts two, a value that one of its parameters may have two, a word of its
   description one.
2. In a text that is not English a long word of a description counts two, of its own or of a parameter's:
   which words say little is known of English alone.
3. A function fits with two points, or when half of what the sentence says is in its words.
4. The one with the most points is called; of equals the first that was offered.
5. What a call has taken of a sentence is no reason for another: a second function is called behind the first
   where what is left of the sentence asks for it.
6. Whoever offers very much is not searched to its end: what a client sends costs others no time.
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
"""Functions that are looked at."""

_DESCRIBED: Final = 500
"""Characters of a description that are looked at."""


def call_for(
    text: str,
    functions: Sequence[OfferedFunction],
    known: Mapping[str, object] = MappingProxyType({}),
    called: Collection[str] = (),
) -> FunctionWanted | None:
    """The call that a text asks for, its arguments filled from the text; None where no function fits.

    `known` are values by the names of parameters, from calls before; `called` are the functions that this
    text has had called already.
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
    """Words by which a function is known."""

    strong: frozenset[str]
    """Its name's words, and values of its parameters."""

    described: frozenset[str]
    """Words of its description."""

    own: set[str]
    """Its name's words and its description's."""

    of_parameters: frozenset[str]
    """Words that describe its parameters."""

    @property
    def all(self) -> frozenset[str]:
        """Every one."""
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
    """The properties of an object's JSON Schema, as far as they are objects themselves."""
    found: object = (schema or {}).get("properties")
    members = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    return [
        cast("Mapping[str, Any]", each) for each in islice(members.values(), MOST) if isinstance(each, dict)
    ]


def _options(schema: Mapping[str, Any]) -> list[object]:
    options: object = schema.get("enum")
    return cast("list[object]", options)[:MOST] if isinstance(options, list) else []
