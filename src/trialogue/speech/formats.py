"""Codecs of G.711 and linear samples: streams of bytes to and from 16-bit little-endian PCM.

1. Internally all sound is linear16; a `Decoder` and an `Encoder` convert where bytes come in and go out.
2. Both are bit-exact with ITU-T G.711 as in Sun's g711.c, like `audioop`.
3. A stream may be cut anywhere: a half sample waits for its other half.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from trialogue.model.audio import AudioFormat, Encoding

_MULAW_BIAS: Final = 33
"""Value added before the segment is chosen, in 14-bit samples."""

_MULAW_CLIP: Final = 8159
"""Largest 14-bit magnitude that mu-law can encode."""


def decode(coded: bytes, encoding: Encoding) -> bytes:
    """Samples in `coded` as linear16; whole samples only."""
    match encoding:
        case "linear16":
            return coded
        case "linear32":
            return (np.frombuffer(coded, "<i4") >> 16).astype("<i2").tobytes()
        case "mulaw":
            return bytes(_mulaw_to_linear()[np.frombuffer(coded, np.uint8)])
        case "alaw":
            return bytes(_alaw_to_linear()[np.frombuffer(coded, np.uint8)])
        case _ as never:
            assert_never(never)


def encode(pcm: bytes, encoding: Encoding) -> bytes:
    """Linear16 `pcm` in `encoding`; whole samples only."""
    match encoding:
        case "linear16":
            return pcm
        case "linear32":
            return (np.frombuffer(pcm, "<i2").astype("<i4") << 16).tobytes()
        case "mulaw":
            return bytes(_linear_to_mulaw()[np.frombuffer(pcm, "<u2")])
        case "alaw":
            return bytes(_linear_to_alaw()[np.frombuffer(pcm, "<u2")])
        case _ as never:
            assert_never(never)


class Decoder:
    """Decoder of a stream to linear16 at the same rate."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self.format = audio_format
        self._whole = _WholeSamples(audio_format.sample_width)

    def decode(self, coded: bytes) -> bytes:
        """Samples in the next `coded` bytes; half a sample waits for its other half."""
        return decode(self._whole.feed(coded), self.format.encoding)


class Encoder:
    """Encoder of a linear16 stream at the same rate."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self.format = audio_format
        self._whole = _WholeSamples(2)

    def encode(self, pcm: bytes) -> bytes:
        """Next `pcm`, encoded; half a sample waits for its other half."""
        return encode(self._whole.feed(pcm), self.format.encoding)


class _WholeSamples:
    """Cutter of a byte stream at sample boundaries."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        joined = self._rest + piece if self._rest else piece
        odd = len(joined) % self._width
        self._rest = joined[len(joined) - odd :]
        return joined[: len(joined) - odd]


@cache
def _linear_to_mulaw() -> NDArray[np.uint8]:
    """Mu-law codes by unsigned 16-bit sample."""
    return _table(_mulaw_code)


@cache
def _linear_to_alaw() -> NDArray[np.uint8]:
    """A-law codes by unsigned 16-bit sample."""
    return _table(_alaw_code)


def _table(code: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> NDArray[np.uint8]:
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int64)
    return code(samples).astype(np.uint8)


def _mulaw_code(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    magnitude = np.minimum(np.abs(samples >> 2), _MULAW_CLIP) + _MULAW_BIAS
    segment = np.searchsorted((2 << np.arange(5, 13)) - 1, magnitude)
    code = np.where(segment > 7, 0x7F, segment << 4 | magnitude >> (segment + 1) & 0xF)
    return np.asarray(code ^ np.where(samples < 0, 0x7F, 0xFF), np.int64)


def _alaw_code(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    short = samples >> 3
    magnitude = np.where(short < 0, -short - 1, short)
    segment = np.searchsorted((1 << np.arange(5, 13)) - 1, magnitude)
    code = segment << 4 | magnitude >> np.maximum(segment, 1) & 0xF
    return np.asarray(code ^ np.where(samples < 0, 0x55, 0xD5), np.int64)


@cache
def _mulaw_to_linear() -> NDArray[np.int16]:
    code = ~np.arange(256) & 0xFF
    magnitude = (((code & 0xF) << 3) + 4 * _MULAW_BIAS << (code >> 4 & 7)) - 4 * _MULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype("<i2")


@cache
def _alaw_to_linear() -> NDArray[np.int16]:
    code = np.arange(256) ^ 0x55
    segment = code >> 4 & 7
    magnitude = (code & 0xF) << 4
    magnitude = np.where(segment == 0, magnitude + 8, magnitude + 0x108 << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype("<i2")
