"""Every message of the Voice Agent protocol as a frozen value, in Deepgram's own names.

A class is named as its message, except where Python has the name already (`AgentError` is `Error`) or
one message has two shapes. Absent optional fields are None.
"""

from __future__ import annotations

from typing import TypeAlias

from trialogue.services.deepgram.messages.client import (
    CustomToThinkProvider,
    ForceEndTurn,
    FunctionCallResponse,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    InjectionBehavior,
    InjectUserMessage,
    KeepAlive,
    UpdateListen,
    UpdatePrompt,
    UpdateSpeak,
    UpdateThink,
    UpdateThinkLive,
)
from trialogue.services.deepgram.messages.server import (
    AgentAudioDone,
    AgentError,
    AgentStartedSpeaking,
    AgentThinking,
    AgentWarning,
    CancelledFunction,
    ConversationText,
    CustomFromThinkProvider,
    FrustrationDetected,
    FunctionCallCancelled,
    FunctionCallRequest,
    InjectionRefused,
    LatencyReport,
    ListenUpdated,
    PromptUpdated,
    RequestedFunction,
    ScriptEntryTaken,
    SettingsApplied,
    SpeakUpdated,
    ThinkLiveUpdated,
    ThinkUpdated,
    UserStartedSpeaking,
    Welcome,
)
from trialogue.services.deepgram.messages.unknown import UnknownMessage
from trialogue.services.deepgram.settings import HistoryContent, HistoryFunctionCalls, Settings

__all__ = [
    "AgentAudioDone",
    "AgentError",
    "AgentStartedSpeaking",
    "AgentThinking",
    "AgentWarning",
    "CancelledFunction",
    "ClientMessage",
    "ConversationText",
    "CustomFromThinkProvider",
    "CustomToThinkProvider",
    "ForceEndTurn",
    "FrustrationDetected",
    "FunctionCallCancelled",
    "FunctionCallRequest",
    "FunctionCallResponse",
    "HistoryContent",
    "HistoryFunctionCalls",
    "InjectAgentMessage",
    "InjectDynamicAgentMessage",
    "InjectUserMessage",
    "InjectionBehavior",
    "InjectionRefused",
    "KeepAlive",
    "LatencyReport",
    "ListenUpdated",
    "PromptUpdated",
    "RequestedFunction",
    "ScriptEntryTaken",
    "ServerMessage",
    "Settings",
    "SettingsApplied",
    "SpeakUpdated",
    "ThinkLiveUpdated",
    "ThinkUpdated",
    "UnknownMessage",
    "UpdateListen",
    "UpdatePrompt",
    "UpdateSpeak",
    "UpdateThink",
    "UpdateThinkLive",
    "UserStartedSpeaking",
    "Welcome",
]

ClientMessage: TypeAlias = (
    Settings
    | UpdateListen
    | UpdateThink
    | UpdateThinkLive
    | UpdateSpeak
    | UpdatePrompt
    | InjectUserMessage
    | InjectAgentMessage
    | InjectDynamicAgentMessage
    | FunctionCallResponse
    | ForceEndTurn
    | KeepAlive
    | CustomToThinkProvider
    | UnknownMessage
)
"""Every text message from client to server; audio goes as binary messages."""

ServerMessage: TypeAlias = (
    Welcome
    | SettingsApplied
    | ConversationText
    | UserStartedSpeaking
    | AgentThinking
    | AgentStartedSpeaking
    | LatencyReport
    | AgentAudioDone
    | FunctionCallRequest
    | FunctionCallCancelled
    | FunctionCallResponse
    | PromptUpdated
    | SpeakUpdated
    | ThinkUpdated
    | ListenUpdated
    | ThinkLiveUpdated
    | InjectionRefused
    | HistoryContent
    | HistoryFunctionCalls
    | FrustrationDetected
    | CustomFromThinkProvider
    | ScriptEntryTaken
    | AgentWarning
    | AgentError
    | UnknownMessage
)
"""Every text message from server to client; audio comes as binary messages."""
