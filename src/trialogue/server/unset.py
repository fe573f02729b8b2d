"""Unset stages, as a client's typed classes send them: without a provider, as in `"speak": {}`.

1. A stage (`listen`, `think`, `speak`) that is empty, or whose provider is, is the server's own choice.
2. A `think` with a prompt or functions, and no provider, keeps them: whoever stands in reads them.
"""

from __future__ import annotations

from typing import Final, cast

__all__ = ["completed"]

_STAGES: Final = ("listen", "think", "speak")
_ANY: Final = {"type": "open_ai"}
"""A provider for which somebody stands in, as for any other."""


def completed(raw: dict[str, object]) -> dict[str, object]:
    """The object of a message, its Settings without stages that nobody has set."""
    agent = raw.get("agent")
    if raw.get("type") != "Settings" or not isinstance(agent, dict):
        return raw
    stages = cast("dict[str, object]", agent)
    kept = {key: value for key, value in stages.items() if key not in _STAGES or not _is_unset(value)}
    if "think" in kept:
        kept["think"] = _with_provider(kept["think"])
    return {**raw, "agent": kept}


def _is_unset(stage: object) -> bool:
    """Whether a stage says nothing but, perhaps, that its provider is empty."""
    if not isinstance(stage, dict):
        return False
    keys = cast("dict[str, object]", stage)
    return all(key == "provider" and not value for key, value in keys.items())


def _with_provider(think: object) -> object:
    if isinstance(think, list):
        return [_with_provider(entry) for entry in cast("list[object]", think)]
    if not isinstance(think, dict):
        return think
    keys = cast("dict[str, object]", think)
    return keys if keys.get("provider") else {**keys, "provider": _ANY}
