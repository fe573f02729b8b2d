"""What an agent's service is told at first: the scenario's agent block and the meeting's sound."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Update
from trialogue.model.events import Part
from trialogue.services.deepgram.codec import decode_client
from trialogue.services.deepgram.messages import Settings
from trialogue.services.deepgram.terms import read_change


def settings_for(block: Mapping[str, object], sample_rate: int) -> Settings:
    """The first message of a session: `block` is the wire's `agent` object, sound is linear16 both ways."""
    sound = {"encoding": "linear16", "sample_rate": sample_rate}
    message = decode_client(
        orjson.dumps(
            {
                "type": "Settings",
                "audio": {"input": sound, "output": {**sound, "container": "none"}},
                "agent": dict(block),
            }
        )
    )
    if not isinstance(message, Settings):
        raise LocalProtocolError("an agent block did not make Settings")
    return message


def updates_for(
    participant: str, prompt: str | None, parts: Mapping[Part, Mapping[str, object] | None]
) -> list[Update]:
    """What an app wants changed, one order a part; LocalProtocolError for an object that is none."""
    asked: list[tuple[Part, str]] = []
    if prompt is not None:
        asked.append(("prompt", prompt))
    for part, given in parts.items():
        if given is not None:
            asked.append((part, written(part, given)))
    for part, content in asked:
        read_change(part, content)
    return [Update(participant, part, content) for part, content in asked]


def written(part: Part, given: Mapping[str, object]) -> str:
    """A part of the settings as JSON; LocalProtocolError for what JSON cannot say."""
    try:
        return orjson.dumps(given).decode()
    except TypeError as error:
        raise LocalProtocolError(f"this is no {part} of an agent: {error}") from None
