"""Responses of an agent, in the classes of the vendor's SDK, and the event names of handlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import field

from trialogue.values import frozen


def _now() -> str:
    return datetime.now(UTC).isoformat()


class AgentWebSocketEvents:
    """Names of events, for `on`, and of a client's messages."""

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
"""Events that handlers can be registered for."""


@frozen
class OpenResponse:
    """The session is open."""

    type: str = "Open"
    """Name in the protocol."""


@frozen
class CloseResponse:
    """The session is over for good."""

    type: str = "Close"
    """Name in the protocol."""


@frozen
class WelcomeResponse:
    """The service has greeted: `message` and `request_id` are its id for the session."""

    message: str
    """Id of the session at the service."""

    type: str = "Welcome"
    """Name in the protocol."""

    @property
    def request_id(self) -> str:
        """Id that the service gives the session."""
        return self.message


@frozen
class SettingsAppliedResponse:
    """The settings are applied: `settings` are those that were sent."""

    settings: Mapping[str, Any] = field(repr=False, hash=False)
    """Settings that were sent, by the protocol's names."""

    type: str = "SettingsApplied"
    """Name in the protocol."""


@frozen
class ConversationTextResponse:
    """Words of the user or of the agent (`role`: `user` or `assistant`)."""

    text: str = field(repr=False)
    """Words."""

    role: str
    """Role of the speaker: `user` or `assistant`."""

    type: str = "ConversationText"
    """Name in the protocol."""

    @property
    def content(self) -> str:
        """Words, by the protocol's name."""
        return self.text


@frozen
class UserStartedSpeakingResponse:
    """The user has begun to speak; `timestamp` is the time of the message, in UTC (ISO 8601)."""

    timestamp: str = field(factory=_now)
    """Time of the message, in UTC (ISO 8601)."""

    type: str = "UserStartedSpeaking"
    """Name in the protocol."""


@frozen
class AgentThinkingResponse:
    """The model thinks; `content` has its thoughts, if it sends them."""

    content: str = field(default="", repr=False)
    """Thoughts; empty where the model sends none."""

    type: str = "AgentThinking"
    """Name in the protocol."""


@frozen
class FunctionCall:
    """Call that the model asks for."""

    name: str
    """Name of the function."""

    arguments: Mapping[str, Any] = field(repr=False, hash=False)
    """Arguments by the names of the parameters."""


@frozen
class FunctionCallRequest:
    """The model asks for a function call."""

    function_call: FunctionCall
    """Function, with its arguments."""

    call_id: str
    """Id for the response."""

    type: str = "FunctionCallRequest"
    """Name in the protocol."""


@frozen
class AgentStartedSpeakingResponse:
    """The agent has begun to answer; `timestamp` is the time of the message, in UTC (ISO 8601)."""

    timestamp: str = field(factory=_now)
    """Time of the message, in UTC (ISO 8601)."""

    type: str = "AgentStartedSpeaking"
    """Name in the protocol."""


@frozen
class AgentAudioDoneResponse:
    """The last sound of an answer has arrived."""

    type: str = "AgentAudioDone"
    """Name in the protocol."""


@frozen
class InjectionRefusedResponse:
    """Injected words were not accepted."""

    message: str
    """Reason, in the service's words."""

    type: str = "InjectionRefused"
    """Name in the protocol."""


@frozen
class ErrorResponse:
    """Error in words, with the service's code, status and request id, if it gave any."""

    message: str
    """Description of the error, in words."""

    code: str = ""
    """Code of the service, or the name of our error."""

    status: int | None = None
    """HTTP status of a refused handshake; None for other errors."""

    request_id: str | None = None
    """Id that the service gives the session; None where it gave none."""

    type: str = "Error"
    """Name in the protocol."""

    @property
    def description(self) -> str:
        """Description of the error, by the protocol's name."""
        return self.message

    def __str__(self) -> str:
        """Description of the error."""
        return self.message


@frozen
class UnhandledResponse:
    """Message without a class here: `raw` is all of it."""

    raw: Mapping[str, Any] = field(repr=False, hash=False)
    """Whole message, by the protocol's names."""

    type: str = "Unhandled"
    """Name in the protocol."""
