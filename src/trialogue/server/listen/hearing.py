"""Speech in one stream of sound: its places, and the sound that waits for recognition.

1. Places are counted in samples at 16 kHz since the stream's beginning, and given in seconds.
2. An utterance is one or more stretches of detected speech with pauses between them. The route decides that
   it has ended, and calls `forget`.
3. Sound is kept from a little before the first stretch: first consonants are quiet. A long utterance is
   taken in pieces, cut where it is quietest, so that no recognition grows without bound. A long pause cuts,
   too: with silence inside, the recognizer loses or repeats sentences.
4. Words get their times from their letters, spread over the detected speech: the recognizer gives none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from attrs import evolve, field

from trialogue.server.ear import quietest
from trialogue.speech.believing import believable
from trialogue.speech.ports import HEARING_RATE, EdgeKind, Recognized, SpeechDetector
from trialogue.values import define, frozen

__all__ = ["DETECTOR_HANG_MS", "HeardWord", "Piece", "StreamHearing"]

DETECTOR_HANG_MS: Final = 200
"""Shortest pause in milliseconds; the route decides what a pause ends."""

_WIDTH: Final = 2
_LEAD: Final = round(0.3 * HEARING_RATE)
_TAIL: Final = round(0.2 * HEARING_RATE)
_KEPT: Final = 2 * HEARING_RATE
"""Samples kept while nobody speaks, since a beginning is detected late."""

_PIECE: Final = 16 * HEARING_RATE
"""Length in samples from which an utterance is taken up to its last quiet place."""

_CUTTING_PAUSE: Final = HEARING_RATE
"""Length in samples of a pause after which the words before it are not recognized again.

Measured: with 2 to 4.5 seconds of silence between two sentences, one of them may be lost or repeated.
"""

_FIRST_S: Final = 0.4
"""Seconds of speech before an utterance's first words are recognized."""

_NEXT_S: Final = 1.0
"""Seconds of further speech before its words are recognized again."""


@frozen
class HeardWord:
    """One word with its place in the stream."""

    text: str = field(repr=False)
    """With capitals and punctuation. Personal."""

    start_s: float
    """Beginning, in seconds of the stream."""

    end_s: float
    """End, in seconds of the stream."""

    confidence: float
    """Confidence of the recognizer, from 0 to 1."""


@frozen
class Piece:
    """Sound that waits for recognition."""

    pcm: bytes = field(repr=False)
    """Samples at 16 kHz."""

    stretches: tuple[tuple[float, float], ...]
    """Stretches of speech in the stream, in seconds."""

    is_whole: bool
    """Whether its end is silence, so that its words stay the same until somebody speaks again."""

    is_fixed: bool = False
    """Whether it is the first part of a long utterance, which is not recognized again."""

    def words(self, recognized: Recognized) -> tuple[HeardWord, ...]:
        """Recognized words that count as said, with their places."""
        speech_s = sum(end - begin for begin, end in self.stretches)
        texts = believable(recognized, speech_s).split()
        confidence = round(min(1.0, math.exp(recognized.mean_logprob)), 3)
        letters, done, total = [len(text) for text in texts], 0, sum(map(len, texts))
        words: list[HeardWord] = []
        for text, size in zip(texts, letters, strict=True):
            start = self._place(done / total * speech_s)
            done += size
            words.append(HeardWord(text, start, self._place(done / total * speech_s), confidence))
        return tuple(words)

    def _place(self, spoken_s: float) -> float:
        """Place in the stream by which so many seconds have been spoken, pauses left out."""
        for begin, end in self.stretches:
            if spoken_s <= end - begin:
                return round(begin + spoken_s, 3)
            spoken_s -= end - begin
        return round(self.stretches[-1][1], 3)


@define
class StreamHearing:
    """Detection in one stream, block by block; `piece` gives the next sound to recognize."""

    detector: SpeechDetector
    """Detector, opened with a hang of `DETECTOR_HANG_MS`."""

    at: int = field(default=0, init=False)
    """Number of samples taken so far."""

    fixed: tuple[HeardWord, ...] = field(default=(), init=False)
    """Words of the pieces that are not recognized again."""

    words: tuple[HeardWord, ...] = field(default=(), init=False)
    """All words of the utterance known so far."""

    _held: bytearray = field(factory=bytearray, init=False)
    _stretches: list[tuple[int, int | None]] = field(factory=list[tuple[int, int | None]], init=False)
    _began: int = field(default=0, init=False)
    _asked_at: int = field(default=0, init=False)
    _is_settled: bool = field(default=True, init=False)

    @property
    def at_s(self) -> float:
        """Seconds of sound taken so far."""
        return self.at / HEARING_RATE

    @property
    def is_speaking(self) -> bool:
        """Whether somebody speaks."""
        return bool(self._stretches) and self._stretches[-1][1] is None

    @property
    def is_open(self) -> bool:
        """Whether an utterance has begun and is not forgotten."""
        return bool(self._stretches)

    @property
    def began_s(self) -> float:
        """Beginning of the utterance, in seconds."""
        return self._began / HEARING_RATE

    @property
    def silence_s(self) -> float:
        """Seconds of silence since the utterance's last speech; 0 while somebody speaks."""
        stopped = self._stretches[-1][1] if self._stretches else None
        return 0.0 if stopped is None else (self.at - stopped) / HEARING_RATE

    def feed(self, pcm: bytes) -> None:
        """Take the next block."""
        self._held += pcm
        self.at += len(pcm) // _WIDTH
        for edge in self.detector.feed(pcm):
            if edge.kind is EdgeKind.STARTED:
                self._asked_at = edge.at
                if not self._stretches:
                    self._began = edge.at
                elif self._is_settled and edge.at - (self._stretches[-1][1] or edge.at) >= _CUTTING_PAUSE:
                    self._fix_all(edge.at)
                self._stretches.append((edge.at, None))
                self._is_settled = False
            elif self.is_speaking:
                self._stretches[-1] = (self._stretches[-1][0], max(edge.at, self._stretches[-1][0]))
        if not self._stretches:
            del self._held[: max(0, len(self._held) - _KEPT * _WIDTH)]

    def piece(self) -> Piece | None:
        """Piece to recognize now; None where there is none."""
        if self._is_settled:
            return None
        if len(self._held) >= _PIECE * _WIDTH:
            return self._fixed_piece()
        spoken = self.at - self._asked_at
        wait_s = _FIRST_S if self._asked_at == self._began else _NEXT_S
        if self.is_speaking and spoken < wait_s * HEARING_RATE:
            return None
        self._asked_at = self.at
        self._is_settled = not self.is_speaking
        return self._piece_to(self.at, is_whole=self._is_settled)

    def understood(self, piece: Piece, recognized: Recognized) -> None:
        """Take the recognized text of a piece."""
        words = piece.words(recognized)
        if piece.is_fixed:
            self.fixed += words
            self.words = self.fixed
        else:
            self.words = self.fixed + words

    def rest(self) -> Piece | None:
        """Piece of everything without final words, at the end of the stream; None where there is nothing."""
        if self._is_settled:
            return None
        self._is_settled = True
        return self._piece_to(self.at, is_whole=True)

    def forget(self) -> None:
        """Forget the utterance; a person who is still speaking begins a new one here."""
        speaks_on = self.is_speaking
        self.fixed = self.words = ()
        self._stretches = [(self.at, None)] if speaks_on else []
        self._is_settled = not speaks_on
        self._began = self._asked_at = self.at
        kept = 0 if speaks_on else _KEPT * _WIDTH
        del self._held[: max(0, len(self._held) - kept)]

    def _fix_all(self, at: int) -> None:
        """Keep the words so far as they are: what follows is recognized without the sound before `at`."""
        self.fixed = self.words
        self._stretches.clear()
        del self._held[: max(0, at - _LEAD - self._held_from) * _WIDTH]

    def _fixed_piece(self) -> Piece:
        begins = self._held_from
        cut = begins + quietest(bytes(self._held))
        piece = evolve(self._piece_to(cut, is_whole=False), is_fixed=True)
        del self._held[: (cut - begins) * _WIDTH]
        later = [(max(b, cut), e) for b, e in self._stretches if e is None or e > cut]
        self._stretches = later or [(cut, cut)]
        return piece

    def _piece_to(self, end: int, *, is_whole: bool) -> Piece:
        """Piece of the utterance up to `end`, with a little sound before and after its speech."""
        first = max(self._held_from, self._stretches[0][0] - _LEAD)
        stopped = self._stretches[-1][1]
        last = end if stopped is None else min(end, stopped + _TAIL)
        offset = self._held_from
        pcm = bytes(self._held[(first - offset) * _WIDTH : (last - offset) * _WIDTH])
        return Piece(pcm, _within(self._stretches, end), is_whole)

    @property
    def _held_from(self) -> int:
        return self.at - len(self._held) // _WIDTH


def _within(stretches: Sequence[tuple[int, int | None]], end: int) -> tuple[tuple[float, float], ...]:
    """Parts of the stretches that lie before `end`, in seconds."""
    found = [(begin, min(end, end if stop is None else stop)) for begin, stop in stretches if begin < end]
    return tuple((begin / HEARING_RATE, stop / HEARING_RATE) for begin, stop in found)
