"""Messages of a `/v2/speak` socket, as a pure state machine that makes turns of texts.

1. A turn begins with the first `Speak` and ends with `Flush`; later texts belong to the next turn.
2. Texts are joined as they come. A sentence is spoken once the next one has begun.
3. The speaker, which knows what was sent, judges an `Interrupt`; if it is valid, `forget` drops the turn's
   text.
4. An invalid message, or too much text, causes an `Error` and the end.
"""

from __future__ import annotations

import uuid
from typing import Any, Final, TypeAlias, cast

from attrs import field

from trialogue.model.json_text import read_json
from trialogue.server.speak.speech import MAX_CHARS
from trialogue.server.speak.talk import SaySentence, WarnSpeaker
from trialogue.speech.sentences import SentenceSplitter
from trialogue.values import define, frozen

__all__ = [
    "CloseSpeech",
    "EndSession",
    "FailSpeech",
    "FluxOrder",
    "FluxTalk",
    "OpenSpeech",
    "StopSpeech",
    "TellConfigured",
    "TellSpeechFlushed",
]

MAX_TURN_CHARS: Final = 20_000
"""Most characters of one turn: more than an hour of speech."""

SPEEDS: Final = (0.5, 1.5)
_STEP: Final = 0.05


@frozen
class OpenSpeech:
    """Report the beginning of a turn, in its place."""

    speech_id: str
    """Id of the turn."""


@frozen
class TellSpeechFlushed:
    """Report at once that a turn has all its text."""

    speech_id: str
    """Id of the turn."""


@frozen
class CloseSpeech:
    """Report the totals of a turn, after all its sound."""

    characters: int
    """Number of characters to speak."""


@frozen
class StopSpeech:
    """Stop speaking, if there is speech to stop: the user has begun to speak."""

    offset_ms: int | None
    """Milliseconds of the session's sound that were played by then; None where the client does not say."""


@frozen
class TellConfigured:
    """Answer a `Configure` at once."""

    answer: dict[str, Any]
    """Message to send."""


@frozen
class FailSpeech:
    """Send an error, and close the socket."""

    code: str
    words: str


@frozen
class EndSession:
    """Report the session's totals, after everything that waits to be spoken, and close the socket."""


FluxOrder: TypeAlias = (
    OpenSpeech
    | SaySentence
    | TellSpeechFlushed
    | CloseSpeech
    | StopSpeech
    | TellConfigured
    | WarnSpeaker
    | FailSpeech
    | EndSession
)


@define
class FluxTalk:
    """State machine of one socket's messages."""

    request_id: str
    """Id from which the turns' ids are made."""

    _turns: int = field(default=0, init=False)
    _speech_id: str = field(default="", init=False)
    _text: SentenceSplitter = field(factory=SentenceSplitter, init=False)
    _characters: int = field(default=0, init=False)
    _has_words: bool = field(default=False, init=False)

    def take(self, message: str | bytes) -> list[FluxOrder]:
        """Commands after a message."""
        if isinstance(message, bytes):
            return [FailSpeech("MESSAGE-0000", "Messages on this socket are text.")]
        try:
            told: object = read_json(message)
        except ValueError:
            told = None
        match told:
            case {"type": "Speak", "text": str(text)}:
                return self._speak(text)
            case {"type": "Flush"}:
                return self._flush()
            case {"type": "Interrupt"}:
                return [_interrupted(cast("dict[str, Any]", told))]
            case {"type": "Configure"}:
                return [_configured(cast("dict[str, Any]", told).get("speed"))]
            case {"type": "Close"}:
                return [*(self._flush() if self._speech_id else []), EndSession()]
            case _:
                return [FailSpeech("DATA-0000", "There is no such message on this socket.")]

    def forget(self) -> tuple[str, int]:
        """Drop the turn under way; its text that was not ordered yet, and its number of characters."""
        rest, characters = " ".join(self._text.flush()), self._characters
        self._speech_id, self._characters, self._has_words = "", 0, False
        return rest, characters

    def _speak(self, text: str) -> list[FluxOrder]:
        if len(text) > MAX_CHARS:
            return [FailSpeech("BIG-0000", f"A text may have at most {MAX_CHARS} characters.")]
        if self._characters + len(text) > MAX_TURN_CHARS:
            return [FailSpeech("BIG-0000", f"A turn may have at most {MAX_TURN_CHARS} characters.")]
        opened: list[FluxOrder] = [] if self._speech_id else [OpenSpeech(self._next_id())]
        self._characters += len(text)
        self._has_words = self._has_words or any(map(str.isalnum, text))
        return [*opened, *map(SaySentence, self._text.feed(text))]

    def _next_id(self) -> str:
        self._turns += 1
        made = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.request_id}/{self._turns}")
        self._speech_id = f"dg_sp_{made.hex[:12]}"
        return self._speech_id

    def _flush(self) -> list[FluxOrder]:
        if not self._speech_id:
            return [WarnSpeaker("NO_ACTIVE_SPEECH", "There is no turn that could be flushed.")]
        rest: list[FluxOrder] = [*map(SaySentence, self._text.flush())]
        if not self._has_words:
            rest = [WarnSpeaker("NO_SYNTHESIZABLE_TEXT", "The turn has nothing that could be spoken.")]
        orders = [TellSpeechFlushed(self._speech_id), *rest, CloseSpeech(self._characters)]
        self.forget()
        return orders


def _interrupted(message: dict[str, Any]) -> FluxOrder:
    match message.get("playback_offset"):
        case None:
            return StopSpeech(None)
        case {"type": "time_ms", "value": int(value)}:
            return StopSpeech(value)
        case _:
            return WarnSpeaker("INVALID_INTERRUPT_OFFSET", "playback_offset is {type: time_ms, value: MS}.")


def _configured(speed: object) -> FluxOrder:
    if not isinstance(speed, int | float) or isinstance(speed, bool):
        return FailSpeech("DATA-0002", "Configure wants a speed.")
    code = None
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        code, words = "SPEED_OUT_OF_RANGE", f"speed is from {SPEEDS[0]} to {SPEEDS[1]}."
    elif abs(speed / _STEP - round(speed / _STEP)) > 1e-6:
        code, words = "SPEED_INCREMENT_INVALID", f"speed goes in steps of {_STEP}."
    else:
        return TellConfigured({"type": "ConfigureSuccess", "applied": {"speed": speed}})
    failed = {"code": code, "field": "speed", "value": speed, "description": words}
    return TellConfigured({"type": "ConfigureFailure", **failed})
