"""An author's own value as text of a form, where the key of the form takes it.

Texts are personal and messages are kept: only names, words of lists and quantities are shown, and `...` for a
text.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

from trialogue.model import kinds
from trialogue.scenario.flow_text import flow
from trialogue.scenario.key_aliases import renamed
from trialogue.scenario.quantities import dollars, percent, read_duration
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tree import Entries, Items, Node, Scalar

LONGEST: Final = 60
"""Most characters of an author's words that a form repeats."""

LONGEST_LIST: Final = 300
"""Most characters of the entries of a list that a form repeats."""

LEFT_OUT: Final = "..."
"""Sign for what a form leaves out."""

_SPEECH: Final = (kinds.Text, kinds.OneLine, kinds.PatternText)
"""Kinds of texts that are personal."""

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
"""Form of a name."""


def own_value(kind: kinds.Kind, node: Node | None, *, speech: bool = False) -> str | None:
    """Text of a node that a key of this kind takes, or None; speech is left out unless it is asked for."""
    match kind:
        case kinds.ListOf(item=item):
            nodes = node.nodes if isinstance(node, Items) else () if node is None else (node,)
            texts = [own_value(item, each, speech=speech) for each in nodes]
            known = [each for each in texts if each is not None]
            return f"[{', '.join(_first(known, speech=speech))}]" if len(known) == len(texts) > 0 else None
        case kinds.OneOf(options=options):
            texts = [own_value(each, node, speech=speech) for each in options]
            return next((text for text in texts if text is not None), None)
        case kinds.KeyMap():
            return _map(kind, node, speech=speech) if isinstance(node, Entries) else None
        case kinds.MapOf():
            return LEFT_OUT if isinstance(node, Entries) else None
        case kinds.Duration() | kinds.DurationRange():
            return written_time(node)
        case _:
            value = node.value if isinstance(node, Scalar) else None
            if isinstance(kind, _SPEECH) and isinstance(value, str):
                return flow(value) if speech and len(value) <= LONGEST else LEFT_OUT
            return flow(value) if value is not None and _takes(kind, value) else None


def _first(texts: list[str], *, speech: bool) -> list[str]:
    """First of several texts, as many as fit on a line, and a sign for the rest."""
    longest = LONGEST_LIST if speech else LONGEST
    fit = sum(length <= longest for length in accumulate(len(each) for each in texts)) or 1
    return texts if fit == len(texts) else [*texts[:fit], LEFT_OUT]


def _map(record: kinds.KeyMap, node: Entries, *, speech: bool) -> str | None:
    """Text of a map, all of whose keys are meant for a record and have values that they take."""
    members = {member.key: member for member in record.members}
    found: dict[str, str] = {}
    for pair in node.pairs:
        key = pair.key if pair.key in members else renamed(pair.key, record.cls)
        member = members.get(key or "")
        value = None if member is None else own_value(member.kind, pair.value, speech=speech)
        if key is None or value is None or key in found:
            return None
        found[key] = value
    is_whole = all(member.key in found for member in record.members if member.required)
    return (
        "{" + ", ".join(f"{key}: {text}" for key, text in found.items()) + "}" if found and is_whole else None
    )


def _takes(kind: kinds.Kind, value: object) -> bool:
    """Whether a kind takes a scalar that is no speech."""
    match kind, value:
        case kinds.Flag(), bool():
            return True
        case _, bool():
            return False
        case kinds.Whole(low, high), int():
            return low <= value <= high
        case ((kinds.Number() | kinds.Anything()), int() | float()):
            return True
        case kinds.Name(), str():
            return NAME.fullmatch(value) is not None
        case kinds.ClosedList(options), str():
            return value in {option.value for option in options}
        case kinds.ListedWord(options), str():
            return value in options()
        case kinds.Anything(), str():
            return is_quantity(value)
        case kinds.Percent(), str():
            return percent(value) is not None
        case _:
            return isinstance(value, str) and isinstance(kind, kinds.Money) and dollars(value) is not None


def is_quantity(text: str) -> bool:
    """Whether a text is a duration, a share or a sum of money."""
    return any(read(text) is not None for read in (read_duration, percent, dollars))
