"""Clips: sound that stands in for a person, from a file or from a voice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from trialogue.speech.ports import Synthesizer
from trialogue.speech.resample import Resampler


def spoken(synthesizer: Synthesizer, text: str, voice: str, sample_rate: int) -> bytes:
    """`text` spoken by a voice of the local engine, as linear16 mono at `sample_rate`. Blocks meanwhile."""
    sound = bytearray()
    resampler: Resampler | None = None
    for sentence in synthesizer.synthesize(text, voice):
        resampler = resampler or Resampler(sentence.sample_rate, sample_rate)
        sound += resampler.feed(sentence.pcm)
    return bytes(sound + resampler.flush()) if resampler else b""


class ClipPlayer:
    """Feed that plays clips one after another, each from the tick at which it was requested."""

    def __init__(self, clips: Iterable[bytes]) -> None:
        self._clips = tuple(clips)
        self._waiting: deque[bytes] = deque()
        self._at = 0

    def play(self, number: int) -> None:
        """Play a clip (numbered from 0), after those before it."""
        self._waiting.append(self._clips[number])

    @property
    def is_playing(self) -> bool:
        """Whether a clip is not yet played to its end."""
        return bool(self._waiting)

    def pull(self, samples: int) -> bytes | None:
        """Next `samples` of the clips, padded at a clip's end; None for silence."""
        while self._waiting:
            pcm = self._waiting[0][self._at : self._at + 2 * samples]
            self._at += len(pcm)
            if self._at >= len(self._waiting[0]):
                self._waiting.popleft()
                self._at = 0
            if pcm:
                return pcm.ljust(2 * samples, b"\0")
        return None

    def __repr__(self) -> str:
        """Status line."""
        return f"<ClipPlayer: {len(self._clips)} clips, {len(self._waiting)} to play>"
