"""Responses of an agent in the classes of the vendor's SDK, and the names that handlers are kept by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import field

from trialogue.values import frozen


def _now() -> str:
    return datetime.now(UTC).isoformat()


class AgentWebSocketEvents:
    """The names of events, as `on` takes them, and of what a client sends."""

    Open: str = "Open"
    Close: str = "Close"
    AudioData: str = "AudioData"
    Welcome: str = "Welcome"
    SettingsApplied: str = "SettingsApplied"
    ConversationText: str = "ConversationText"
    UserStartedSpeaking: str = "UserStartedSpeaking"
    AgentThinking: str = "AgentThinking"
    FunctionCallRequest: str = "FunctionCallRequest"
    AgentStartedSpeaking: str = "AgentStartedSpeaking"
    AgentAudioDone: str = "AgentAudioDone"
    Error: str = "Error"
    Unhandled: str = "Unhandled"

    Settings: str = "Settings"
    UpdatePrompt: str = "UpdatePrompt"
    UpdateSpeak: str = "UpdateSpeak"
    InjectAgentMessage: str = "InjectAgentMessage"
    InjectUserMessage: str = "InjectUserMessage"
    InjectionRefused: str = "InjectionRefused"
    AgentKeepAlive: str = "KeepAlive"


TOLD = frozenset(
    {
        "Open",
        "Close",
        "AudioData",
        "Welcome",
        "SettingsApplied",
        "ConversationText",
        "UserStartedSpeaking",
        "AgentThinking",
        "FunctionCallRequest",
        "AgentStartedSpeaking",
        "AgentAudioDone",
        "InjectionRefused",
        "Error",
        "Unhandled",
    }
)
"""The events that a handler can be kept for."""


@frozen
class OpenResponse:
    """The session is open."""

    type: str = "Open"
    """Its name on the wire."""


@frozen
class CloseResponse:
    """The session is over, and no other follows."""

    type: str = "Close"
    """Its name on the wire."""


@frozen
class WelcomeResponse:
    """The service has greeted: `message` is the id by which it knows the session, as is `request_id`."""

    message: str
    """The id by which the service knows the session."""

    type: str = "Welcome"
    """Its name on the wire."""

    @property
    def request_id(self) -> str:
        """Id that the service gives the session."""
        return self.message


@frozen
class SettingsAppliedResponse:
    """The settings hold: `settings` are those that were sent."""

    settings: Mapping[str, Any] = field(repr=False, hash=False)
    """Settings that were sent, by the wire's names."""

    type: str = "SettingsApplied"
    """Its name on the wire."""


@frozen
class ConversationTextResponse:
    """Words of the user or of the agent (`role`: `user` or `assistant`)."""

    text: str = field(repr=False)
    """The words."""

    role: str
    """Role of the speaker: `user` or `assistant`."""

    type: str = "ConversationText"
    """Its name on the wire."""

    @property
    def content(self) -> str:
        """The same words, by the wire's name."""
        return self.text


@frozen
class UserStartedSpeakingResponse:
    """The user has begun to speak; `timestamp` is when that was heard of, in UTC (ISO 8601)."""

    timestamp: str = field(factory=_now)
    """Moment of the notice, in UTC (ISO 8601)."""

    type: str = "UserStartedSpeaking"
    """Its name on the wire."""


@frozen
class AgentThinkingResponse:
    """The model thinks; `content` are its thoughts, where it tells them."""

    content: str = field(default="", repr=False)
    """Its thoughts; empty where it does not tell them."""

    type: str = "AgentThinking"
    """Its name on the wire."""


@frozen
class FunctionCall:
    """A call that the model wants."""

    name: str
    """Name of the function."""

    arguments: Mapping[str, Any] = field(repr=False, hash=False)
    """By the names of its parameters."""


@frozen
class FunctionCallRequest:
    """The model wants a function called."""

    function_call: FunctionCall
    """Function that is called, with its arguments."""

    call_id: str
    """Id that the answer names."""

    type: str = "FunctionCallRequest"
    """Its name on the wire."""


@frozen
class AgentStartedSpeakingResponse:
    """The agent has begun to answer; `timestamp` is when that was heard of, in UTC (ISO 8601)."""

    timestamp: str = field(factory=_now)
    """Moment of the notice, in UTC (ISO 8601)."""

    type: str = "AgentStartedSpeaking"
    """Its name on the wire."""


@frozen
class AgentAudioDoneResponse:
    """The last sound of an answer has arrived."""

    type: str = "AgentAudioDone"
    """Its name on the wire."""


@frozen
class InjectionRefusedResponse:
    """Injected words were not taken."""

    message: str
    """Reason, in the service's words."""

    type: str = "InjectionRefused"
    """Its name on the wire."""


@frozen
class ErrorResponse:
    """Error in words, with the service's code, status and request id where it gave any."""

    message: str
    """Description of the error, in words."""

    code: str = ""
    """The service's own code, or the name of our error."""

    status: int | None = None
    """The HTTP status of a refused handshake; None else."""

    request_id: str | None = None
    """Id that the service gives the session; None where it said nothing."""

    type: str = "Error"
    """Its name on the wire."""

    @property
    def description(self) -> str:
        """The same words, by the wire's name."""
        return self.message

    def __str__(self) -> str:
        """Give the words."""
        return self.message


@frozen
class UnhandledResponse:
    """A message that has no class here: `raw` is all of it."""

    raw: Mapping[str, Any] = field(repr=False, hash=False)
    """The message, whole, by the wire's names."""

    type: str = "Unhandled"
    """Its name on the wire."""
