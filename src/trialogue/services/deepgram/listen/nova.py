"""Messages of `/v1/listen`, whose models (Nova and older) give results of stretches of sound.

Times are seconds of the connection's own sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from attrs import field

from trialogue.services.deepgram.listen.messages import CloseStream
from trialogue.services.deepgram.messages import KeepAlive, WireUnknownMessage
from trialogue.services.deepgram.wire import Json, WireObject
from trialogue.values import frozen

# --- client to server -------------------------------------------------------------------------------


@frozen
class Finalize(WireObject):
    """Request for a final result of the sound so far; there may be none for little sound."""

    type: ClassVar[str] = "Finalize"

    channel: int | None = None
    """Number of the channel; absent for all."""


@frozen
class NovaConfigure(WireObject):
    """Change of a running session. Answered by exactly one success or failure."""

    type: ClassVar[str] = "Configure"

    keyterms: tuple[str, ...] | None = None
    """Words to listen for: replaces the list; an empty one clears it. May be personal."""

    features: Mapping[str, bool] | None = field(default=None, hash=False)
    """Features to switch on or off, such as `numerals`."""


NovaClientMessage: TypeAlias = KeepAlive | Finalize | NovaConfigure | CloseStream | WireUnknownMessage
"""Every message from a client; ForceEndTurn is answered by an Error."""


# --- server to client -------------------------------------------------------------------------------


@frozen
class NovaWord(WireObject):
    """Word of a result."""

    word: str
    """Word without capitals and punctuation. Personal."""

    start: float
    """Beginning, in seconds of the connection's sound."""

    end: float
    """End, in seconds of the connection's sound."""

    confidence: float
    """Confidence of the model, from 0 to 1."""

    punctuated_word: str | None = None
    """Word with capitals and punctuation. Personal."""

    language: str | None = None
    """Language, where several were expected."""

    speaker: int | None = None
    """Number of the speaker's voice, where voices are distinguished."""


@frozen
class NovaAlternative(WireObject):
    """Reading of a stretch of sound; the first is the most likely."""

    transcript: str
    """The words; empty for silence. Personal."""

    confidence: float
    """Confidence of the model, from 0 to 1."""

    words: tuple[NovaWord, ...] = ()
    """Words with their times."""

    languages: tuple[str, ...] | None = None
    """Languages that were heard, where several were expected."""

    languages_hinted: tuple[str, ...] | None = None
    """Languages that were expected."""


@frozen
class NovaChannel(WireObject):
    """Readings of one channel."""

    alternatives: tuple[NovaAlternative, ...]
    """Readings, the most likely first."""


@frozen
class NovaModel(WireObject):
    """Model of the results."""

    name: str
    """Name, such as `general-nova-3`."""

    version: str
    """Version."""

    arch: str
    """Architecture, such as `nova-3`."""


@frozen
class NovaResultsMetadata(WireObject):
    """Metadata that every result repeats."""

    request_id: str
    """Id that the service gives the session."""

    model_info: NovaModel
    """Model of the results."""

    model_uuid: str
    """Id of the model."""

    diarize_info: Json = field(default=None, hash=False)
    """Model that distinguishes voices."""


@frozen
class NovaResults(WireObject):
    """Words of a stretch of sound; the next result of the stretch replaces an interim one."""

    type: ClassVar[str] = "Results"

    channel_index: tuple[int, ...]
    """Channel, and the number of channels."""

    duration: float
    """Length of the stretch, in seconds."""

    start: float
    """Beginning of the stretch, in seconds."""

    channel: NovaChannel
    """Readings."""

    metadata: NovaResultsMetadata | None = None
    """Session and model."""

    is_final: bool | None = None
    """Whether this stretch is final: the next one begins at its end."""

    speech_final: bool | None = None
    """Whether the speaker has paused for as long as `endpointing` requires."""

    from_finalize: bool | None = None
    """Whether Finalize asked for it."""

    entities: tuple[Json, ...] | None = field(default=None, hash=False)
    """Entities that were found in the words. Personal."""


@frozen
class NovaSpeechStarted(WireObject):
    """Beginning of speech (with `vad_events`); it may come after the words."""

    type: ClassVar[str] = "SpeechStarted"

    channel: tuple[int, ...]
    """Channel, and the number of channels."""

    timestamp: float
    """Place in the connection's sound, in seconds."""


@frozen
class UtteranceEnd(WireObject):
    """Gap of `utterance_end_ms` between words; it also comes where noise prevents a speech_final."""

    type: ClassVar[str] = "UtteranceEnd"

    channel: tuple[int, ...]
    """Channel, and the number of channels."""

    last_word_end: float
    """End of the last word, in seconds; -1 where that word was final before, so that there is nothing new."""


@frozen
class StreamMetadata(WireObject):
    """Last message: totals of the connection."""

    type: ClassVar[str] = "Metadata"

    request_id: str
    """Id that the service gives the session."""

    duration: float
    """Length of the sound, in seconds."""

    channels: int
    """Number of channels."""

    created: str
    """Time of day, in ISO 8601."""

    sha256: str = ""
    """SHA-256 digest of the sound."""

    transaction_key: str = "deprecated"
    """Obsolete."""


@frozen
class NovaConfigureSuccess(WireObject):
    """The change is applied."""

    type: ClassVar[str] = "ConfigureSuccess"

    request_id: str | None = None
    """Id that the service gives the session."""

    keyterms: tuple[str, ...] | None = None
    """Words to listen for, if they were replaced."""


@frozen
class NovaConfigureFailure(WireObject):
    """The change was refused; all values stay."""

    type: ClassVar[str] = "ConfigureFailure"

    code: str | None = None
    """Code, such as `CONFIGURE_KEYTERMS_NOT_SUPPORTED`."""

    description: str | None = None
    """Reason, in words."""

    request_id: str | None = None
    """Id that the service gives the session."""


@frozen
class NovaError(WireObject):
    """Error over a message of the client; the stream goes on."""

    type: ClassVar[str] = "Error"

    variant: str = ""
    """Kind of error, such as `SchemaError`."""

    description: str = ""
    """Description, in words. May quote the message, which may be personal."""

    message: str | None = None
    """The message. May be personal."""

    code: str | None = None
    """Code; only in older messages."""


NovaServerMessage: TypeAlias = (
    NovaResults
    | NovaSpeechStarted
    | UtteranceEnd
    | StreamMetadata
    | NovaConfigureSuccess
    | NovaConfigureFailure
    | NovaError
    | WireUnknownMessage
)
"""Every message from a server, which never greets."""
