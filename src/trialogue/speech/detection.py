"""Voice activity detection: Silero VAD on onnxruntime, with a hysteresis that makes edges of probabilities.

1. The stream is cut into windows of 512 samples (32 ms); the model sees each with the 64 samples before it.
2. Speech starts where two windows in a row reach 0.5; it stops where a window falls below 0.35 and none
   reaches 0.5 again within the hang. For 0.6 s after that, one window that does starts it again.
3. While nobody speaks, the model does not run for a window of digital silence: agents are fed silence for
   minutes, in virtual time at full speed. The model's memory is then that of two seconds of silence; without
   any memory it would detect the next start up to five windows later.
4. The first window after such silence begins with the sound: so a sentence has the same windows at any place
   in a stream, and is found in the cache (`detection_cache`).

The weights are `silero_vad_16k_op15.onnx` (MIT, https://github.com/snakers4/silero-vad).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol, assert_never, cast

import numpy as np
from numpy.typing import NDArray

from trialogue.speech.detection_cache import Recalling
from trialogue.speech.ports import HEARING_RATE, EdgeKind, SpeechEdge
from trialogue.speech.store import Store
from trialogue.speech.wheels import loading, require, verified

WINDOW: Final = 512
"""Samples a window, as the model was trained at 16 kHz."""

HANG_MS: Final = 800
"""Milliseconds of pause that end speech: 512 ms would split turns between two sentences."""

_CONTEXT: Final = 64
_SILENCE: Final = bytes(2 * WINDOW)
_ON: Final = 0.5
_OFF: Final = 0.35
_AGAIN: Final = 6 * HEARING_RATE // 10
"""Samples after the fall of a voice in which one window starts it again (0.6 s): after a pause of 0.3 s the
model may need 0.15 s to detect it again.
"""
_WEIGHTS: Final = Path(__file__).parent / "weights" / "silero_vad_16k_op15.onnx"
_LOADING: Final = Lock()
_SHA256: Final = "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49"

SILERO: Final = f"silero-16k-op15-{_SHA256[:12]}-1"
"""Name of the model in cache keys: its weights, and the revision of this module."""


class _Phase(Enum):
    """Phase of the hysteresis."""

    QUIET = auto()
    RISING = auto()
    SPEAKING = auto()
    HANGING = auto()


class Hysteresis:
    """Hysteresis that makes edges of each window's probability."""

    def __init__(self, hang_samples: int) -> None:
        self._hang = hang_samples
        self._phase = _Phase.QUIET
        self._edge_at = 0
        self._again_until = 0

    @property
    def quiet(self) -> bool:
        """Whether there is no speech, and none is about to begin."""
        return self._phase is _Phase.QUIET

    def feed(self, probability: float, at: int) -> SpeechEdge | None:
        """Take the probability of speech in the window that begins at sample `at`; its edges."""
        match self._phase:
            case _Phase.QUIET:
                if probability >= _ON:
                    self._phase, self._edge_at = _Phase.RISING, at
                    if at < self._again_until:
                        return self._started()
            case _Phase.RISING:
                if probability >= _ON:
                    return self._started()
                self._phase = _Phase.QUIET
            case _Phase.SPEAKING:
                if probability < _OFF:
                    self._phase, self._edge_at = _Phase.HANGING, at
            case _Phase.HANGING:
                return self._hanging(probability, at)
            case _ as never:
                assert_never(never)
        return None

    def _started(self) -> SpeechEdge:
        self._phase = _Phase.SPEAKING
        return SpeechEdge(EdgeKind.STARTED, self._edge_at)

    def _hanging(self, probability: float, at: int) -> SpeechEdge | None:
        if probability >= _ON:
            self._phase = _Phase.SPEAKING
        elif at + WINDOW - self._edge_at >= self._hang:
            self._phase = _Phase.QUIET
            self._again_until = self._edge_at + _AGAIN
            return SpeechEdge(EdgeKind.STOPPED, self._edge_at)
        return None


class SpeechProbability(Protocol):
    """Model with a memory of one stream."""

    def of(self, window: bytes) -> float:
        """Probability of speech in the next 512 samples, linear16 at 16 kHz."""
        ...

    def forget(self) -> None:
        """Reset the memory to that of silence."""
        ...


class SileroDetector:
    """Detector of edges of speech in one 16 kHz stream."""

    def __init__(self, model: SpeechProbability, hang_ms: int = HANG_MS) -> None:
        self._model = model
        self._hysteresis = Hysteresis(hang_ms * HEARING_RATE // 1000)
        self._rest = b""
        self._at = 0
        self._rests = True

    def feed(self, pcm: bytes) -> list[SpeechEdge]:
        """Edges detected in the next `pcm`; bytes short of a window wait for the rest."""
        stream = self._rest + pcm
        edges: list[SpeechEdge] = []
        place = self._sound_from(stream, 0)
        while place + 2 * WINDOW <= len(stream):
            window = stream[place : place + 2 * WINDOW]
            if self._hysteresis.quiet and window == _SILENCE:
                self._model.forget()
                self._rests = True
            elif (edge := self._hysteresis.feed(self._model.of(window), self._at)) is not None:
                edges.append(edge)
            self._at += WINDOW
            place = self._sound_from(stream, place + 2 * WINDOW)
        self._rest = stream[place:]
        return edges

    def _sound_from(self, stream: bytes, place: int) -> int:
        """Place where the next window begins: after the silence for which the model does not run."""
        if not self._rests or place >= len(stream):
            return place
        behind = stream[place:]
        zeros = (len(behind) - len(behind.lstrip(b"\0"))) // 2
        self._at += zeros
        self._rests = 2 * zeros == len(behind) & ~1
        return place + 2 * zeros


_Run = Callable[[None, dict[str, NDArray[Any]]], list[NDArray[np.float32]]]
_RATE: Final = np.array(HEARING_RATE, np.int64)
_SETTLED: Final = 64
"""Windows of silence after which the model's memory hardly changes."""


class Silero:
    """Model with a memory of one stream; all share the weights and the memory of silence."""

    def __init__(self, run: _Run, silence: NDArray[np.float32] | None = None) -> None:
        self._run = run
        self._silence = np.zeros((2, 1, 128), np.float32) if silence is None else silence
        self._input = np.zeros((1, _CONTEXT + WINDOW), np.float32)
        self.state = self._silence

    def of(self, window: bytes) -> float:
        """Probability of speech in the next 512 samples, linear16 at 16 kHz."""
        self._input[0, :_CONTEXT] = self._input[0, WINDOW:]
        self._input[0, _CONTEXT:] = np.frombuffer(window, "<i2") * np.float32(1 / 32_768)
        probability, self.state = self._run(None, {"input": self._input, "state": self.state, "sr": _RATE})
        return float(probability[0, 0])

    def forget(self) -> None:
        """Reset the memory to that of silence."""
        if self.state is not self._silence:
            self._input[:] = 0
            self.state = self._silence

    def memory(self) -> bytes:
        """Memory of the stream (see `detection_cache`)."""
        return self.state.tobytes() + self._input[0, WINDOW:].tobytes()

    def remember(self, memory: bytes) -> None:
        """Set the memory (see `detection_cache`)."""
        values = np.frombuffer(memory, np.float32)
        self.state = values[:-_CONTEXT].reshape(self._silence.shape)
        self._input[0, WINDOW:] = values[-_CONTEXT:]


def open_recalling(store: Store, hang_ms: int = HANG_MS) -> SileroDetector:
    """Detector for a new stream whose sound may be cached; the weights load only where it is not."""
    return SileroDetector(Recalling(opened, SILERO, store), hang_ms)


def opened() -> Silero:
    """Model for a new stream."""
    with _LOADING:
        return Silero(*_shared())


def open_silero(hang_ms: int = HANG_MS) -> SileroDetector:
    """Detector for a new stream; the first call, in any thread, loads the weights.

    Raises SetupError where onnxruntime is missing or the weights are not those that trialogue ships.
    """
    return SileroDetector(opened(), hang_ms)


@cache
def _shared() -> tuple[_Run, NDArray[np.float32]]:
    """Loaded model and its memory of silence."""
    onnxruntime = require("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = str(verified(_WEIGHTS, _SHA256))
    with loading("the detector of speech"):
        session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    run = cast("_Run", session.run)
    silero = Silero(run)
    for _ in range(_SETTLED):
        silero.of(_SILENCE)
    return run, silero.state
