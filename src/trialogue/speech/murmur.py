"""Simulated speech engines, for tests and faults on demand: only they can read the words in their sound.

`Murmur` speaks a text as a constant whose value is the text's number, and recognizes only that. The silence
between utterances is real, so endpointing, playout and recordings behave as with voices.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from trialogue.arguments import checks_arguments
from trialogue.speech.engines import Engines
from trialogue.speech.ports import EdgeKind, Recognized, SpeechEdge, Spoken
from trialogue.speech.sentences import split_sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPEAK_RATE = 24_000
HEAR_RATE = 16_000
SECONDS_A_LETTER = 0.05
SECONDS_A_WORD = 0.2
"""Fewest seconds of a word: more than six words a second are never accepted (`speech.believing`)."""

_STEP = 8
"""Distance of values that survives resampling."""

_MOST = 4_000
"""Most sentences that are distinguished: their values fit a sample of 16 bits."""

_BLOCK = HEAR_RATE // 50
"""Samples of 20 ms, in which speech begins and ends."""


class Murmur:
    """Synthesizer and recognizer in one, which recognizes exactly what it has spoken.

    It knows as many sentences as a sample has values; beyond them it forgets the one that was spoken longest
    ago.
    """

    def __init__(self) -> None:
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._texts: dict[int, str] = {}
        self._knows_alone = Lock()

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        """Speak for 50 ms a letter, at least 200 ms a word, with 200 ms of silence after each sentence."""
        del voice
        for sentence in _sentences(text):
            value = _STEP * self._number_of(sentence)
            seconds = max(len(sentence) * SECONDS_A_LETTER, len(sentence.split()) * SECONDS_A_WORD)
            samples = array("h", [value]) * round(seconds * SPEAK_RATE)
            pcm = samples.tobytes() + bytes(2 * SPEAK_RATE // 5)
            yield Spoken(text=sentence, pcm=pcm, sample_rate=SPEAK_RATE)

    def _number_of(self, sentence: str) -> int:
        with self._knows_alone:  # engines work in threads
            number = self._numbers.get(sentence)
            if number is None:
                is_full = len(self._numbers) == _MOST
                number = self._numbers.popitem(last=False)[1] if is_full else len(self._numbers) + 1
                self._numbers[sentence] = number
                self._texts[number] = sentence
            self._numbers.move_to_end(sentence)
            return number

    def recognize(self, pcm: bytes) -> Recognized:
        """Words of the constants in order, each at least 100 ms long."""
        samples = np.frombuffer(pcm, "<i2", count=len(pcm) // 2)
        numbers = np.rint(samples / _STEP).astype(np.int32)
        ends = np.flatnonzero(np.diff(numbers, append=_MOST + 1))
        lengths = np.diff(ends, prepend=-1)
        said = (int(number) for number in numbers[ends[lengths >= HEAR_RATE // 10]] if number > 0)
        return Recognized(text=" ".join(self._texts[number] for number in said if number in self._texts))


class Threshold:
    """Detector for which any sample that is not nearly zero is speech."""

    @checks_arguments
    def __init__(self, hang_ms: int) -> None:
        self._hang = hang_ms * HEAR_RATE // 1000
        self._at = 0
        self._ended_at = 0
        self._is_speech = False

    def feed(self, pcm: bytes) -> list[SpeechEdge]:
        """Edges detected, in blocks of 20 ms."""
        samples = np.frombuffer(pcm, "<i2")
        speaks = bool(len(samples)) and _is_loud(samples)
        size = _BLOCK if speaks else max(1, len(samples))  # silence is the same in one block as in many
        edges: list[SpeechEdge] = []
        for start in range(0, len(samples), size):
            block = samples[start : start + size]
            began, self._at = self._at, self._at + len(block)
            if speaks and _is_loud(block):
                self._ended_at = self._at
                if not self._is_speech:
                    self._is_speech = True
                    edges.append(SpeechEdge(EdgeKind.STARTED, began))
            elif self._is_speech and self._at - self._ended_at >= self._hang:
                self._is_speech = False
                edges.append(SpeechEdge(EdgeKind.STOPPED, self._ended_at))
        return edges


def _is_loud(samples: NDArray[np.int16]) -> bool:
    return int(samples.max()) > _STEP // 2 or int(samples.min()) < -(_STEP // 2)


def murmuring_engines() -> Engines:
    """Engines for a whole meeting without weights: every word is recognized as it was spoken."""
    murmur = Murmur()
    return Engines(
        recognizer=murmur,
        synthesizer=murmur,
        open_detector=Threshold,
        recognizer_id="murmur",
        synthesizer_id="murmur",
    )


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in split_sentences(text) if any(c.isalpha() for c in sentence)]
