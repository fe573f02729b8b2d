"""Positions in the prompts of agents, in the terms of the scenario's author.

A prompt as sent begins with the text for every agent of the meeting, and ends with the seat's own `prompt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import cast

from trialogue.scenario.resolve import AgentSpec, Resolved
from trialogue.scenario.schema import ReplacementKeys
from trialogue.server.think.on_record import PromptPlace
from trialogue.values import frozen

__all__ = ["prompt_places"]


@frozen
class _Written:
    """Prompt as sent, and as written."""

    sent: str
    own: str
    path: str


def prompt_places(resolved: Resolved) -> PromptPlace:
    """Function that gives the place in the scenario of a character of a prompt as sent."""
    return partial(_place, tuple(_written(resolved)))


def _place(known: tuple[_Written, ...], prompt: str, at: int) -> str:
    found = max(
        (each for each in known if prompt.startswith(each.sent)),
        key=lambda each: len(each.sent),
        default=None,
    )
    if found is None:
        return f"from its character {at + 1} on"
    inside = at - len(found.sent) + len(found.own)
    if inside < 0:
        return f"before {found.path}: in names, titles, the chair or the agenda, of which every agent is told"
    if inside >= len(found.own):
        return f"after the end of {found.path}"
    before = found.own[:inside]
    line, character = before.count("\n") + 1, inside - (before.rfind("\n") + 1) + 1
    return f"from line {line}, character {character} of {found.path} on"


def _written(resolved: Resolved) -> Iterator[_Written]:
    for agent in resolved.agents:
        keys = resolved.document.cast[agent.name]
        path = f"cast.{agent.name}"
        yield from _of_seat(agent, keys.prompt, path)
        if agent.fallback is not None and isinstance(keys.on_failure, ReplacementKeys):
            replaced = keys.on_failure.replace.prompt
            own = keys.prompt if replaced is None else replaced
            yield from _of_seat(
                agent.fallback, own, path if replaced is None else f"{path}.on_failure.replace"
            )


def _of_seat(seat: AgentSpec, own: str | None, path: str) -> Iterator[_Written]:
    thinks = seat.block.get("think")
    first = next(iter(cast("list[object]", thinks)), None) if isinstance(thinks, list) else thinks
    sent = cast("Mapping[str, object]", first).get("prompt") if isinstance(first, Mapping) else None
    written = (own or "").strip()
    if isinstance(sent, str) and sent.endswith(written):
        yield _Written(sent, written, f"{path}.prompt")
