"""Translation of messages that do not depend on earlier ones into facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, assert_never

from trialogue.model.memory import ContextCall, ContextItem, ContextMessage
from trialogue.services.deepgram.codes import classify_early, classify_error, classify_warning
from trialogue.services.deepgram.messages import (
    AgentError,
    AgentStartedSpeaking,
    AgentWarning,
    CustomFromThinkProvider,
    FunctionCallRequest,
    FunctionCallResponse,
    HistoryContent,
    HistoryFunctionCalls,
    LatencyReport,
    ListenUpdated,
    PromptUpdated,
    ScriptEntryTaken,
    SpeakUpdated,
    ThinkLiveUpdated,
    ThinkUpdated,
    WireAgentThinking,
    WireFrustrationDetected,
    WireInjectionRefused,
)
from trialogue.services.facts import (
    EntryTaken,
    Fact,
    Failed,
    Frustrated,
    HandedThrough,
    Latency,
    Malformed,
    Refused,
    Remembered,
    Thinking,
    ToolCall,
    ToolCalls,
    ToolResult,
    Updated,
    Warned,
)

Plain: TypeAlias = (
    WireAgentThinking
    | AgentStartedSpeaking
    | LatencyReport
    | FunctionCallResponse
    | PromptUpdated
    | SpeakUpdated
    | ThinkUpdated
    | ListenUpdated
    | ThinkLiveUpdated
    | WireInjectionRefused
    | HistoryContent
    | HistoryFunctionCalls
    | WireFrustrationDetected
    | CustomFromThinkProvider
    | ScriptEntryTaken
)
"""Messages that `translate` accepts."""

LONGEST_NAME = 256
"""Most characters of the id and the name of a call; no genuine one is as long."""

_REFUSALS = frozenset(
    {
        "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH",
        "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH",
    }
)
"""Warnings that mean InjectionRefused in an older form, which still occurs."""


_PARTS: Mapping[type, Literal["prompt", "speak", "think", "listen", "think_live"]] = {
    PromptUpdated: "prompt",
    SpeakUpdated: "speak",
    ThinkUpdated: "think",
    ListenUpdated: "listen",
    ThinkLiveUpdated: "think_live",
}
"""Part that each acknowledgement concerns."""


def translate(message: Plain) -> Fact:
    """Fact of a message."""
    match message:
        case WireAgentThinking(content=text):
            return Thinking(text)
        case AgentStartedSpeaking() | LatencyReport():
            return _latency(message)
        case FunctionCallResponse(name=name, content=content, id=call_id):
            return ToolResult(call_id, name, content)
        case PromptUpdated() | SpeakUpdated() | ThinkUpdated() | ListenUpdated() | ThinkLiveUpdated():
            return Updated(_PARTS[type(message)])
        case WireInjectionRefused(message=reason):
            return Refused(reason or "")
        case HistoryContent() | HistoryFunctionCalls():
            return Remembered(_remembered(message))
        case WireFrustrationDetected(count=count, escalated=escalated):
            return Frustrated(count, escalated)
        case CustomFromThinkProvider(content=content):
            return HandedThrough(content)
        case ScriptEntryTaken(entry=entry):
            return EntryTaken(entry)
        case _:
            assert_never(message)


def _remembered(message: HistoryContent | HistoryFunctionCalls) -> tuple[ContextItem, ...]:
    if isinstance(message, HistoryContent):
        return (ContextMessage("assistant" if message.role == "assistant" else "user", message.content),)
    return tuple(
        ContextCall(call.id, call.name, call.arguments, call.response, call.thought_signature)
        for call in message.function_calls
    )


def _latency(message: AgentStartedSpeaking | LatencyReport) -> Latency:
    if isinstance(message, AgentStartedSpeaking):
        return Latency(
            think_s=message.ttt_latency, speak_s=message.tts_latency, total_s=message.total_latency
        )
    return Latency(
        listen_s=message.stt_latency,
        think_token_s=message.ttt_token_latency,
        think_s=message.ttt_text_latency,
        think_tool_s=message.ttt_tool_latency,
        think_thought_s=message.ttt_thinking_latency,
        speak_s=message.tts_latency,
        total_s=message.total_latency,
    )


def warned(message: AgentWarning) -> Warned | Refused:
    """Fact of a `Warning`, which may be a refusal in an older form."""
    if message.code in _REFUSALS:
        return Refused(message.description or message.code)
    return Warned(message.code, message.description, classify_warning(message.code).recovery)


def failed(message: AgentError, *, is_early: bool = False) -> Failed:
    """Fact of an `Error`, classified; `is_early`: it came before the settings were applied."""
    meaning = classify_early(message.code) if is_early else classify_error(message.code)
    return Failed(message.code, message.description, meaning.recovery, meaning.hint)


def tool_calls(message: FunctionCallRequest) -> ToolCalls | Malformed:
    """Calls of a FunctionCallRequest; malformed where an id or a name is too long."""
    if any(len(name) > LONGEST_NAME for call in message.functions for name in (call.id, call.name)):
        return Malformed(f"a function call's id or name is longer than {LONGEST_NAME} characters", "")
    return ToolCalls(
        tuple(
            ToolCall(call.id, call.name, call.arguments, call.client_side, call.thought_signature)
            for call in message.functions
        )
    )
