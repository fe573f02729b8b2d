"""What a web starter app's proxy passes on: by the vendor's own contract of it, in both directions.

The contract is older and narrower than the protocol: types that it does not know pass through such a proxy,
and are not looked at here; fields that came later are named.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve
from fakes import fake_equipment
from jsonschema import Draft7Validator
from websockets.trio.client import connect

from trialogue.compute import InThreads
from trialogue.server.listener import Server, open_server

CONTRACT = Path(__file__).parents[1] / "deepgram" / "spec" / "starter-contracts-voice-agent"
LATER = {"ConversationText": {"conversational_behavior"}}
"""Fields that the protocol has got since."""

SETTINGS: dict[str, Any] = {
    "type": "Settings",
    "audio": {
        "input": {"encoding": "linear16", "sample_rate": 16_000},
        "output": {"encoding": "linear16", "sample_rate": 24_000, "container": "none"},
    },
    "agent": {
        "listen": {"provider": {"type": "deepgram", "model": "nova-3"}},
        "think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}},
        "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
    },
}


def read(name: str) -> dict[str, Any]:
    """A schema of the contract."""
    schema: dict[str, Any] = json.loads((CONTRACT / name).read_text(encoding="utf-8"))
    return schema


RESPONSES = {each["properties"]["type"]["const"]: each for each in read("response.json")["oneOf"]}
"""What the server may say, by type."""


def fault_of(message: dict[str, Any]) -> str | None:
    """What the contract holds against a message that it knows."""
    kind = message["type"]
    later = LATER.get(kind, set())
    schema = {"Error": read("error.json"), "Warning": read("warning.json")}.get(kind, RESPONSES.get(kind, {}))
    known = {key: value for key, value in message.items() if key not in later}
    faults = [fault.message for fault in Draft7Validator(schema).iter_errors(known)]
    return "; ".join(faults) or None


async def talked(*messages: dict[str, Any], until: str) -> list[dict[str, Any]]:
    """All texts up to the first of a type, of a conversation with these messages."""
    told: list[dict[str, Any]] = []
    async with trio.open_nursery() as nursery:
        equipment = evolve(fake_equipment(), compute=InThreads())
        server: Server = await nursery.start(open_server, equipment)
        with trio.fail_after(50):
            async with connect(server.url) as socket:
                for message in messages:
                    await socket.send(json.dumps(message))
                while until not in {each["type"] for each in told}:
                    said = await socket.recv()
                    if isinstance(said, str):
                        told.append(json.loads(said))
        nursery.cancel_scope.cancel()
    return told


def test_the_settings_are_those_of_the_contract() -> None:
    """The settings in these tests are valid by the starters' contract."""
    assert list(Draft7Validator(read("request.json")).iter_errors(SETTINGS)) == []


async def test_a_conversation_is_by_the_contract() -> None:
    """Every message of a conversation is valid by the starters' contract."""
    told = await talked(
        SETTINGS,
        {"type": "UpdatePrompt", "prompt": "Be briefer."},
        {"type": "InjectUserMessage", "content": "Good morning"},
        until="AgentAudioDone",
    )
    known = [message for message in told if message["type"] in RESPONSES]
    assert {"Welcome", "SettingsApplied", "ConversationText"} <= {each["type"] for each in known}
    assert [fault for message in known if (fault := fault_of(message)) is not None] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"audio": {"output": {"encoding": "aac"}}},
        {"agent": {**SETTINGS["agent"], "think": {"provider": {"type": "scripted", "script": 5}}}},
    ],
)
async def test_an_error_is_by_the_contract(changed: dict[str, Any]) -> None:
    """An Error for impossible settings has the form of the starters' contract."""
    [error] = (await talked({**SETTINGS, **changed}, until="Error"))[-1:]
    assert {"type", "description", "code"} == error.keys()
    assert error["code"] in {"INVALID_SETTINGS", "UNPARSABLE_CLIENT_MESSAGE"}


async def test_a_warning_is_by_the_contract() -> None:
    """The warning about an unavailable voice has the form of the starters' contract."""
    speak = {"provider": {"type": "deepgram", "model": "aura-2-celeste-es"}}
    told = await talked({**SETTINGS, "agent": {**SETTINGS["agent"], "speak": speak}}, until="Warning")
    assert fault_of(told[-1]) is None
