"""Unset stages, as clients with typed classes send them: without a provider, as in `"speak": {}`.

1. A stage (`listen`, `think`, `speak`) that is empty, or has an empty provider, is left to the server.
2. A `think` with a prompt or functions but no provider keeps them for the stand-in.
"""

from __future__ import annotations

from typing import Final, cast

__all__ = ["completed"]

_STAGES: Final = ("listen", "think", "speak")
_ANY: Final = {"type": "open_ai"}
"""Provider that a stand-in replaces, like any other."""


def completed(raw: dict[str, object]) -> dict[str, object]:
    """Object of a message; Settings without their unset stages."""
    agent = raw.get("agent")
    if raw.get("type") != "Settings" or not isinstance(agent, dict):
        return raw
    stages = cast("dict[str, object]", agent)
    kept = {key: value for key, value in stages.items() if key not in _STAGES or not _is_unset(value)}
    if "think" in kept:
        kept["think"] = _with_provider(kept["think"])
    return {**raw, "agent": kept}


def _is_unset(stage: object) -> bool:
    """Whether a stage holds nothing, or only an empty provider."""
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
