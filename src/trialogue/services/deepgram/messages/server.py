"""Messages from server to client, except `History` and the one that goes both ways.

They have no time, no turn and no sequence number: stamp them as they arrive.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from attrs import field

from trialogue.services.deepgram.messages.client import FunctionCallResponse
from trialogue.services.deepgram.messages.unknown import WireUnknownMessage
from trialogue.services.deepgram.settings import HistoryContent, HistoryFunctionCalls
from trialogue.services.deepgram.wire import Json, WireObject
from trialogue.values import frozen


@frozen
class Welcome(WireObject):
    """First message of a server."""

    type: ClassVar[str] = "Welcome"

    request_id: str
    """Id that the service gives this session; its support asks for it."""


@frozen
class SettingsApplied(WireObject):
    """Settings are applied; audio and injections are allowed from here on."""

    type: ClassVar[str] = "SettingsApplied"


@frozen
class ConversationText(WireObject):
    """Words: one message for each sentence of the agent, and one for the user at the end of the turn."""

    type: ClassVar[str] = "ConversationText"

    role: str
    """`user` or `assistant`."""

    content: str
    """The words. Personal."""

    conversational_behavior: str | None = None
    """`default`, `backchannel`, `presence_check` or `filler`; `default` where absent."""

    languages_hinted: tuple[str, ...] | None = None
    """Languages that were to be expected."""

    languages: tuple[str, ...] | None = None
    """Languages that were heard."""


@frozen
class WireUserStartedSpeaking(WireObject):
    """Speech at the agent's ear. The server has stopped sending: stop playback, drop queued audio."""

    type: ClassVar[str] = "UserStartedSpeaking"


@frozen
class WireAgentThinking(WireObject):
    """Thoughts of the model. Many models send none, so nothing may depend on them."""

    type: ClassVar[str] = "AgentThinking"

    content: str
    """Thoughts. Personal."""


@frozen
class AgentStartedSpeaking(WireObject):
    """Beginning of the agent's speech; sent only with `experimental`."""

    type: ClassVar[str] = "AgentStartedSpeaking"

    total_latency: float
    """Seconds from the user's words to the reply's first sound."""

    tts_latency: float
    """Seconds of that time for speech synthesis."""

    ttt_latency: float
    """Seconds of that time for the model."""


@frozen
class LatencyReport(WireObject):
    """Seconds that stages took: often one field a message. An absent one is not 0."""

    type: ClassVar[str] = "LatencyReport"

    stt_latency: float | None = None
    """Seconds for recognition; comes several times a second."""

    ttt_token_latency: float | None = None
    """Seconds to the model's first token."""

    ttt_text_latency: float | None = None
    """Seconds to its first text."""

    ttt_tool_latency: float | None = None
    """Seconds to its first function call."""

    ttt_thinking_latency: float | None = None
    """Seconds to its first thought."""

    tts_latency: float | None = None
    """Seconds to the first byte of speech."""

    total_latency: float | None = None
    """Seconds from the end of the user's words to the first byte of speech."""


@frozen
class AgentAudioDone(WireObject):
    """The last audio is sent, not played. It may be missing for a reply that was cut off."""

    type: ClassVar[str] = "AgentAudioDone"


@frozen
class RequestedFunction(WireObject):
    """Call that the model asks for."""

    id: str
    """The model's id of the call."""

    name: str
    """Name of the function."""

    arguments: str
    """JSON as the model wrote it: may be empty or wrong. Personal."""

    client_side: bool
    """Whether the client must answer."""

    thought_signature: str | None = None
    """Token that some Gemini models need back."""


@frozen
class FunctionCallRequest(WireObject):
    """Calls that the model asks for; those of the server are only reported."""

    type: ClassVar[str] = "FunctionCallRequest"

    functions: tuple[RequestedFunction, ...]
    """Calls."""


@frozen
class CancelledFunction(WireObject):
    """Call that is cancelled."""

    id: str
    """Id of the call."""

    name: str
    """Name of the function."""


@frozen
class FunctionCallCancelled(WireObject):
    """Calls that are cancelled: do not answer them."""

    type: ClassVar[str] = "FunctionCallCancelled"

    functions: tuple[CancelledFunction, ...]
    """Calls."""


@frozen
class PromptUpdated(WireObject):
    """An UpdatePrompt is applied."""

    type: ClassVar[str] = "PromptUpdated"


@frozen
class SpeakUpdated(WireObject):
    """An UpdateSpeak is applied."""

    type: ClassVar[str] = "SpeakUpdated"


@frozen
class ThinkUpdated(WireObject):
    """An UpdateThink is applied."""

    type: ClassVar[str] = "ThinkUpdated"


@frozen
class ListenUpdated(WireObject):
    """An UpdateListen is applied."""

    type: ClassVar[str] = "ListenUpdated"


@frozen
class ThinkLiveUpdated(WireObject):
    """An UpdateThinkLive is applied."""

    type: ClassVar[str] = "ThinkLiveUpdated"


@frozen
class WireInjectionRefused(WireObject):
    """`InjectionRefused`: an InjectAgentMessage was not accepted; some servers report it by a Warning."""

    type: ClassVar[str] = "InjectionRefused"

    message: str | None = None
    """Reason."""


@frozen
class WireFrustrationDetected(WireObject):
    """The user sounds frustrated (Think Live)."""

    type: ClassVar[str] = "FrustrationDetected"

    count: int
    """Number of times so far."""

    escalated: bool
    """Whether the limit is reached."""


@frozen
class CustomFromThinkProvider(WireObject):
    """Message from a model of one's own, which the service passes on. Undocumented."""

    type: ClassVar[str] = "__customFromThinkProvider"

    content: Json = field(hash=False)
    """Any JSON."""


@frozen
class ScriptEntryTaken(WireObject):
    """The next reply uses this entry of the script: only from trialogue's embedded server."""

    type: ClassVar[str] = "__scriptEntryTaken"

    entry: int
    """Index of the entry in the script's list, from 0."""


@frozen
class AgentWarning(WireObject):
    """`Warning`: something went wrong, the session goes on."""

    type: ClassVar[str] = "Warning"

    code: str
    """Code of the warning; see `codes.classify_warning`."""

    description: str
    """The server's words."""


@frozen
class AgentError(WireObject):
    """`Error`: something failed; usually the session is over, and the socket closes."""

    type: ClassVar[str] = "Error"

    code: str
    """Code of the error; see `codes.classify_error`."""

    description: str
    """The server's words."""


ServerMessage: TypeAlias = (
    Welcome
    | SettingsApplied
    | ConversationText
    | WireUserStartedSpeaking
    | WireAgentThinking
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
    | WireInjectionRefused
    | HistoryContent
    | HistoryFunctionCalls
    | WireFrustrationDetected
    | CustomFromThinkProvider
    | ScriptEntryTaken
    | AgentWarning
    | AgentError
    | WireUnknownMessage
)
"""Every text message from server to client; audio comes as binary messages."""
