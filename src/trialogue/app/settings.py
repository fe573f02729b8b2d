"""What an agent's service is told: the scenario's agent block, the meeting's sound, and what was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import orjson
from attrs import evolve

from trialogue.deepgram.codec import decode_client
from trialogue.deepgram.messages import Settings
from trialogue.deepgram.settings import (
    Agent,
    Context,
    HistoryContent,
    HistoryFunctionCall,
    HistoryFunctionCalls,
    HistoryItem,
)
from trialogue.errors import LocalProtocolError
from trialogue.rules.context import ContextCall, ContextItem, ContextMessage


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


def restored(settings: Settings, context: Sequence[ContextItem]) -> Settings:
    """The same settings for an agent that was at the table before: it remembers, and does not greet."""
    agent = settings.agent
    if not isinstance(agent, Agent):
        return settings
    memory = Context(messages=tuple(_remembered(item) for item in context))
    return evolve(settings, agent=evolve(agent, greeting=None, context=memory if context else None))


def _remembered(item: ContextItem) -> HistoryItem:
    match item:
        case ContextMessage(role, text):
            return HistoryContent(role=role, content=text)
        case ContextCall(call_id, tool, arguments, result):
            call = HistoryFunctionCall(
                id=call_id, name=tool, client_side=True, arguments=arguments, response=result
            )
            return HistoryFunctionCalls(function_calls=(call,))
        case _ as never:
            assert_never(never)
