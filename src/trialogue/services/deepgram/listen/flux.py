"""Messages of `/v2/listen`, whose models (Flux) say themselves when a turn begins and ends.

Every server message counts on in `sequence_id`, from 0. Times are seconds of the connection's own sound.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from trialogue.services.deepgram.listen.messages import CloseStream
from trialogue.services.deepgram.messages import ForceEndTurn, WireUnknownMessage
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen

# --- client to server -------------------------------------------------------------------------------


@frozen
class FluxThresholds(WireObject):
    """When a turn ends. What is absent stays as it is."""

    eager_eot_threshold: float | None = None
    """Confidence of the model at an eager end, 0.3 to 0.9 and at most `eot_threshold`; none without it."""

    eot_threshold: float | None = None
    """Confidence at an end, 0.5 to 1; 1 is never."""

    eot_timeout_ms: int | None = None
    """Silence that ends a turn all the same, in milliseconds."""


@frozen
class FluxConfigure(WireObject):
    """Change the session while it listens. Answered by exactly one success or failure; all or nothing."""

    type: ClassVar[str] = "Configure"

    thresholds: FluxThresholds | None = None
    """Thresholds of a turn's end."""

    keyterms: tuple[str, ...] | None = None
    """Words to listen for: replaces the list, an empty one clears it. May be personal."""

    language_hints: tuple[str, ...] | None = None
    """Languages to expect, for the multilingual model; replaces, clears."""

    numerals: bool | None = None
    """Whether numbers are written in digits."""


FluxClientMessage: TypeAlias = FluxConfigure | ForceEndTurn | CloseStream | WireUnknownMessage
"""All that a client may send. There is no KeepAlive and no Finalize: either ends the connection."""


# --- server to client -------------------------------------------------------------------------------


@frozen
class FluxConnected(WireObject):
    """The first message: the server listens."""

    type: ClassVar[str] = "Connected"

    request_id: str
    """Id that the service gives the session."""

    sequence_id: int = 0
    """Counts the server's messages."""


@frozen
class FluxWord(WireObject):
    """One word of a turn, with its capitals and punctuation."""

    word: str
    """The word. Personal."""

    confidence: float
    """Confidence of the model, 0 to 1."""

    start: float | None = None
    """Beginning, in seconds of the connection's sound; absent before the middle of 2026."""

    end: float | None = None
    """End."""


@frozen
class TurnInfo(WireObject):
    """The turn as it stands: `Update`, `StartOfTurn`, `EagerEndOfTurn`, `TurnResumed` or `EndOfTurn`.

    An Update comes about every 0.25 s of sound, in silence too. The text of an EndOfTurn is that of the
    EagerEndOfTurn before it, or a TurnResumed stands between them.
    """

    type: ClassVar[str] = "TurnInfo"

    event: str
    """Name of what has happened; an open list."""

    turn_index: int
    """Counts turns from 0; the same up to the turn's end."""

    audio_window_start: float
    """Place where the sound begins that this is about, in seconds."""

    audio_window_end: float
    """End."""

    transcript: str
    """The whole turn so far. Personal."""

    words: tuple[FluxWord, ...]
    """Its words."""

    end_of_turn_confidence: float
    """Confidence of the model that nothing more comes, 0 to 1."""

    trigger: str | None = None
    """Cause of the turn's end, on EndOfTurn only: `model`, `manual`, `timeout`; an open list."""

    languages: tuple[str, ...] | None = None
    """Languages that were heard (the multilingual model only)."""

    languages_hinted: tuple[str, ...] | None = None
    """Languages that were expected."""

    request_id: str | None = None
    """Id that the service gives the session."""

    sequence_id: int | None = None
    """Counts the server's messages."""


@frozen
class FluxConfigureSuccess(WireObject):
    """A change holds; with all that holds now."""

    type: ClassVar[str] = "ConfigureSuccess"

    thresholds: FluxThresholds
    """Thresholds of a turn's end."""

    keyterms: tuple[str, ...] = ()
    """Words to listen for."""

    language_hints: tuple[str, ...] | None = None
    """Languages to expect."""

    numerals: bool | None = None
    """Whether numbers are written in digits."""

    request_id: str | None = None
    """Id that the service gives the session."""

    sequence_id: int | None = None
    """Counts the server's messages."""


@frozen
class FluxConfigureFailure(WireObject):
    """A change was refused; all stays as it was."""

    type: ClassVar[str] = "ConfigureFailure"

    code: str | None = None
    """Code, as `INVALID_THRESHOLD`."""

    description: str | None = None
    """Reason, in words."""

    request_id: str | None = None
    """Id that the service gives the session."""

    sequence_id: int | None = None
    """Counts the server's messages."""


@frozen
class FluxWarning(WireObject):
    """Warning of a service whose session goes on."""

    type: ClassVar[str] = "Warning"

    code: str
    """As `FORCE_END_TURN_NO_ACTIVE_TURN`."""

    description: str = ""
    """In words."""

    request_id: str | None = None
    """Id that the service gives the session."""

    sequence_id: int | None = None
    """Counts the server's messages."""


@frozen
class FluxError(WireObject):
    """The session is over; the server closes."""

    type: ClassVar[str] = "Error"

    code: str
    """As `UNPARSABLE_CLIENT_MESSAGE`."""

    description: str = ""
    """In words."""

    sequence_id: int | None = None
    """Counts the server's messages."""


FluxServerMessage: TypeAlias = (
    FluxConnected
    | TurnInfo
    | FluxConfigureSuccess
    | FluxConfigureFailure
    | FluxWarning
    | FluxError
    | WireUnknownMessage
)
"""All that a server may send."""
