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
    """A stretch of what the agent says, in the format that was asked for: linear16 mono by default."""

    reply: int
    """To which reply it belongs; replies count from 1."""

    pcm: bytes = field(repr=lambda pcm: f"{len(pcm)} bytes")
    """The samples, faster than real time: play them at their own pace, drop them on `ReplyWithdrawn`."""


@frozen
class UserStartedSpeaking:
    """Speech has begun at the agent's ear: stop playing, and drop what is queued."""


@frozen
class AgentThinking:
    """Thoughts of the model; many never tell."""

    text: str = field(repr=False)
    """Thoughts. Personal."""


@frozen
class History:
    """The service has taken something into its agent's memory: words, or finished calls."""

    items: tuple[ContextItem, ...] = field(repr=False)
    """One `ContextMessage`, or several of `ContextCall`, in order. Personal."""


@frozen
class ToolAnswered:
    """The service has called a function by itself, at its endpoint: the result, for the record."""

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
    """Message of a model of one's own, handed through to the app."""

    content: Json = field(hash=False, repr=False)
    """Any JSON. May be personal."""


@frozen
class UnknownMessage:
    """A message of the service that this version does not know, whole: the protocol grows."""

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
"""All that one agent alone reports."""


def told_by(fact: facts.Fact) -> AgentEvent | None:
    """The event that a fact is to whoever holds one agent; None where its session tells it, in events."""
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
