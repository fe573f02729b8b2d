"""Fault of an event that is nothing but a time, with the form for what is meant at its place."""

from __future__ import annotations

from typing import Final

from trialogue.scenario.key_aliases import OF_END
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
        limit = limit_meant(event.find(keys[0])) or f"time: {time}"
        until = "turns" if limit.startswith("turns") else "a time"
        return f"{told}to end after {until}, write at the top level: run: {{limits: {{{limit}}}}}"
    if path[0] == "agenda":
        return f"{told}to move on after a time, write beside the title: time: {time}"
    if path[0] == "expect":
        match = 'said: {match: "(?i)we have decided"}'
        return f"{told}write the event beside it, as in {{{match}, {keys[0]}: {time}}}"
    return f"{told}for a time since the start, write when: {{at: {time}}}"


def limit_meant(node: Node | None) -> str:
    """Limit of the meeting that a value means, such as `turns: 12` or `time: 10m`; empty for none."""
    if isinstance(node, Entries):
        inner = next((each for each in node.pairs if OF_END.get(each.key) in {"turns", "time"}), None)
        if inner is None:
            return ""
        limit, node = OF_END[inner.key], inner.value
    else:
        limit = "turns" if _whole(node) is not None else "time"
    told = _whole(node) if limit == "turns" else written_time(node)
    return "" if told is None else f"{limit}: {told}"


def _whole(node: Node | None) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def written_time(node: Node | None) -> str | None:
    """Duration that a value is or probably means; None if it means none."""
    return time_of(node.value if isinstance(node, Scalar) else None)


def time_of(value: object) -> str | None:
    """Duration that a plain value is or probably means; None if it means none."""
    if isinstance(value, str):
        return value if read_duration(value) else meant_duration(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}s" if 0 < value < 3600 else None
    return None
