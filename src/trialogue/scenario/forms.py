"""Examples of each key for authors, and hints at the right place of a misplaced key."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Final, TypeAlias, cast

import yaml

from trialogue.model import kinds
from trialogue.model.kinds import Anything, Kind, record_of
from trialogue.scenario.companions import PLACED, companions_of
from trialogue.scenario.did_you_mean import did_you_mean, meant_word
from trialogue.scenario.expect_keys import BoundKeys
from trialogue.scenario.key_aliases import LIMITS, OF_END, OPTIONS, WANTED
from trialogue.scenario.own_values import own_value
from trialogue.scenario.problems import Path, shown
from trialogue.scenario.schema import Document, EndKeys, RunKeys
from trialogue.scenario.stages import options_of
from trialogue.scenario.tool_keys import ToolKeys
from trialogue.scenario.tree import Node

NEAR = 3
"""Levels below a key at which it is suggested before a similarly spelled one."""

MOST_KEYS = 16
"""Most keys that are listed where no similar one is known."""

OF_MANY: Final = frozenset(("timeout", "title", "description", "identity"))
"""Keys that could mean something almost anywhere: a tool's or a seat's is not hinted at from elsewhere."""

_Steps: TypeAlias = tuple[str, ...]
"""Steps of a path: keys, `NAME` for names by the author, and `[]` for an entry of a list."""


@cache
def examples() -> Mapping[str, Mapping[str, str]]:
    """Example of each key, as YAML, by the name of the key's class."""
    from importlib.resources import files  # noqa: PLC0415 - only problems show an example

    text = files("trialogue.scenario").joinpath("examples.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return cast("Mapping[str, Mapping[str, str]]", yaml.load(text, loader))  # noqa: S506 - both are safe loaders


def form_of(record: kinds.KeyMap, key: str) -> str:
    """Example of a record's key, such as `turns: 40`; empty if none is known."""
    example = examples().get(record.cls.__name__, {}).get(key)
    return "" if example is None else f"{key}: {example}"


def example_of(path: Path) -> str:
    """Example of the key at a path or nearest above it; empty if none is known."""
    found = ""
    here: list[Kind] = [record_of(Document)]
    for step in path:
        following: list[Kind] = []
        for kind in here:
            member, inner = _step(kind, step)
            if member is not None and isinstance(kind, kinds.KeyMap):
                found = form_of(kind, member)
            following.extend(inner)
        here = following
    return found


def _step(kind: Kind, step: str | int) -> tuple[str | None, list[Kind]]:
    """Key of the record for a step of a path, if there is one, and the kinds of its value."""
    match kind:
        case kinds.KeyMap(members=members):
            member = next((each for each in members if each.key == step), None)
            return (None, []) if member is None else (member.key, list(options_of(member.kind)))
        case kinds.MapOf(value=inner) | kinds.ListOf(item=inner):
            return None, list(options_of(inner))
        case _:
            return None, []


# --- misplaced keys ----------------------------------------------------------------------------


def key_hint(key: str, record: kinds.KeyMap, value: Node | None = None, *, speech: bool = False) -> str:
    """Hint at what an unknown key of a record probably means, with its value; begins with `; `.

    Only with `speech` it has the author's words, which are personal.
    """
    nested = partial(_nested, value=partial(own_value, node=value, speech=speech))
    option = _option(key, record)
    if option is not None:
        return f"; it is an option of the command: {option}"
    steps = _wanted(key, record)
    if steps is not None:
        return f"; write {nested(record, steps)}"
    limit = _limit(key, record)
    if limit is not None:
        if record.cls in {Document, RunKeys}:
            return f"; write {nested(record, limit if record.cls is Document else limit[1:])}"
        return f"; it belongs at the top level: {nested(record_of(Document), limit)}"
    below = _below(record).get(key)
    close = did_you_mean(key, [member.key for member in record.members])
    if below is not None and (len(below) <= NEAR or not close):
        return f"; it belongs under {_called(below[:-1])}: {nested(record, below)}"
    name = key.partition(":")[0]
    if any(member.key == name for member in record.members):
        return f"; a space is missing after the colon: {form_of(record, name)}"
    if close:
        return close
    root = record_of(Document)
    above = _below(root).get(key) if record.cls is not Document else None
    if any(member.key == key for member in root.members):
        return f"; it belongs at the top level: {form_of(root, key)}"
    if above is not None and len(above) <= 3 and "[]" not in above and not _is_of_others(key, record):
        return f"; it belongs at the top level: {nested(root, above)}"
    known = [member.key for member in record.members]
    more = f" and {len(known) - MOST_KEYS} more" if len(known) > MOST_KEYS else ""
    return f"; known keys: {', '.join(known[:MOST_KEYS])}{more}"


def _wanted(key: str, record: kinds.KeyMap) -> _Steps | None:
    word = key.casefold().replace("-", "_")
    named = (WANTED.get(cls.__name__, {}).get(word) for cls in record.cls.__mro__)
    path = next((each for each in named if each is not None), None)
    return None if path is None else tuple(path.split("."))


def _option(key: str, record: kinds.KeyMap) -> str | None:
    """Option of the command line that a key means, with its command."""
    is_of_run = record.cls in {Document, RunKeys}
    return OPTIONS.get(key.casefold().replace("-", "_")) if is_of_run else None


def meant_key(key: str, record: kinds.KeyMap) -> str | None:
    """Key of a record that an unknown key probably means, or belongs under; None if it means none of them."""
    steps = _wanted(key, record)
    if steps is not None:
        return steps[0]
    if record.cls is EndKeys:
        return "any"
    if _limit(key, record):
        return None
    below = _below(record).get(key)
    if below is not None and len(below) <= NEAR:
        return below[0]
    return meant_word(key, [member.key for member in record.members])


def _limit(key: str, record: kinds.KeyMap) -> _Steps | None:
    """Path of the meeting's limit that a key means."""
    word = key.casefold().replace("-", "_")
    limit = LIMITS.get(word) or (OF_END.get(word) if record.cls is EndKeys else None)
    return None if limit is None else ("run", "limits", limit)


def _is_of_others(key: str, record: kinds.KeyMap) -> bool:
    """Whether a key that means many things is not the tools' that has it."""
    return key in OF_MANY and record.cls.__module__ != ToolKeys.__module__


def _called(steps: _Steps) -> str:
    """Path in the form for people: `agenda[].done_when`."""
    return ".".join(steps).replace(".[]", "[]")


def _below(record: kinds.KeyMap) -> Mapping[str, _Steps]:
    """Shortest path to each key below a record, without the record's own keys.

    Not kept: an engine that an app adds has keys of its own.
    """
    found: dict[str, _Steps] = {}
    seen: set[kinds.KeyMap] = {record}
    queue: deque[tuple[_Steps, kinds.KeyMap]] = deque([((), record)])
    while queue:
        steps, here = queue.popleft()
        for member in here.members:
            if steps and member.key not in PLACED:
                found.setdefault(member.key, (*steps, member.key))
            for further, inner in _records((*steps, member.key), member.kind):
                if inner not in seen:
                    seen.add(inner)
                    queue.append((further, inner))
    return found


def _records(steps: _Steps, kind: Kind) -> Iterator[tuple[_Steps, kinds.KeyMap]]:
    """Records at a place, at any depth in lists and maps."""
    match kind:
        case kinds.KeyMap():
            yield steps, kind
        case kinds.ListOf(item=inner):
            yield from _records((*steps, "[]"), inner)
        case kinds.MapOf(value=inner):
            yield from _records((*steps, "NAME"), inner)
        case kinds.OneOf() | kinds.StageKeys():
            for each in options_of(kind):
                yield from _records(steps, each)
        case _:
            pass


def _nested(record: kinds.KeyMap, steps: _Steps, value: Callable[[Kind], str | None]) -> str:
    """Example of a key below a record, with its value and the other keys that its maps require."""
    first, rest = steps[0], steps[1:]
    member = next((each for each in record.members if each.key == first), None)
    if not rest or member is None:
        own = None if member is None else value(member.kind)
        return f"{first}: {own}" if own is not None else form_of(record, first) or f"{shown(first)}: ..."
    opened, closed = "{", "}"
    kinds_here = list(options_of(member.kind))
    while rest[0] in {"[]", "NAME"}:
        opened, closed = (
            ("[" + opened, closed + "]") if rest[0] == "[]" else ("{NAME: " + opened, closed + "}")
        )
        kinds_here = [inner for kind in kinds_here for inner in _step(kind, 0)[1]]
        rest = rest[1:]
    inside = next(
        kind
        for kind in kinds_here
        if isinstance(kind, kinds.KeyMap) and any(each.key == rest[0] for each in kind.members)
    )
    if inside.cls is BoundKeys and rest[0] in {"min", "max"} and value(Anything()) is None:
        return form_of(record, first)  # their form is that of the measure
    with_ = companions_of(inside.cls).get(rest[0], {})
    beside = [
        f"{each.key}: {with_[each.key]}"
        if each.key in with_
        else form_of(inside, each.key) or f"{shown(each.key)}: ..."
        for each in inside.members
        if each.key != rest[0] and (each.required or each.key in with_)
    ]
    return f"{first}: {opened}{', '.join([*beside, _nested(inside, rest, value)])}{closed}"
