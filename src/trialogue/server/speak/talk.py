"""Messages of a speaking socket, as a pure state machine that makes sentences of texts.

1. A sentence is spoken once the next one has begun; `Flush` speaks the rest, and is confirmed when that is
   sent.
2. `Clear` drops everything that is not sent yet. `Close` speaks the rest, then ends.
3. An invalid message, or too much text, closes the socket: this route has no error message.
"""

from __future__ import annotations

from collections import deque
from typing import Final, TypeAlias

from attrs import field

from trialogue.model.json_text import read_json
from trialogue.server.speak.speech import MAX_CHARS
from trialogue.speech.sentences import SentenceSplitter
from trialogue.values import define, frozen

__all__ = ["EndSpeaking", "ForgetSpeech", "Order", "SaySentence", "SpeakTalk", "TellFlushed", "WarnSpeaker"]

MAX_FLUSHES: Final = 20
MAX_CHARS_A_MINUTE: Final = 2400
_MINUTE_S: Final = 60.0


@frozen
class SaySentence:
    """Speak a sentence."""

    sentence: str = field(repr=False)
    """Text of the sentence. Personal."""


@frozen
class TellFlushed:
    """Confirm a `Flush` after everything ordered before."""


@frozen
class ForgetSpeech:
    """Stop, and drop everything that waits to be spoken."""


@frozen
class WarnSpeaker:
    """Send a warning at once."""

    code: str
    words: str


@frozen
class EndSpeaking:
    """Close the socket; if `is_orderly`, after everything that waits to be spoken."""

    code: int
    reason: str = ""
    is_orderly: bool = False


Order: TypeAlias = SaySentence | TellFlushed | ForgetSpeech | WarnSpeaker | EndSpeaking


@define
class SpeakTalk:
    """State machine of one socket's messages."""

    _text: SentenceSplitter = field(factory=SentenceSplitter, init=False)
    _flushed_at: deque[float] = field(factory=deque[float], init=False)
    _said: deque[tuple[float, int]] = field(factory=deque[tuple[float, int]], init=False)

    def take(self, message: str | bytes, now: float) -> list[Order]:
        """Commands after a message; `now` is in seconds on any clock."""
        if isinstance(message, bytes):
            return [EndSpeaking(1003, "MESSAGE-0000")]
        try:
            told: object = read_json(message)
        except ValueError:
            told = None
        match told:
            case {"type": "Speak", "text": str(text)}:
                return self._speak(text, now)
            case {"type": "Flush"}:
                return self._flush(now)
            case {"type": "Clear"}:
                self._text.flush()
                return [ForgetSpeech()]
            case {"type": "Close"}:
                return [*self._rest(), EndSpeaking(1000, is_orderly=True)]
            case _:
                return [EndSpeaking(1008, "DATA-0000")]

    def _speak(self, text: str, now: float) -> list[Order]:
        if not text:
            return []
        if len(text) > MAX_CHARS:
            return [EndSpeaking(1009, "BIG-0001")]
        while self._said and self._said[0][0] <= now - _MINUTE_S:
            self._said.popleft()
        self._said.append((now, len(text)))
        if sum(size for _, size in self._said) > MAX_CHARS_A_MINUTE:
            return [EndSpeaking(1008, "DATA-0001")]
        return [SaySentence(sentence) for sentence in self._text.feed(text)]

    def _flush(self, now: float) -> list[Order]:
        while self._flushed_at and self._flushed_at[0] <= now - _MINUTE_S:
            self._flushed_at.popleft()
        if len(self._flushed_at) >= MAX_FLUSHES:
            words = f"At most {MAX_FLUSHES} Flush messages in 60 seconds; this one was ignored."
            return [WarnSpeaker("EXCESSIVE_FLUSH", words)]
        self._flushed_at.append(now)
        return [*self._rest(), TellFlushed()]

    def _rest(self) -> list[Order]:
        return [SaySentence(sentence) for sentence in self._text.flush()]
