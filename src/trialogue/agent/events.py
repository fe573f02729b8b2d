"""Events of a lone agent: those of its sessions, its sound, and messages for which meetings have no use."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field

from trialogue.model.events import Event
from trialogue.model.memory import ContextItem
from trialogue.services import facts
from trialogue.services.json_values import Json, JsonObject
from trialogue.values import frozen

__all__ = [
    "AgentEvent",
    "AgentThinking",
    "FrustrationDetected",
    "History",
    "ModelSaid",
    "Sound",
    "ToolAnswered",
    "UnknownMessage",
    "UserStartedSpeaking",
]


@frozen
class Sound:
    """Piece of the agent's speech, in the requested format: linear16 mono by default."""

    reply: int
    """Number of the reply that it belongs to, from 1."""

    pcm: bytes = field(repr=lambda pcm: f"{len(pcm)} bytes")
    """Samples, which arrive faster than real time: play them at their own pace; drop them on
    `ReplyWithdrawn`."""


@frozen
class UserStartedSpeaking:
    """The agent has heard speech begin: stop playing, and drop queued sound."""


@frozen
class AgentThinking:
    """The model is thinking; many services do not report it."""

    text: str = field(repr=False)
    """Thoughts. Personal."""


@frozen
class History:
    """The service has added words or finished calls to its agent's history."""

    items: tuple[ContextItem, ...] = field(repr=False)
    """One `ContextMessage`, or several of `ContextCall`, in order. Personal."""


@frozen
class ToolAnswered:
    """The service itself called a function at its endpoint; this is the result, for the record."""

    call_id: str
    """Id of the call; empty where the service does not say."""

    tool: str
    """Name of the function."""

    content: str = field(repr=False)
    """The result. Personal."""


@frozen
class FrustrationDetected:
    """The user sounds frustrated (Think Live)."""

    count: int
    """Number of times so far."""

    escalated: bool
    """Whether the limit is reached."""


@frozen
class ModelSaid:
    """Message of your own model, passed through to the app."""

    content: Json = field(hash=False, repr=False)
    """JSON value of any kind. May be personal."""


@frozen
class UnknownMessage:
    """A message that this version does not know, complete, as the protocol grows."""

    type: str
    """Type of the message."""

    raw: JsonObject = field(hash=False, repr=False)
    """All of it, as it was read. May be personal."""


AgentEvent: TypeAlias = (
    Event
    | Sound
    | UserStartedSpeaking
    | AgentThinking
    | History
    | ToolAnswered
    | FrustrationDetected
    | ModelSaid
    | UnknownMessage
)
"""Events that a lone agent reports."""


def told_by(fact: facts.Fact) -> AgentEvent | None:
    """Event of a lone agent for a fact; None if its session already reports the fact."""
    match fact:
        case facts.SpeechAtEar():
            return UserStartedSpeaking()
        case facts.Thinking(text):
            return AgentThinking(text)
        case facts.Remembered(items):
            return History(items)
        case facts.ToolResult(call_id, name, content):
            return ToolAnswered(call_id or "", name, content)
        case facts.Frustrated(count, escalated):
            return FrustrationDetected(count, escalated)
        case facts.HandedThrough(content):
            return ModelSaid(content)
        case facts.Unknown(kind, raw):
            return UnknownMessage(kind, raw)
        case _:
            return None
