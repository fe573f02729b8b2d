"""An author's own value as text of a form, where the key of the form takes it.

Texts are personal and messages are kept: only names, words of lists and quantities are shown.
"""

from __future__ import annotations

import re
from typing import Final

from trialogue.model import kinds
from trialogue.scenario.flow_text import flow
from trialogue.scenario.quantities import dollars, percent, read_duration
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tree import Items, Node, Scalar

LONGEST: Final = 60
"""Most characters of an author's words that a form repeats."""

_SPEECH: Final = (kinds.Text, kinds.OneLine, kinds.PatternText)
"""Kinds of texts that are personal."""

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
"""Form of a name."""


def own_value(kind: kinds.Kind, node: Node | None, *, speech: bool = False) -> str | None:
    """Text of a node that a key of this kind takes; None for another, and for speech unless that is asked."""
    match kind:
        case kinds.ListOf(item=item):
            nodes = node.nodes if isinstance(node, Items) else () if node is None else (node,)
            texts = [own_value(item, each, speech=speech) for each in nodes]
            known = [each for each in texts if each is not None]
            return f"[{', '.join(known)}]" if known and len(known) == len(texts) else None
        case kinds.OneOf(options=options):
            texts = [own_value(each, node, speech=speech) for each in options]
            return next((text for text in texts if text is not None), None)
        case kinds.Duration() | kinds.DurationRange():
            return written_time(node)
        case _:
            value = node.value if isinstance(node, Scalar) else None
            is_speech = isinstance(kind, _SPEECH) and isinstance(value, str) and len(value) <= LONGEST
            return (
                flow(value) if value is not None and (_takes(kind, value) or (speech and is_speech)) else None
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
