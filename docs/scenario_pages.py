"""The page of the scenario format: each key with its value, default, example and meaning."""
# ruff: noqa: INP001 - a module beside the pages

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import assert_never

import yaml
from tables import table

from trialogue.model import kinds
from trialogue.scenario import explain, loads, resolve
from trialogue.scenario.forms import examples as example_values
from trialogue.scenario.json_schema import field_docs
from trialogue.scenario.schema import Document
from trialogue.scenario.stages import stage_records

PROBE = """
trialogue: 1
name: probe
cast:
  first: {role: chair, lines: [One.], tools: [tool]}
  second: {lines: [Two.]}
tools: {tool: {mock: {result: 1}}}
agenda: [{id: point, title: Point}]
"""
"""A scenario that leaves out all that can be left out: what stands in it after resolving is default."""

DEPENDS: Mapping[str, str] = {
    "cast.NAME.speak.model": "one of eight voices, by seat",
    "cast.NAME.title": "the name, with a capital",
    "cast.NAME.via": "`local`; of a person `microphone`",
    "cast.NAME.think": "`{provider: open_ai, model: gpt-4o-mini}` at Deepgram; else this or `lines`",
    "floor.policy": "`moderated` with a chair, else `round-robin`",
    "floor.order": "the cast's, without observers",
    "floor.hold.warn": "never",
    "end": "`{any: [agenda-done, limits]}`, without an agenda `{any: [limits]}`",
    "end.any": "",
}
"""Defaults that depend on something, in words."""


def scenario_reference() -> str:
    """Every map of the format with its keys."""
    parts: list[str] = []
    for record, places in places_of_keys().items():
        stands = [place for place in places if place]
        title = f"`{stands[0]}`" if stands else "The document"
        others = f"\n\nAlso: {', '.join(f'`{place}`' for place in stands[1:])}." if stands[1:] else ""
        doc = " ".join((record.cls.__doc__ or "").split())
        parts.append(f"### {title}\n\n{doc}{others}\n\n{_keys(record, places)}")
    return "\n\n".join(parts)


def _keys(record: kinds.KeyMap, places: list[str]) -> str:
    docs = field_docs(record.cls)
    examples = example_values().get(record.cls.__name__, {})
    rows = [
        (
            f"`{member.key}`",
            words(member.kind),
            "required" if member.required else default_of(places, member.key),
            f"`{member.key}: {examples[member.key]}`" if member.key in examples else "",
            docs[member.attribute],
        )
        for member in record.members
    ]
    return table(("key", "value", "default", "example", "meaning"), rows)


@cache
def places_of_keys() -> dict[kinds.KeyMap, list[str]]:
    """Every map of the format, with the places where it may stand."""
    found: dict[kinds.KeyMap, list[str]] = {}
    for path, record in _walk(kinds.record_of(Document), ""):
        places = found.setdefault(record, [])
        if path not in places:
            places.append(path)
    return found


def _walk(kind: kinds.Kind, path: str) -> Iterator[tuple[str, kinds.KeyMap]]:
    match kind:
        case kinds.KeyMap(members=members):
            yield path, kind
            for member in members:
                yield from _walk(member.kind, f"{path}.{member.key}".lstrip("."))
        case kinds.StageKeys():
            for record in stage_records(kind):
                yield from _walk(record, path)
        case kinds.ListOf(item=inner):
            yield from _walk(inner, f"{path}[]".replace("[][]", "[]"))
        case kinds.MapOf(value=inner):
            yield from _walk(inner, f"{path}.NAME")
        case kinds.OneOf(options=options):
            for option in options:
                yield from _walk(option, path)
        case _:
            pass


def default_of(places: list[str], key: str) -> str:
    """The default of a key at the places where it may stand, in words; empty where it has none."""
    for place in places:
        path = f"{place}.{key}".lstrip(".")
        told = DEPENDS.get(path)
        if told is not None:
            return told
        values = _defaults().get(path)
        if values:
            return f"`{', '.join(values)}`"
    return ""


@cache
def _defaults() -> dict[str, list[str]]:
    """What stands in a scenario that leaves it out, by path; more than one value makes a list."""
    defaults: dict[str, list[str]] = {}
    for each in explain(resolve(loads(PROBE))):
        if str(each.origin) == "default":
            path = re.sub(r"^(cast|tools)\.(second|tool)\b", r"\1.NAME", each.path)
            value = each.value if isinstance(each.value, str) else yaml.safe_dump(each.value).split("\n")[0]
            defaults.setdefault(re.sub(r"\[\d+\]$", "", path), []).append(value)
    return defaults


def words(kind: kinds.Kind) -> str:
    """What a value may be, in words."""
    match kind:
        case kinds.KeyMap():
            title = next((place for place in places_of_keys()[kind] if place), "")
            return f"map: [`{title}`](#{re.sub(r'[^a-z0-9_-]', '', title.lower())})"
        case kinds.StageKeys():
            return ", or ".join(dict.fromkeys(words(record) for record in stage_records(kind)))
        case kinds.ListOf(item):
            return f"list of: {words(item)}"
        case kinds.MapOf(_, value):
            return f"map of names to: {words(value)}"
        case kinds.OneOf(options):
            return ", or ".join(words(option) for option in options)
        case kinds.Anything():
            return "anything"
        case kinds.AnyObject():
            return "any map"
        case _:
            return _scalar_words(kind)


_TEXTS: Mapping[type, str] = {
    kinds.Text: "text",
    kinds.OneLine: "one line of text",
    kinds.Name: "name",
    kinds.PatternText: "regular expression",
    kinds.Money: "sum of money, as `1.50 USD`",
    kinds.Percent: "percentage, as `50%`",
}


def _scalar_words(kind: kinds.Words | kinds.NotText) -> str:
    match kind:
        case kinds.Text() | kinds.OneLine() | kinds.Name() | kinds.PatternText():
            return _TEXTS[type(kind)]
        case kinds.Money() | kinds.Percent():
            return _TEXTS[type(kind)]
        case kinds.Whole(low, high):
            return f"whole number from {low}" + (f" to {high}" if high < 2**53 else "")
        case kinds.Number(low, high):
            return "number" + ("" if low is None or high is None else f" from {low:g} to {high:g}")
        case kinds.Flag():
            return "`true` or `false`"
        case kinds.Duration(may_be_none):
            return "duration, or `none`" if may_be_none else "duration"
        case kinds.DurationRange():
            return "duration, or a range `a..b`"
        case kinds.ClosedList(options):
            return " or ".join(f"`{option.value}`" for option in options)
        case kinds.ListedWord(options):
            return " or ".join(f"`{word}`" for word in options())
        case _:
            assert_never(kind)
