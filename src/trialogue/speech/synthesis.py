"""Synthesis: hibari, one small English voice on onnxruntime, bent into many.

1. The network predicts pitch and three spectral envelopes; we scale the one and stretch the others before
   hibari's own signal processing makes sound of them. That reaches into hibari 0.2.1, so the version is
   pinned and checked.
2. The same sentence in the same voice gives the same bytes: chance is seeded by both.
3. hibari's sentences begin with 0.3 s and end with 0.5 s of silence, which a listener would wait for. Sound
   is cut free and a pause of 200 ms put after it.
4. Words in letters that are not Latin are left out: what is spoken is `Spoken.text`, and no gibberish.
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

HIBARI: Final = f"hibari-{_VERSION}-{_SHA256[:12]}-2"
"""Names the engine in cache keys: version, weights, and the revision of this module and its voices."""

SAMPLE_RATE: Final = 24_000
"""Samples a second of what is spoken."""

_LONGEST_PHONEMES: Final = 400
_PEAK: Final = 0.7
_AUDIBLE: Final = 0.002
_LEAD_S: Final = 0.03
_TAIL_S: Final = 0.05
_PAUSE_S: Final = 0.15
_FADE_S: Final = 0.005

_Frames = NDArray[np.float32]


class _Model(Protocol):
    """The parts of `hibari.Hibari` that we use."""

    sess: Any
    """The onnxruntime session."""

    def g2p(self, text: str) -> str:
        """The phonemes of a sentence."""
        ...

    def ids(self, phonemes: str) -> list[int]:
        """The numbers of phonemes, as the graph takes them."""
        ...


class _Signals(Protocol):
    """The function of `hibari.dsp` that we use: five spectra [601, frames] and pitch [frames] to sound."""

    def synth(self, *frames: _Frames, rng: np.random.Generator) -> _Frames:
        """Make sound, at 24,000 samples a second."""
        ...


class HibariSynthesizer:
    """English text to speech in the voices of `trialogue.speech.voices`; releases the GIL, thread-safe."""

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
    """Cut what is too long for the network, after a clause if there is one, else between words."""
    while len(phonemes) > _LONGEST_PHONEMES:
        window = phonemes[:_LONGEST_PHONEMES]
        clause = max(window.rfind(mark) for mark in (", ", "; ", ": ", ". "))
        cut = clause + 2 if clause > 0 else window.rfind(" ") + 1
        cut = cut if cut > 0 else _LONGEST_PHONEMES
        yield phonemes[:cut]
        phonemes = phonemes[cut:]
    yield phonemes


def _stretched(envelope: _Frames, factor: float) -> _Frames:
    """Move every spectral feature to `factor` times its frequency; rows are frequencies."""
    if factor == 1:
        return envelope
    last = len(envelope) - 1
    rows = np.minimum(np.arange(last + 1) / factor, last)
    below = rows.astype(np.int64)
    above = np.minimum(below + 1, last)
    share = (rows - below).astype(np.float32)[:, None]
    return np.asarray(envelope[below] * (1 - share) + envelope[above] * share, np.float32)


def _pcm(sound: _Frames) -> bytes:
    """Level, trim, fade and pause one sentence."""
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
    """Load the voice from the wheel that ships it: about half a second, 100 MB of memory.

    Raises SetupError where the wheel is missing, of another version, or its weights are not the ones we know.
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
        model.g2p("Ready.")  # reads its dictionaries now: a quarter of a second in which no other thread runs
    return HibariSynthesizer(cast("_Model", model), cast("_Signals", require("hibari.dsp")))
