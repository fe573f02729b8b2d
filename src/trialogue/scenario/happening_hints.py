"""Hint at the form of a participant's event, where the event's name was written as a key."""

from __future__ import annotations

import re

from trialogue.model import kinds
from trialogue.model.expectations import OF_AGENDA, Happening
from trialogue.scenario.key_aliases import ANYBODY, HAPPENINGS
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.problems import Path
from trialogue.scenario.tree import Entries, Pair, Scalar

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_EVENTS = {each.value: each for each in Happening}


def happening_hint(pair: Pair, event: Entries, path: Path) -> str:
    """Hint at how a key such as `turn` or `interrupted` is written in an event; empty for another key."""
    word = pair.key.casefold().replace("-", "_")
    happening = _EVENTS.get(HAPPENINGS.get(word, word))
    is_call = word == "called" and event.find("tool") is not None
    if happening is None or is_call or (happening is Happening.HEARD and _is_speech(pair.value)):
        return ""
    owner = "agenda" if happening in OF_AGENDA else "participant"
    name = _name(event.find(owner)) or _name(pair.value)
    if name is None and owner == "participant" and path[:1] == ("cast",):
        name = str(path[1])
    name = name or ("cost" if owner == "agenda" else "biz")
    key = f"{path[-1]}: " if isinstance(path[-1], str) else ""
    return f"; write {key}{{{owner}: {name}, event: {happening.value}}}"


def fitting(record: kinds.KeyMap, pair: Pair, event: Entries, kind: kinds.Kind) -> kinds.Kind:
    """Kind of a key's value; for an unknown event, the kinds of its neighbours only."""
    of_point, of_participant = (event.find(each) is not None for each in ("agenda", "participant"))
    known = isinstance(pair.value, Scalar) and pair.value.value in _EVENTS
    is_happening = pair.key == "event" and issubclass(record.cls, EventKeys)
    if not is_happening or known or of_point == of_participant:
        return kind
    fit = tuple(word for word, each in _EVENTS.items() if (each in OF_AGENDA) == of_point)
    return kinds.ListedWord(lambda: fit)


def _is_speech(node: object) -> bool:
    """Whether a value is words that are said, rather than a name."""
    value = node.value if isinstance(node, Scalar) else None
    return isinstance(value, str) and _NAME.fullmatch(value) is None


def _name(node: object) -> str | None:
    value = node.value if isinstance(node, Scalar) else None
    good = isinstance(value, str) and _NAME.fullmatch(value) and value not in ANYBODY
    return str(value) if good else None
