"""The tree of `Settings`, the message that configures an agent, as frozen values.

Names, nesting and meaning are Deepgram's (Voice Agent V1, AsyncAPI of 2026-07-22 and its SDK 7.17).
Models, voices, languages and encodings are open strings, because the published lists are always out of date.
"""

from __future__ import annotations

from trialogue.services.deepgram.settings.agent import (
    AgentSettings,
    Audio,
    AudioInput,
    AudioOutput,
    Context,
    Flags,
    Settings,
)
from trialogue.services.deepgram.settings.history import (
    HistoryContent,
    HistoryFunctionCall,
    HistoryFunctionCalls,
    HistoryItem,
)
from trialogue.services.deepgram.settings.listen import (
    DeepgramListenProviderV1,
    DeepgramListenProviderV2,
    Listen,
    ListenProvider,
    ListenUpdate,
)
from trialogue.services.deepgram.settings.speak import (
    AwsPollyCredentials,
    AwsPollySpeakProvider,
    CartesiaSpeakProvider,
    CartesiaVoice,
    DeepgramSpeakProviderV1,
    DeepgramSpeakProviderV2,
    ElevenLabsSpeakProvider,
    OpenAiSpeakProvider,
    SpeakProvider,
    SpeakSettings,
)
from trialogue.services.deepgram.settings.think import (
    AnthropicThinkProvider,
    AwsBedrockCredentials,
    AwsBedrockThinkProvider,
    DeepgramThinkProvider,
    Endpoint,
    Function,
    FunctionEndpoint,
    GoogleThinkProvider,
    GroqThinkProvider,
    InstalledThinkProvider,
    NvidiaThinkProvider,
    OpenAiThinkProvider,
    ReasoningMode,
    ScriptedThinkProvider,
    ThinkProvider,
    ThinkSettings,
)
from trialogue.services.deepgram.settings.think_live import ThinkLive, ThinkLiveProvider

__all__ = [
    "AgentSettings",
    "AnthropicThinkProvider",
    "Audio",
    "AudioInput",
    "AudioOutput",
    "AwsBedrockCredentials",
    "AwsBedrockThinkProvider",
    "AwsPollyCredentials",
    "AwsPollySpeakProvider",
    "CartesiaSpeakProvider",
    "CartesiaVoice",
    "Context",
    "DeepgramListenProviderV1",
    "DeepgramListenProviderV2",
    "DeepgramSpeakProviderV1",
    "DeepgramSpeakProviderV2",
    "DeepgramThinkProvider",
    "ElevenLabsSpeakProvider",
    "Endpoint",
    "Flags",
    "Function",
    "FunctionEndpoint",
    "GoogleThinkProvider",
    "GroqThinkProvider",
    "HistoryContent",
    "HistoryFunctionCall",
    "HistoryFunctionCalls",
    "HistoryItem",
    "InstalledThinkProvider",
    "Listen",
    "ListenProvider",
    "ListenUpdate",
    "NvidiaThinkProvider",
    "OpenAiSpeakProvider",
    "OpenAiThinkProvider",
    "ReasoningMode",
    "ScriptedThinkProvider",
    "Settings",
    "SpeakProvider",
    "SpeakSettings",
    "ThinkLive",
    "ThinkLiveProvider",
    "ThinkProvider",
    "ThinkSettings",
]
