"""Root of the tree: `Settings`, its audio formats and its agent."""

from __future__ import annotations

from typing import ClassVar

from trialogue.services.deepgram.settings.history import HistoryItem
from trialogue.services.deepgram.settings.listen import Listen
from trialogue.services.deepgram.settings.speak import SpeakSettings
from trialogue.services.deepgram.settings.think import ThinkSettings
from trialogue.services.deepgram.settings.think_live import ThinkLive
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class AudioInput(WireObject):
    """Sound of the client: mono, fixed for the session."""

    encoding: str
    """`linear16`, `linear32`, `mulaw`, `alaw`, `opus`, ..."""

    sample_rate: int
    """Samples a second."""


@frozen
class AudioOutput(WireObject):
    """Sound of the agent: mono, fixed for the session."""

    encoding: str | None = None
    """`linear16` where absent; `mulaw`, `alaw`, `mp3`, `opus`, `flac`, `aac`."""

    sample_rate: int | None = None
    """Samples a second; 24000 for `linear16` where absent."""

    bitrate: int | None = None
    """Bits a second; for `mp3`, `opus` and `aac`."""

    container: str | None = None
    """`none` where absent; `wav` for uncompressed, `ogg` for `opus`. Others take no container at all."""


@frozen
class Audio(WireObject):
    """Sound formats of both directions; 24 kHz `linear16` where absent."""

    input: AudioInput | None = None
    """Sound of the client."""

    output: AudioOutput | None = None
    """Sound of the agent."""


@frozen
class Flags(WireObject):
    """Flags of the session: `flags` stands beside `agent`, not in it."""

    history: bool | None = None
    """Whether the server sends `History`; true where absent."""


@frozen
class Context(WireObject):
    """Context from before that the agent remembers."""

    messages: tuple[HistoryItem, ...] | None = None
    """Turns and calls, oldest first."""


@frozen
class AgentSettings(WireObject):
    """Agent: its hearing, thinking and voice."""

    language: str | None = None
    """Deprecated: the providers' `language` replaces it."""

    greeting: str | None = None
    """Words that it says as soon as the settings apply; absent: the agent waits. Personal."""

    context: Context | None = None
    """Context that it remembers."""

    listen: Listen | None = None
    """Hearing."""

    think: ThinkSettings | tuple[ThinkSettings, ...] | None = None
    """Thinking; several providers are tried in order, from the first in each turn."""

    think_live: ThinkLive | None = None
    """Settings of the functions beside thinking."""

    speak: SpeakSettings | tuple[SpeakSettings, ...] | None = None
    """Voice; several voices are tried in order."""


@frozen
class Settings(WireObject):
    """First message of a client, once a connection. Answered by SettingsApplied, or by Error."""

    type: ClassVar[str] = "Settings"

    audio: Audio
    """Formats of both directions; may be empty."""

    agent: AgentSettings | str
    """Agent, or the UUID of one that is stored at the service."""

    tags: tuple[str, ...] | None = None
    """Labels for the account's usage report."""

    experimental: bool | None = None
    """Whether undocumented messages are sent, such as AgentStartedSpeaking."""

    flags: Flags | None = None
    """Switches."""

    mip_opt_out: bool | None = None
    """Whether the audio stays out of model improvement."""
