"""Messages from client to server, except `Settings`."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from attrs import field

from trialogue.services.deepgram.messages.unknown import WireUnknownMessage
from trialogue.services.deepgram.settings import (
    ListenUpdate,
    Settings,
    SpeakSettings,
    ThinkLive,
    ThinkSettings,
)
from trialogue.services.deepgram.wire import Json, WireObject
from trialogue.values import frozen

InjectionBehavior: TypeAlias = Literal["default", "queue", "interrupt"]
"""Refused while anyone speaks; refused only while the user does; never refused, and cuts the agent off."""


@frozen
class UpdateListen(WireObject):
    """Change the recognizer. Answered by ListenUpdated; two updates may share one answer."""

    type: ClassVar[str] = "UpdateListen"

    listen: ListenUpdate
    """Settings that change."""


@frozen
class UpdateThink(WireObject):
    """Replace the whole of `agent.think`, functions and prompt included. Answered by ThinkUpdated."""

    type: ClassVar[str] = "UpdateThink"

    think: ThinkSettings | tuple[ThinkSettings, ...]
    """The new model, or models in order."""


@frozen
class UpdateThinkLive(WireObject):
    """Replace `agent.think_live` (early access). Answered by ThinkLiveUpdated."""

    type: ClassVar[str] = "UpdateThink_Live"

    think_live: ThinkLive
    """The new settings."""


@frozen
class UpdateSpeak(WireObject):
    """Change the voice from the next turn on. Answered by SpeakUpdated."""

    type: ClassVar[str] = "UpdateSpeak"

    speak: SpeakSettings | tuple[SpeakSettings, ...]
    """The new voice, or voices in order."""


@frozen
class UpdatePrompt(WireObject):
    """Add to the prompt; UpdateThink replaces it. Answered by PromptUpdated."""

    type: ClassVar[str] = "UpdatePrompt"

    prompt: str
    """Words that are added. Personal."""


@frozen
class InjectUserMessage(WireObject):
    """Let the agent read this as if the user had said it. Echoed as ConversationText."""

    type: ClassVar[str] = "InjectUserMessage"

    content: str
    """The words. Personal."""


@frozen
class InjectAgentMessage(WireObject):
    """Make the agent say these words. May be refused, in two forms (see WireInjectionRefused)."""

    type: ClassVar[str] = "InjectAgentMessage"

    message: str
    """The words; the field is not called `content`. Personal."""

    behavior: InjectionBehavior | None = None
    """Behaviour towards whoever speaks; `default` where absent."""


@frozen
class InjectDynamicAgentMessage(WireObject):
    """InjectAgentMessage without words: the agent finds its own (Think Live)."""

    type: ClassVar[str] = "InjectAgentMessage"

    is_dynamic: Literal[True] = True
    """Mark of this shape."""

    behavior: InjectionBehavior | None = None
    """As in InjectAgentMessage."""


@frozen
class FunctionCallResponse(WireObject):
    """A function's result: one message a call, never several in one. Goes both ways."""

    type: ClassVar[str] = "FunctionCallResponse"

    name: str
    """Name of the function."""

    content: str
    """The result: any text, often JSON. Personal."""

    id: str | None = None
    """The call's id. A client must give it; a server may leave it out of its reports."""


@frozen
class ForceEndTurn(WireObject):
    """End the user's turn now (Flux only)."""

    type: ClassVar[str] = "ForceEndTurn"


@frozen
class KeepAlive(WireObject):
    """Say that the client lives though it sends no audio. Never answered."""

    type: ClassVar[str] = "KeepAlive"


@frozen
class CustomToThinkProvider(WireObject):
    """Hand something through to a model of one's own. Undocumented."""

    type: ClassVar[str] = "__customToThinkProvider"

    content: Json = field(hash=False)
    """Any JSON."""


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
    | WireUnknownMessage
)
"""Every text message from client to server; audio goes as binary messages."""
