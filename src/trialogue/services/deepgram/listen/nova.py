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
    """Ask for a final result of the sound so far; none may come where there was little."""

    type: ClassVar[str] = "Finalize"

    channel: int | None = None
    """Channel; all where absent."""


@frozen
class NovaConfigure(WireObject):
    """Change the session while it listens. Answered by exactly one success or failure."""

    type: ClassVar[str] = "Configure"

    keyterms: tuple[str, ...] | None = None
    """Words to listen for: replaces the list, an empty one clears it. May be personal."""

    features: Mapping[str, bool] | None = field(default=None, hash=False)
    """Features that are switched on or off, as `numerals`."""


NovaClientMessage: TypeAlias = KeepAlive | Finalize | NovaConfigure | CloseStream | WireUnknownMessage
"""All that a client may send; ForceEndTurn is answered by an Error."""


# --- server to client -------------------------------------------------------------------------------


@frozen
class NovaWord(WireObject):
    """One word of a result."""

    word: str
    """The word without capitals and punctuation. Personal."""

    start: float
    """Beginning, in seconds of the connection's sound."""

    end: float
    """End."""

    confidence: float
    """Confidence of the model, 0 to 1."""

    punctuated_word: str | None = None
    """The word with capitals and punctuation. Personal."""

    language: str | None = None
    """Language, where several were expected."""

    speaker: int | None = None
    """Number of the voice, where voices are told apart."""


@frozen
class NovaAlternative(WireObject):
    """One reading of a stretch of sound; the first is the likeliest."""

    transcript: str
    """The words; empty for silence. Personal."""

    confidence: float
    """Confidence of the model, 0 to 1."""

    words: tuple[NovaWord, ...] = ()
    """The words with their times."""

    languages: tuple[str, ...] | None = None
    """Languages that were heard, where several were expected."""

    languages_hinted: tuple[str, ...] | None = None
    """Languages that were expected."""


@frozen
class NovaChannel(WireObject):
    """The readings of one channel."""

    alternatives: tuple[NovaAlternative, ...]
    """The likeliest first."""


@frozen
class NovaModel(WireObject):
    """The model that listened."""

    name: str
    """Its name, as `general-nova-3`."""

    version: str
    """Its version."""

    arch: str
    """Its kind, as `nova-3`."""


@frozen
class NovaResultsMetadata(WireObject):
    """Metadata that every result repeats."""

    request_id: str
    """Id that the service gives the session."""

    model_info: NovaModel
    """The model that listened."""

    model_uuid: str
    """Its id."""

    diarize_info: Json = field(default=None, hash=False)
    """Model that told voices apart."""


@frozen
class NovaResults(WireObject):
    """Words understood in a stretch of sound; an interim result is replaced by the next of its stretch."""

    type: ClassVar[str] = "Results"

    channel_index: tuple[int, ...]
    """Channel, and the number of channels."""

    duration: float
    """Length of the stretch, in seconds."""

    start: float
    """Beginning."""

    channel: NovaChannel
    """The readings."""

    metadata: NovaResultsMetadata | None = None
    """The session and its model."""

    is_final: bool | None = None
    """Whether this stretch is not revised any more: the next begins where it ends."""

    speech_final: bool | None = None
    """Whether the speaker has paused for as long as `endpointing` says."""

    from_finalize: bool | None = None
    """Whether Finalize asked for it."""

    entities: tuple[Json, ...] | None = field(default=None, hash=False)
    """Entities that were found in the words. Personal."""


@frozen
class NovaSpeechStarted(WireObject):
    """Somebody begins to speak (where `vad_events` are asked for); it may lag behind the words."""

    type: ClassVar[str] = "SpeechStarted"

    channel: tuple[int, ...]
    """Channel, and the number of channels."""

    timestamp: float
    """Place in the connection's sound, in seconds."""


@frozen
class UtteranceEnd(WireObject):
    """A gap between words as long as `utterance_end_ms`; also where speech_final never comes, as in noise."""

    type: ClassVar[str] = "UtteranceEnd"

    channel: tuple[int, ...]
    """Channel, and the number of channels."""

    last_word_end: float
    """Place where the last word ends; -1 where that was final before, which says nothing new."""


@frozen
class StreamMetadata(WireObject):
    """The last message: what the connection was."""

    type: ClassVar[str] = "Metadata"

    request_id: str
    """Id that the service gives the session."""

    duration: float
    """Sound that there was, in seconds."""

    channels: int
    """Number of channels that it had."""

    created: str
    """Moment, in ISO 8601."""

    sha256: str = ""
    """A digest of the sound."""

    transaction_key: str = "deprecated"
    """Of no use any more."""


@frozen
class NovaConfigureSuccess(WireObject):
    """A change holds."""

    type: ClassVar[str] = "ConfigureSuccess"

    request_id: str | None = None
    """Id that the service gives the session."""

    keyterms: tuple[str, ...] | None = None
    """The list, where it was replaced."""


@frozen
class NovaConfigureFailure(WireObject):
    """A change was refused; all stays as it was."""

    type: ClassVar[str] = "ConfigureFailure"

    code: str | None = None
    """Code, as `CONFIGURE_KEYTERMS_NOT_SUPPORTED`."""

    description: str | None = None
    """Reason, in words."""

    request_id: str | None = None
    """Id that the service gives the session."""


@frozen
class NovaError(WireObject):
    """A message of the client's was not understood; the stream goes on."""

    type: ClassVar[str] = "Error"

    variant: str = ""
    """Kind of error, as `SchemaError`."""

    description: str = ""
    """In words. May quote the message, which may be personal."""

    message: str | None = None
    """The message. May be personal."""

    code: str | None = None
    """In older frames only."""


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
"""All that a server may send; it never greets."""
