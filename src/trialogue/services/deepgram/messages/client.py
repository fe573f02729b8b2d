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
"""Behaviour of injected words: refused while anyone speaks; refused only while the user does; or never
refused, and cuts the agent off.
"""


@frozen
class UpdateListen(WireObject):
    """Change of the recognizer. Answered by ListenUpdated; two updates may share one answer."""

    type: ClassVar[str] = "UpdateListen"

    listen: ListenUpdate
    """Settings to change."""


@frozen
class UpdateThink(WireObject):
    """Replacement of the whole `agent.think`, with functions and prompt. Answered by ThinkUpdated."""

    type: ClassVar[str] = "UpdateThink"

    think: ThinkSettings | tuple[ThinkSettings, ...]
    """New model, or models in order."""


@frozen
class UpdateThinkLive(WireObject):
    """Replacement of `agent.think_live` (early access). Answered by ThinkLiveUpdated."""

    type: ClassVar[str] = "UpdateThink_Live"

    think_live: ThinkLive
    """New settings."""


@frozen
class UpdateSpeak(WireObject):
    """Change of the voice from the next turn on. Answered by SpeakUpdated."""

    type: ClassVar[str] = "UpdateSpeak"

    speak: SpeakSettings | tuple[SpeakSettings, ...]
    """New voice, or voices in order."""


@frozen
class UpdatePrompt(WireObject):
    """Addition to the prompt; UpdateThink replaces it. Answered by PromptUpdated."""

    type: ClassVar[str] = "UpdatePrompt"

    prompt: str
    """Words to append. Personal."""


@frozen
class InjectUserMessage(WireObject):
    """Text for the agent to read as if the user had said it. Echoed as ConversationText."""

    type: ClassVar[str] = "InjectUserMessage"

    content: str
    """The words. Personal."""


@frozen
class InjectAgentMessage(WireObject):
    """Words for the agent to say. May be refused, in two forms (see WireInjectionRefused)."""

    type: ClassVar[str] = "InjectAgentMessage"

    message: str
    """Words to say; the field is not called `content`. Personal."""

    behavior: InjectionBehavior | None = None
    """Behaviour while somebody speaks; `default` where absent."""


@frozen
class InjectDynamicAgentMessage(WireObject):
    """InjectAgentMessage without words: the agent chooses its own (Think Live)."""

    type: ClassVar[str] = "InjectAgentMessage"

    is_dynamic: Literal[True] = True
    """Constant that marks this shape."""

    behavior: InjectionBehavior | None = None
    """Behaviour while somebody speaks, as in InjectAgentMessage."""


@frozen
class FunctionCallResponse(WireObject):
    """Result of a function: one message for each call, never several in one. Goes both ways."""

    type: ClassVar[str] = "FunctionCallResponse"

    name: str
    """Name of the function."""

    content: str
    """Result: any text, often JSON. Personal."""

    id: str | None = None
    """Id of the call. A client must give it; a server's reports may lack it."""


@frozen
class ForceEndTurn(WireObject):
    """End of the user's turn, at once (Flux only)."""

    type: ClassVar[str] = "ForceEndTurn"


@frozen
class KeepAlive(WireObject):
    """Keep-alive message of a client that sends no audio. Never answered."""

    type: ClassVar[str] = "KeepAlive"


@frozen
class CustomToThinkProvider(WireObject):
    """Message for a model of one's own, which the service passes on. Undocumented."""

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
