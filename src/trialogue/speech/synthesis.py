"""Synthesis: hibari, one small English voice on onnxruntime, modified into many.

1. The network predicts pitch and three spectral envelopes; this module scales the pitch and stretches the
   envelopes before hibari's signal processing makes sound of them. It uses internals of hibari 0.2.1, so the
   version is pinned and checked.
2. The same sentence in the same voice gives the same bytes: both seed the random numbers.
3. hibari's sentences begin with 0.3 s and end with 0.5 s of silence, for which a listener would wait. The
   silence is cut, and a pause of 200 ms follows the sound.
4. Words in other letters than Latin are left out of the speech, and of `Spoken.text`: they would be
   gibberish.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from trialogue.errors import SetupError
from trialogue.speech.ports import Spoken
from trialogue.speech.sentences import split_sentences
from trialogue.speech.spoken_text import sayable, speakable
from trialogue.speech.voices import VoiceShape, voice_for
from trialogue.speech.wheels import loading, require, verified

_VERSION: Final = "0.2.1"
_SHA256: Final = "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"

HIBARI: Final = f"hibari-{_VERSION}-{_SHA256[:12]}-3"
"""Name of the engine in cache keys: version, weights, and the revision of this module and its voices."""

SAMPLE_RATE: Final = 24_000
"""Samples a second of the speech."""

_LONGEST_PHONEMES: Final = 400
_PEAK: Final = 0.7
_AUDIBLE: Final = 0.002
_LEAD_S: Final = 0.03
_TAIL_S: Final = 0.05
_PAUSE_S: Final = 0.15
_FADE_S: Final = 0.005

_Frames = NDArray[np.float32]


class _Model(Protocol):
    """Parts of `hibari.Hibari` that this module uses."""

    sess: Any
    """Session of onnxruntime."""

    def g2p(self, text: str) -> str:
        """Phonemes of a sentence."""
        ...

    def ids(self, phonemes: str) -> list[int]:
        """Numbers of phonemes, as the graph takes them."""
        ...


class _Signals(Protocol):
    """Part of `hibari.dsp` that this module uses: five spectra [601, frames] and pitch [frames] to sound."""

    def synth(self, *frames: _Frames, rng: np.random.Generator) -> _Frames:
        """Sound, at 24,000 samples a second."""
        ...


class HibariSynthesizer:
    """Synthesizer of English in the voices of `trialogue.speech.voices`; releases the GIL, thread-safe."""

    def __init__(self, model: _Model, signals: _Signals) -> None:
        self._model = model
        self._signals = signals
        self._phonemizing = Lock()

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        """Yield `text` sentence by sentence at 24 kHz, each as soon as it is ready."""
        bent = voice_for(voice)
        for sentence in split_sentences(sayable(speakable(text))):
            sound = self._sentence(sentence, bent)
            if sound.size:
                yield Spoken(sentence, _pcm(sound), SAMPLE_RATE)

    def _sentence(self, sentence: str, voice: VoiceShape) -> _Frames:
        with self._phonemizing:
            phonemes = self._model.g2p(sentence)
        rng = _chance(voice.name, sentence)
        parts = [self._part(part, voice, rng) for part in _parts(phonemes)]
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def _part(self, phonemes: str, voice: VoiceShape, rng: np.random.Generator) -> _Frames:
        ids = self._model.ids(phonemes)
        if len(ids) < 3:  # nothing between the two pads
            return np.zeros(0, np.float32)
        outputs: list[_Frames] = self._model.sess.run(
            None, {"ids": np.asarray([ids], np.int64), "speed": np.asarray([voice.pace], np.float32)}
        )
        lh, th, ln, lr, phi, f0 = (output[0] for output in outputs)
        bent = [_stretched(envelope, voice.formants) for envelope in (lh, th, ln, lr)]
        return self._signals.synth(*bent, phi, f0 * np.float32(voice.pitch), rng=rng)


def _chance(voice: str, sentence: str) -> np.random.Generator:
    digest = hashlib.sha256(f"{voice}\n{sentence}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _parts(phonemes: str) -> Iterator[str]:
    """Parts of a text that is too long for the network, cut after a clause, or else between words."""
    while len(phonemes) > _LONGEST_PHONEMES:
        window = phonemes[:_LONGEST_PHONEMES]
        clause = max(window.rfind(mark) for mark in (", ", "; ", ": ", ". "))
        cut = clause + 2 if clause > 0 else window.rfind(" ") + 1
        cut = cut if cut > 0 else _LONGEST_PHONEMES
        yield phonemes[:cut]
        phonemes = phonemes[cut:]
    yield phonemes


def _stretched(envelope: _Frames, factor: float) -> _Frames:
    """Spectra with every feature at `factor` times its frequency; rows are frequencies."""
    if factor == 1:
        return envelope
    last = len(envelope) - 1
    rows = np.minimum(np.arange(last + 1) / factor, last)
    below = rows.astype(np.int64)
    above = np.minimum(below + 1, last)
    share = (rows - below).astype(np.float32)[:, None]
    return np.asarray(envelope[below] * (1 - share) + envelope[above] * share, np.float32)


def _pcm(sound: _Frames) -> bytes:
    """Samples of one sentence: levelled, trimmed, faded, with a pause."""
    peak = float(np.abs(sound).max())
    if peak < _AUDIBLE:
        return bytes(2 * round(_PAUSE_S * SAMPLE_RATE))
    level = sound * np.float32(_PEAK / peak)
    audible = np.flatnonzero(np.abs(level) > _AUDIBLE)
    begin = max(0, int(audible[0]) - round(_LEAD_S * SAMPLE_RATE))
    speech = level[begin : int(audible[-1]) + round(_TAIL_S * SAMPLE_RATE)].copy()
    ramp = np.linspace(0, 1, min(round(_FADE_S * SAMPLE_RATE), len(speech)), dtype=np.float32)
    speech[: len(ramp)] *= ramp
    speech[len(speech) - len(ramp) :] *= ramp[::-1]
    pause = bytes(2 * round(_PAUSE_S * SAMPLE_RATE))
    return bytes(np.rint(speech * 32_767).astype("<i2")) + pause


def open_hibari() -> HibariSynthesizer:
    """Load the voice from its wheel: takes about half a second and 100 MB of memory.

    Raises SetupError where the wheel is missing, of another version, or its weights are not the expected
    ones.
    """
    require("onnxruntime")
    hibari = require("hibari")
    if hibari.__version__ != _VERSION:
        raise SetupError(
            f"local speech needs hibari-tts {_VERSION}, found {hibari.__version__}: "
            "pip install 'trialogue[local]'"
        )
    verified(Path(str(hibari.__file__)).parent / "assets" / "hibari.onnx", _SHA256)
    with loading("the voice"):
        model = hibari.Hibari(threads=1)
        model.g2p("Ready.")  # reads its dictionaries now: no other thread runs for a quarter of a second
    return HibariSynthesizer(cast("_Model", model), cast("_Signals", require("hibari.dsp")))
