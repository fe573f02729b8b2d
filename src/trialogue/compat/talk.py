"""Session of one agent in the SDK's terms, without any loop: events to responses, options to requests.

1. Each event of the agent becomes at most two of the SDK's; one without a class there becomes a complete
   `Unhandled`.
2. A response to a call answers the call of its id, or the oldest open call of its name.
3. Settings during a session become changes of the parts that differ; a part that no session can change is
   reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import attrs
from attrs import field

from trialogue.agent.events import AgentEvent, AgentThinking, Sound, UnknownMessage, UserStartedSpeaking
from trialogue.compat.options import FunctionCallResponse, SettingsOptions, Speak
from trialogue.compat.responses import (
    AgentAudioDoneResponse,
    AgentStartedSpeakingResponse,
    AgentThinkingResponse,
    ConversationTextResponse,
    ErrorResponse,
    FunctionCall,
    FunctionCallRequest,
    InjectionRefusedResponse,
    SettingsAppliedResponse,
    UnhandledResponse,
    UserStartedSpeakingResponse,
    WelcomeResponse,
)
from trialogue.compat.wire import Asked, asked_for, speak_of, spoken
from trialogue.errors import ToolFailed
from trialogue.model.events import (
    InjectionRefused,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ServiceWarned,
    SessionLost,
    SessionReady,
    ToolCallCancelled,
    ToolRequested,
    WordsHeard,
)
from trialogue.tools.executor import parse_arguments
from trialogue.values import define, frozen

Told: TypeAlias = tuple[str, object]
"""Name of an event, and the response for its handlers."""

Changes: TypeAlias = Mapping[str, Any]
"""Changes for `update`."""


@frozen
class NotChangeable:
    """Refusal of a change that a session cannot make."""

    names: tuple[str, ...]
    """Names of the parts, such as `agent.greeting`."""

    def __str__(self) -> str:
        """Sentence about the refusal."""
        return f"a session cannot change {', '.join(self.names)}: close it and start a new one"


@define
class Talk:
    """Session with one agent: its settings, and its open calls."""

    asked: Asked
    """Settings with all changes since."""

    _open: dict[str, ToolRequested] = field(factory=dict[str, ToolRequested], init=False)

    # --- responses ------------------------------------------------------------------------------

    def told(self, event: AgentEvent) -> Iterator[Told]:
        """Responses for handlers to an event."""
        match event:
            case Sound(pcm=pcm):
                yield "AudioData", pcm
            case SessionReady(request_id=request_id):
                yield "Welcome", WelcomeResponse(request_id)
                yield "SettingsApplied", SettingsAppliedResponse({"agent": self.asked.agent})
            case SentenceSaid(text=text):
                yield "ConversationText", ConversationTextResponse(text, "assistant")
            case WordsHeard(text=text):
                yield "ConversationText", ConversationTextResponse(text, "user")
            case UserStartedSpeaking():
                yield "UserStartedSpeaking", UserStartedSpeakingResponse()
            case AgentThinking(text):
                yield "AgentThinking", AgentThinkingResponse(text)
            case ReplyStarted():
                yield "AgentStartedSpeaking", AgentStartedSpeakingResponse()
            case ReplySent():
                yield "AgentAudioDone", AgentAudioDoneResponse()
            case ToolRequested():
                yield from self._requested(event)
            case InjectionRefused(reason=reason):
                yield "InjectionRefused", InjectionRefusedResponse(reason)
            case _:
                yield from self._about_session(event)

    def _about_session(self, event: AgentEvent) -> Iterator[Told]:
        match event:
            case SessionLost(reason=reason, retry_in_s=retry_in_s):
                words = f"the connection was lost; reconnecting in {retry_in_s:.1f} s: {reason}"
                yield "Error", ErrorResponse(words, "CONNECTION_LOST")
            case ReplyFailed(code=code):
                yield "Error", ErrorResponse(f"the agent has no answer: {code}", code)
            case UnknownMessage(raw=raw):
                yield "Unhandled", UnhandledResponse(raw)
            case ServiceWarned(code="unknown-message"):
                return  # told with the whole message
            case _:
                if isinstance(event, ToolCallCancelled):
                    self._open.pop(event.call_id, None)
                yield "Unhandled", UnhandledResponse({"type": type(event).__name__, **attrs.asdict(event)})

    def _requested(self, request: ToolRequested) -> Iterator[Told]:
        if not request.ours:
            return
        self._open[request.call_id] = request
        try:
            arguments = parse_arguments(request.arguments)
        except ToolFailed as wrong:
            yield "Error", ErrorResponse(f"the call of {request.tool}: {wrong}", "ARGUMENTS")
            arguments = {}
        yield (
            "FunctionCallRequest",
            FunctionCallRequest(FunctionCall(request.tool, arguments), request.call_id),
        )

    # --- requests -----------------------------------------------------------------------------

    def answered(self, response: FunctionCallResponse) -> ToolRequested | None:
        """Open call that a response answers, which is then closed; None where there is none."""
        for call_id, request in self._open.items():
            if response.id == call_id or (response.id is None and request.tool == response.name):
                return self._open.pop(call_id)
        return None

    def spoken_by(self, speak: Speak) -> Changes | NotChangeable:
        """Change of a voice."""
        if spoken(speak) != self.asked.terms.speaks:
            return NotChangeable(("speak.encoding, sample_rate or container",))
        return {"speak": speak_of(speak)}

    def changed(self, settings: SettingsOptions) -> Changes | NotChangeable:
        """Changes of other settings; absent parts keep their values."""
        wanted, now = asked_for(settings), self.asked
        given = {"listen", "think", "speak"}
        fixed = [
            f"agent.{name}"
            for name in ("greeting", "language")
            if name in wanted.agent and wanted.agent[name] != now.agent.get(name)
        ]
        fixed += _formats(settings, wanted, now)
        if fixed:
            return NotChangeable(tuple(fixed))
        parts = {name: value for name, value in wanted.agent.items() if name in given}
        return {name: value for name, value in parts.items() if value != now.agent.get(name)}

    def note(self, changes: Changes) -> None:
        """Note changes that were requested."""
        parts = {name: value for name, value in changes.items() if name != "prompt"}
        self.asked = attrs.evolve(self.asked, agent={**self.asked.agent, **parts})


def _formats(settings: SettingsOptions, wanted: Asked, now: Asked) -> Iterator[str]:
    """Names of requested changes to values that are fixed for a session."""
    agent = settings.agent
    has_ear = settings.audio is not None or (agent is not None and agent.listen) or settings.listen
    has_voice = settings.audio is not None or (agent is not None and agent.speak) or settings.speak
    if has_ear and wanted.terms.hears != now.terms.hears:
        yield "the sound that the agent hears"
    if has_voice and wanted.terms.speaks != now.terms.speaks:
        yield "the sound that the agent sends"
    if settings.tags is not None and wanted.terms.tags != now.terms.tags:
        yield "tags"
    for name in ("experimental", "mip_opt_out"):
        if getattr(wanted.terms, name) and not getattr(now.terms, name):
            yield name
