"""Log-mel spectrogram, the input of Whisper.

The values are those of OpenAI's `whisper.audio.log_mel_spectrogram`: Hann windows of 25 ms every 10 ms, 80
bands on Slaney's mel scale, base-10 logarithm, floor 80 dB below the peak.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialogue.speech.ports import HEARING_RATE

BANDS: Final = 80
"""Mel bands a frame."""

HOP: Final = 160
"""Samples from one frame to the next."""

_FFT: Final = 400
_LINEAR_BELOW_HZ: Final = 1_000.0
_HZ_PER_MEL: Final = 200 / 3
_LINEAR_MELS: Final = _LINEAR_BELOW_HZ / _HZ_PER_MEL
_LOG_STEP: Final = np.log(6.4) / 27


def log_mel(samples: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """First `frames` frames in shape (80, frames); `samples` are from -1 to 1 at 16 kHz.

    Beyond the samples is silence.
    """
    padded = np.zeros(frames * HOP + _FFT, np.float32)
    heard = samples[: frames * HOP + _FFT // 2]
    padded[_FFT // 2 : _FFT // 2 + len(heard)] = heard
    padded[: _FFT // 2] = padded[_FFT : _FFT // 2 : -1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[: frames * HOP : HOP]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1).astype(np.complex64)) ** 2
    log = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    return np.asarray((np.maximum(log, log.max() - 8) + 4) / 4, np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(_FFT + 1)[:-1].astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Triangular filters of equal area, shape (80, 201)."""
    bins = np.fft.rfftfreq(_FFT, 1 / HEARING_RATE)
    edges = _hertz(np.linspace(0, _mels(HEARING_RATE / 2), BANDS + 2))
    slopes = edges[:, None] - bins[None, :]
    widths = np.diff(edges)[:, None]
    triangles = np.maximum(0, np.minimum(-slopes[:-2] / widths[:-1], slopes[2:] / widths[1:]))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def _mels(hertz: float) -> float:
    """Values on Slaney's scale above 1 kHz."""
    return _LINEAR_MELS + float(np.log(hertz / _LINEAR_BELOW_HZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(
        mels < _LINEAR_MELS,
        mels * _HZ_PER_MEL,
        _LINEAR_BELOW_HZ * np.exp(_LOG_STEP * (mels - _LINEAR_MELS)),
    )
