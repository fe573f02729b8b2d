"""Messages of `/v2/listen`, whose models (Flux) decide where a turn begins and ends.

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
    """Thresholds of a turn's end; an absent one keeps its value."""

    eager_eot_threshold: float | None = None
    """Confidence of an eager end, 0.3 to 0.9 and at most `eot_threshold`; without it there are none."""

    eot_threshold: float | None = None
    """Confidence of an end, 0.5 to 1; 1 is never reached."""

    eot_timeout_ms: int | None = None
    """Milliseconds of silence that end a turn at any confidence."""


@frozen
class FluxConfigure(WireObject):
    """Change of a running session. Answered by exactly one success or failure, for all of it."""

    type: ClassVar[str] = "Configure"

    thresholds: FluxThresholds | None = None
    """Thresholds of a turn's end."""

    keyterms: tuple[str, ...] | None = None
    """Words to listen for: replaces the list; an empty one clears it. May be personal."""

    language_hints: tuple[str, ...] | None = None
    """Languages to expect, for the multilingual model: replaces the list; an empty one clears it."""

    numerals: bool | None = None
    """Whether numbers are written in digits."""


FluxClientMessage: TypeAlias = FluxConfigure | ForceEndTurn | CloseStream | WireUnknownMessage
"""Every message from a client. There is no KeepAlive and no Finalize: either ends the connection."""


# --- server to client -------------------------------------------------------------------------------


@frozen
class FluxConnected(WireObject):
    """First message: the server listens."""

    type: ClassVar[str] = "Connected"

    request_id: str
    """Id that the service gives the session."""

    sequence_id: int = 0
    """Counts the server's messages."""


@frozen
class FluxWord(WireObject):
    """Word of a turn, with its capitals and punctuation."""

    word: str
    """The word. Personal."""

    confidence: float
    """Confidence of the model, from 0 to 1."""

    start: float | None = None
    """Beginning, in seconds of the connection's sound; absent before the middle of 2026."""

    end: float | None = None
    """End, in seconds of the connection's sound."""


@frozen
class TurnInfo(WireObject):
    """Turn at one moment: `Update`, `StartOfTurn`, `EagerEndOfTurn`, `TurnResumed` or `EndOfTurn`.

    An Update comes about every 0.25 s of sound, also in silence. An EndOfTurn has the text of the
    EagerEndOfTurn before it, unless a TurnResumed stands between them.
    """

    type: ClassVar[str] = "TurnInfo"

    event: str
    """Name of the event; an open list."""

    turn_index: int
    """Number of the turn, from 0; the same up to the turn's end."""

    audio_window_start: float
    """Beginning of the sound that it covers, in seconds."""

    audio_window_end: float
    """End of that sound, in seconds."""

    transcript: str
    """The whole turn so far. Personal."""

    words: tuple[FluxWord, ...]
    """Words of the turn."""

    end_of_turn_confidence: float
    """Confidence of the model that the turn is over, from 0 to 1."""

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
    """The change is applied; with all values that hold now."""

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
    """The change was refused; all values stay."""

    type: ClassVar[str] = "ConfigureFailure"

    code: str | None = None
    """Code, such as `INVALID_THRESHOLD`."""

    description: str | None = None
    """Reason, in words."""

    request_id: str | None = None
    """Id that the service gives the session."""

    sequence_id: int | None = None
    """Counts the server's messages."""


@frozen
class FluxWarning(WireObject):
    """Warning of the service; the session goes on."""

    type: ClassVar[str] = "Warning"

    code: str
    """Code, such as `FORCE_END_TURN_NO_ACTIVE_TURN`."""

    description: str = ""
    """Description, in words."""

    request_id: str | None = None
    """Id that the service gives the session."""

    sequence_id: int | None = None
    """Counts the server's messages."""


@frozen
class FluxError(WireObject):
    """Error of the service: the session is over, and the server closes."""

    type: ClassVar[str] = "Error"

    code: str
    """Code, such as `UNPARSABLE_CLIENT_MESSAGE`."""

    description: str = ""
    """Description, in words."""

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
"""Every message from a server."""
