"""Messages of the Voice Agent protocol as frozen values, by Deepgram's own names.

A class has the name of its message, except if Python uses the name already (`AgentError` is `Error`), one of
our events does (`WireInjectionRefused` is `InjectionRefused`), or one message has two shapes.
Absent optional fields are None.

A new message is its class and a line in the union below it, in `server` or `client`; its meaning for a
meeting is a case of `translate`.
"""

from __future__ import annotations

from trialogue.services.deepgram.messages.client import (
    ClientMessage,
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
    AgentWarning,
    CancelledFunction,
    ConversationText,
    CustomFromThinkProvider,
    FunctionCallCancelled,
    FunctionCallRequest,
    LatencyReport,
    ListenUpdated,
    PromptUpdated,
    RequestedFunction,
    ScriptEntryTaken,
    ServerMessage,
    SettingsApplied,
    SpeakUpdated,
    ThinkLiveUpdated,
    ThinkUpdated,
    Welcome,
    WireAgentThinking,
    WireFrustrationDetected,
    WireInjectionRefused,
    WireUserStartedSpeaking,
)
from trialogue.services.deepgram.messages.unknown import WireUnknownMessage
from trialogue.services.deepgram.settings import HistoryContent, HistoryFunctionCalls, Settings

__all__ = [
    "AgentAudioDone",
    "AgentError",
    "AgentStartedSpeaking",
    "AgentWarning",
    "CancelledFunction",
    "ClientMessage",
    "ConversationText",
    "CustomFromThinkProvider",
    "CustomToThinkProvider",
    "ForceEndTurn",
    "FunctionCallCancelled",
    "FunctionCallRequest",
    "FunctionCallResponse",
    "HistoryContent",
    "HistoryFunctionCalls",
    "InjectAgentMessage",
    "InjectDynamicAgentMessage",
    "InjectUserMessage",
    "InjectionBehavior",
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
    "UpdateListen",
    "UpdatePrompt",
    "UpdateSpeak",
    "UpdateThink",
    "UpdateThinkLive",
    "Welcome",
    "WireAgentThinking",
    "WireFrustrationDetected",
    "WireInjectionRefused",
    "WireUnknownMessage",
    "WireUserStartedSpeaking",
]
