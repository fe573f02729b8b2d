"""Changes of an agent's settings by an app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

import orjson

from trialogue.actors.agent import LONGEST_ADDED, Agent
from trialogue.errors import LocalProtocolError
from trialogue.meeting.app_requests import LONGEST_TEXT, wrong_value
from trialogue.model.commands import Update
from trialogue.model.events import Part
from trialogue.services.port import Dialect


def updates_for(
    participant: str,
    prompt: str | None,
    parts: Mapping[Part, Mapping[str, object] | None],
    dialects: Iterable[Dialect],
) -> list[Update]:
    """Updates for an app, one order a part; LocalProtocolError for a part that one of `dialects` lacks."""
    asked: list[tuple[Part, str]] = []
    if prompt is not None:
        asked.append(("prompt", prompt))
    for part, given in parts.items():
        if given is not None:
            asked.append((part, written(part, given)))
    for dialect, (part, content) in product(dialects, asked):
        dialect.check_change(part, content)
    return [Update(participant, part, content) for part, content in asked]


def order_all(agent: Agent | None, updates: Sequence[Update], order: Callable[[Update], None]) -> None:
    """Order updates, which have their room in the prompt of an agent that is there once they are ordered.

    WrongValue where it lacks the room. What `order` refuses takes none.
    """
    if agent is not None and not agent.has_room_for(updates):
        beyond = f"is longer than {LONGEST_ADDED:,} characters with what was added before"
        raise wrong_value("the prompt", beyond)
    for update in updates:
        order(update)
        if agent is not None:
            agent.keep_room_for(update)


def written(part: Part, given: Mapping[str, object]) -> str:
    """Part of the settings as JSON.

    LocalProtocolError for a value that JSON cannot hold, WrongValue for one that is too long.
    """
    try:
        text = orjson.dumps(given).decode()
    except TypeError as error:
        raise LocalProtocolError(f"invalid {part} settings of an agent: {error}") from None
    if len(text) > LONGEST_TEXT:
        raise wrong_value(part, f"is longer than {LONGEST_TEXT:,} characters in JSON")
    return text
