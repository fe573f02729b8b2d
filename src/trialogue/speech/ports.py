"""Ports of a speech engine: three small, synchronous Protocols that the rest of trialogue uses.

1. An engine is a function of its input: the same words in the same voice give the same bytes, and the same
   bytes the same words. Caches, replays and the virtual clock depend on it.
2. An engine may take tens of milliseconds and releases the GIL while it works; on a real clock call it in
   a thread, on a virtual clock in the loop. `Recognizer` and `Synthesizer` may be called from several
   threads at once; a `SpeechDetector` belongs to one stream and one caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final, Protocol

from trialogue.values import frozen

HEARING_RATE: Final = 16_000
"""Samples a second of all input of recognizers and detectors: linear16, mono."""


@frozen
class Recognized:
    """Words recognized in one stretch of audio."""

    text: str
    """Words, with capitals and punctuation; empty where nobody spoke."""

    no_speech: float = 0.0
    """Probability that there was no speech at all, from 0 to 1."""

    mean_logprob: float = 0.0
    """Mean natural log-probability of a token: near 0 is certain, below -1 a guess."""

    duration_s: float = 0.0
    """Length of the audio, in seconds."""


class Recognizer(Protocol):
    """Speech to text."""

    def recognize(self, pcm: bytes) -> Recognized:
        """Words in `pcm` (linear16 mono at 16 kHz, any length)."""
        ...


@frozen
class Spoken:
    """One sentence as sound."""

    text: str
    """Spoken sentence, without markup and addresses."""

    pcm: bytes
    """Samples, linear16 mono, with a short silence at the end so that sentences do not run together."""

    sample_rate: int
    """Samples a second of `pcm`."""

    @property
    def duration_s(self) -> float:
        """Playing time in seconds."""
        return len(self.pcm) / (2 * self.sample_rate)


class Synthesizer(Protocol):
    """Text to speech."""

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        """Yield the sound of `text` sentence by sentence, each when it is ready.

        Yields nothing for a text without letters.
        """
        ...


class EdgeKind(Enum):
    """Start or end of speech."""

    STARTED = "started"
    STOPPED = "stopped"


@frozen
class SpeechEdge:
    """Start or end of speech at a place in the stream; it is detected a little later than that place."""

    kind: EdgeKind
    """Whether speech started or stopped here."""

    at: int
    """Place in samples since the stream's beginning; the hang is not part of the speech."""


class SpeechDetector(Protocol):
    """Detector of the start and stop of speech in one stream."""

    def feed(self, pcm: bytes) -> list[SpeechEdge]:
        """Edges detected in the next `pcm` (linear16 mono at 16 kHz, any length)."""
        ...
