"""Fault of an event that is nothing but a time, with the form for what is meant at its place."""

from __future__ import annotations

from typing import Final

from trialogue.scenario.problems import Path
from trialogue.scenario.quantities import meant_duration, read_duration
from trialogue.scenario.tree import Entries, Node, Scalar

_TIMES: Final = frozenset({"after", "within", "for"})


def time_alone(event: Entries, path: Path) -> str:
    """Fault of an event such as `{after: 2m}`; empty for an event that has more, or nothing."""
    keys = [pair.key for pair in event.pairs]
    if not keys or not _TIMES.issuperset(keys):
        return ""
    told = f"{' and '.join(keys)} alone {'is' if len(keys) == 1 else 'are'} no event: "
    if "for" in keys:
        long = written_time(event.find("for")) or "3s"
        return f"{told}write beside it whose voice is meant, as in {{speaking: NAME, for: {long}}}"
    time = written_time(event.find(keys[0])) or "10s"
    if path[0] == "end":
        return f"{told}to end after a time, write at the top level: run: {{limits: {{time: {time}}}}}"
    if path[0] == "agenda":
        return f"{told}to move on after a time, write beside the title: time: {time}"
    if path[0] == "expect":
        match = 'said: {match: "(?i)we have decided"}'
        return f"{told}write the event beside it, as in {{{match}, {keys[0]}: {time}}}"
    return f"{told}for a time since the start, write when: {{at: {time}}}"


def written_time(node: Node | None) -> str | None:
    """Duration that a value is or probably means; None if it means none."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, str):
        return value if read_duration(value) else meant_duration(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}s" if 0 < value < 3600 else None
    return None
