"""Arguments of a function call, filled from a sentence by the parameters' JSON Schema, without a model.

1. What a schema fixes is taken as it is: `const`; a value of `enum` that the text names.
2. Numbers, dates, addresses of mail, telephone numbers and codes are found by how they look, each once.
3. A text is found by the words before it: the parameter's name, a word like "in" or "for", or a quotation
   mark. Without these it is a capitalised name in the sentence that is none of the function's own words.
4. A parameter that the text does not give is left out if it is optional. A required one gets the value that
   an earlier call had or returned under its name; else its `default`, an example, or the first value of its
   `enum`; else the text's words that are not the function's own, or the plainest value of its type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, Final, cast

from attrs import Factory, field

from trialogue.model.number_words import TO_NINETEEN
from trialogue.server.think.words import content_words, name_words, stem, words_of
from trialogue.values import define

__all__ = ["MOST", "arguments_from"]

_DEEPEST: Final = 8
"""Levels of objects and lists that are filled; deeper ones stay empty."""

MOST: Final = 32
"""Most parameters of a function, and most values of an `enum`, that are examined."""

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d{1,100}(?:\.\d{1,100})?(?![\w-])")
_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?|\b(?:today|tomorrow|tonight|(?:next |this )?"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"\b\d{1,2}(?::\d\d)?\s*(?:am|pm)\b|\b\d{1,2}:\d\d\b|\bnoon\b", re.IGNORECASE)
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"\+?\d(?:[\s().-]?\d){5,}")
_CODE: Final = re.compile(r"(?<![\w-])-*+((?=[\w-]*\d)[\w-]+\b)")
_QUOTED: Final = re.compile('["\u201c\u2018]([^"\u201d\u2019]+)["\u201d\u2019]')
_LOOKS: Final = (
    ({"date", "day", "datetime", "date-time"}, _DATE, "2025-01-01"),
    ({"time", "hour"}, _TIME, "12:00"),
    ({"email", "mail"}, _MAIL, "somebody@example.com"),
    ({"phone", "telephone", "mobile"}, _PHONE, "555-0100"),
    ({"id", "code", "number", "sku", "uuid"}, _CODE, "1"),
)
"""Words of a parameter's name, or its `format`; the pattern of such a text; and an example of it."""

_NAME: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
"""A word of letters, in any alphabet."""

_FITTING: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
"""Kinds of known values that can fill a parameter, by its type."""

_UNITS: Final = (*TO_NINETEEN, "twenty")
"""Number words, each at its own index."""

_PHRASE: Final = r"(?P<phrase>[^,.;:!?\"]+?)"
_STOP: Final = (
    r"(?=\s+(?:in|at|on|for|from|to|with|by|and|please|today|tomorrow|tonight|now|is|are)\b"
    r"|\s*[,.;:!?\"]|\s*$)"
)
_ARTICLE: Final = r"(?:(?:the|a|an|my|your)\s+)?"
_BEFORE: Final = {
    "in": {"city", "location", "place", "town", "country", "region", "area", "destination"},
    "from": {"from", "origin", "source", "start", "departure"},
    "to": {"to", "destination", "target", "recipient", "end"},
    "for": {"name", "customer", "person", "guest", "topic", "item", "product", "purpose"},
    "about": {"topic", "subject", "query", "question"},
    "at": {"place", "location", "address", "venue"},
    "named": {"name"},
    "called": {"name"},
    "with": {"doctor", "person", "provider", "agent"},
}
"""Words that precede a text, with the parameters that they fit best."""


def arguments_from(
    text: str,
    schema: Mapping[str, Any],
    own_words: set[str],
    known: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, object]:
    """Arguments that a text gives, and those that a schema requires besides.

    `own_words` are the stems of the function's name and description: such words are no arguments. `known` are
    values by parameter name, for required parameters that the text does not give.

    >>> city = {"properties": {"city": {"type": "string"}}, "required": ["city"]}
    >>> arguments_from("What is the weather in New York today?", city, {"weather"})
    {'city': 'New York'}
    """
    return _Filling(" ".join(text.split()), own_words, known).object_of(schema, 0)


def _type_of(schema: Mapping[str, Any]) -> str:
    kind: object = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in cast("list[object]", kind) if each != "null"), None)
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in schema else "string"


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Schema, or the first of its alternatives that is not null."""
    for word in ("anyOf", "oneOf"):
        options: object = schema.get(word)
        for option in cast("list[object]", options) if isinstance(options, list) else []:
            if isinstance(option, dict) and cast("dict[str, object]", option).get("type") != "null":
                return {**schema, **cast("dict[str, object]", option)}
    return schema


def _listed(schema: Mapping[str, Any], key: str) -> list[object]:
    found: object = schema.get(key)
    return cast("list[object]", found) if isinstance(found, list) else []


def _own(schema: Mapping[str, Any]) -> object:
    """Value that the schema itself gives; None where it gives none."""
    if "default" in schema:
        return schema["default"]
    return next(iter([*_listed(schema, "examples"), *_listed(schema, "enum")]), None)


def _plainest(schema: Mapping[str, Any], text: str) -> object:
    """Value of a required parameter that the text does not give, by rule 4."""
    if (own := _own(schema)) is not None:
        return own
    match _type_of(schema):
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return text.strip()


@define
class _Filling:
    """One sentence, from which each value is taken at most once."""

    text: str
    own_words: set[str]
    known: Mapping[str, object]
    _taken: list[tuple[int, int]] = field(factory=list[tuple[int, int]], init=False)
    _elsewhere: list[tuple[int, int]] = field(
        default=Factory(lambda self: _places_of_others(self.text), takes_self=True), init=False
    )

    def object_of(self, schema: Mapping[str, Any], depth: int) -> dict[str, object]:
        required = {name for name in _listed(schema, "required") if isinstance(name, str)}
        members: object = schema.get("properties")
        filled: dict[str, object] = {}
        listed = cast("dict[str, object]", members) if isinstance(members, dict) else {}
        for name, raw in islice(listed.items(), MOST):
            member = _resolved(cast("Mapping[str, Any]", raw) if isinstance(raw, dict) else {})
            value = self.value_of(name, member, depth, is_required=name in required)
            if value is not None or (name in required and _type_of(member) == "null"):
                filled[name] = value
        return filled

    def value_of(self, name: str, schema: Mapping[str, Any], depth: int, *, is_required: bool) -> object:
        if "const" in schema:
            return schema["const"]
        if depth == _DEEPEST:
            return None
        match _type_of(schema):
            case "object":
                inner = self.object_of(schema, depth + 1)
                return inner if inner or is_required else None
            case "array":
                items: object = schema.get("items")
                item = _resolved(cast("Mapping[str, Any]", items) if isinstance(items, dict) else {})
                value = self.value_of(name, item, depth + 1, is_required=False)
                return [value] if value is not None else [] if is_required else None
            case _:
                return self._leaf_of(name, schema, is_required=is_required)

    def _leaf_of(self, name: str, schema: Mapping[str, Any], *, is_required: bool) -> object:
        found = self._found(name, schema)
        if found is not None or not is_required:
            return found
        if type(self.known.get(name)) in _FITTING.get(_type_of(schema), ()):
            return self.known[name]
        if _type_of(schema) == "string" and not _listed(schema, "enum"):
            return self._any_text(name, schema)
        return _plainest(schema, self.text)

    def _found(self, name: str, schema: Mapping[str, Any]) -> object:
        """Value that the text gives."""
        if options := _listed(schema, "enum"):
            return self._named(options[:MOST])
        match _type_of(schema):
            case "integer":
                number = self._number()
                return None if number is None else round(number)
            case "number":
                return self._number()
            case "boolean":
                return self._flag(name)
            case _:
                return self._text(name, schema)

    def _named(self, options: list[object]) -> object:
        """Value whose words come first in the text."""
        heard = [stem(word) for word in words_of(self.text)]
        places: list[tuple[int, int]] = []
        for index, option in enumerate(options):
            words = [stem(word) for word in name_words(str(option))]
            places += [
                (at, index) for at in range(len(heard)) if words and heard[at : at + len(words)] == words
            ]
        return options[min(places)[1]] if places else None

    def _number(self) -> float | int | None:
        if found := self._take(_NUMBER):
            return float(found) if "." in found else int(found)
        if found := self._take(re.compile(rf"\b(?:{'|'.join(_UNITS)})\b", re.IGNORECASE)):
            return _UNITS.index(found.lower())
        return None

    def _flag(self, name: str) -> bool | None:
        """Whether the text mentions a flag without denying it."""
        words = words_of(self.text)
        if not content_words(" ".join(name_words(name))) & {stem(word) for word in words}:
            return None
        return not {"no", "not", "without", "don't", "never"} & set(words)

    def _text(self, name: str, schema: Mapping[str, Any]) -> str | None:
        words = {*name_words(name), str(schema.get("format", ""))}
        for looks_of, looks, _ in _LOOKS:
            if words & looks_of:
                return self._take(looks)
        return self._take(_QUOTED) or self._said_of(words)

    def _any_text(self, name: str, schema: Mapping[str, Any]) -> str:
        """Value of a required text that the sentence does not clearly give."""
        words = {*name_words(name), str(schema.get("format", ""))}
        for looks_of, _, plainest in _LOOKS:
            if words & looks_of:
                return str(_plainest(schema, plainest))
        found = self._behind_any() or self._name_in_capitals()
        own = _own(schema)
        return found or (str(own) if own is not None else self._rest() or self.text.strip())

    def _name_in_capitals(self) -> str | None:
        """Last capitalised words, after other words, that are not the function's own."""
        runs: list[tuple[int, int]] = []
        for match in _NAME.finditer(self.text):
            before = self.text[: match.start()].rstrip()
            is_behind = bool(before) and before[-1] not in ".!?"
            is_own = bool(content_words(match[0]) & self.own_words)
            if not match[0][0].isupper() or not is_behind or is_own:
                continue
            if runs and self.text[runs[-1][1] : match.start()] == " ":
                runs[-1] = (runs[-1][0], match.end())
            else:
                runs.append(match.span())
        return self.text[runs[-1][0] : runs[-1][1]] if runs else None

    def _said_of(self, words: set[str]) -> str | None:
        """Words after the parameter's name, or after a preposition that fits it."""
        names = "|".join(re.escape(word) for word in words if word)
        found = self._take(
            re.compile(rf"\b(?:{names})\s+(?:is\s+|of\s+|:\s*)?{_ARTICLE}{_PHRASE}{_STOP}", re.IGNORECASE)
        )
        for before, fits in _BEFORE.items():
            if found is None and words & fits:
                found = self._behind(before)
        return found

    def _behind_any(self) -> str | None:
        return next(
            filter(None, map(self._behind, ("in", "for", "to", "from", "about", "at", "on", "of"))), None
        )

    def _behind(self, before: str) -> str | None:
        return self._take(re.compile(rf"\b{before}\s+{_ARTICLE}{_PHRASE}{_STOP}", re.IGNORECASE))

    def _rest(self) -> str | None:
        """Words of the text that are not the function's own."""
        own = [w for w in re.findall(r"[^\s,.;:!?]+", self.text) if content_words(w) - self.own_words]
        return " ".join(own) or None

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        """First part of the text that matches and was not taken for another parameter."""
        group = "phrase" if "phrase" in pattern.groupindex else pattern.groups
        others = self._elsewhere if pattern is _CODE else []
        for match in pattern.finditer(self.text):
            start, end = match.span(group)
            if start < end and all(end <= a or b <= start for a, b in chain(self._taken, others)):
                self._taken.append((start, end))
                return match[group].strip()
        return None


def _places_of_others(text: str) -> list[tuple[int, int]]:
    """Places in a text that look like a code but belong to something else."""
    return [match.span() for look in (_DATE, _TIME, _MAIL, _PHONE) for match in look.finditer(text)]
