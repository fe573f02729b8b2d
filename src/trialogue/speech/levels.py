"""Levels of a sound's last seconds: every 10 ms, in three bands."""

from __future__ import annotations

from collections import deque
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

HOPS_A_SECOND: Final = 100
"""Levels a second."""

_BANDS_HZ: Final = (0, 1_000, 3_000)
"""Lower edges of the bands: voiced sounds are low, hissing ones high, and so is a room's noise."""

_KEPT: Final = 3 * HOPS_A_SECOND
_SOFTEST: Final = 1e-9

Row: TypeAlias = NDArray[np.float32]
"""Level of each band, in dB of full scale."""


class Levels:
    """Levels of one stream; hops are counted from its beginning."""

    def __init__(self, sample_rate: int) -> None:
        self.hop_samples: int = sample_rate // HOPS_A_SECOND
        self.count: int = 0
        self._rows: deque[Row] = deque(maxlen=_KEPT)
        self._rest = b""
        self._shape = np.hanning(self.hop_samples).astype(np.float32) / np.float32(32_768)
        self._starts = [hertz // HOPS_A_SECOND for hertz in _BANDS_HZ]
        self._silent = np.full(len(_BANDS_HZ), 10 * np.log10(_SOFTEST), np.float32)

    def feed(self, pcm: bytes) -> None:
        """Measure the next sound, linear16; samples short of a hop wait for the rest."""
        stream = self._rest + pcm
        hops = len(stream) // (2 * self.hop_samples)
        whole = 2 * hops * self.hop_samples
        self._rest = stream[whole:]
        self.count += hops
        if stream.count(0) == len(stream):
            self._rows.extend([self._silent] * hops)
        else:
            self._rows.extend(self._measured(stream[:whole]))

    def _measured(self, pcm: bytes) -> Row:
        hops = np.frombuffer(pcm, "<i2").reshape(-1, self.hop_samples) * self._shape
        energy = np.abs(np.fft.rfft(hops)) ** 2
        bands = np.add.reduceat(energy, self._starts, axis=1) / self.hop_samples**2
        return np.asarray(10 * np.log10(bands + _SOFTEST), np.float32)

    @property
    def first(self) -> int:
        """First hop that is kept."""
        return self.count - len(self._rows)

    def of(self, hop: int) -> Row:
        """Levels of one hop that is kept."""
        return self._rows[hop - self.first]

    def between(self, begin: int, end: int) -> Row:
        """Levels of the hops from `begin` to before `end`, as far as they are kept."""
        hops = range(max(begin, self.first), min(end, self.count))
        return np.array([self.of(hop) for hop in hops], np.float32).reshape(-1, len(_BANDS_HZ))
