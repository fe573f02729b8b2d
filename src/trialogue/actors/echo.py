"""Echo guard: finds whether a microphone's sound is what its person's loudspeaker plays.

1. Both are compared as spectra over time: for each tick the energy in a few bands, minus each band's mean and
   each tick's mean, so that neither loudness nor the room's colour matters. They are the same sound if they
   correlate at some lag up to `LAG_S`; the less sound there is to compare, the higher the required
   correlation.
2. A known echo is expected at its lag, as loud in each band as before. Sound that exceeds it in enough bands,
   and does not correlate with what is played, is the person's own voice and passes, with the echo in it. An
   echo that no longer correlates is forgotten.
3. After `CLEAN_S` of played sound of which nothing was heard, there is no doubt: the person has headphones.

No model of a room and no cancelling: it decides whether somebody speaks, it does not mend the sound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

LAG_S: Final = 0.8
"""Longest delay of a sound from the router over loudspeaker and microphone back to it."""

WINDOW_S: Final = 0.7
"""Seconds of sound that are compared to find an echo."""

DOUBT_S: Final = 0.3
"""Most seconds of doubt whether a person speaks."""

CLEAN_S: Final = 1.0
"""Seconds of sound that must have been played without being heard."""

OPEN_S: Final = 0.3
"""Seconds for which a person's own voice is assumed to continue."""

_BANDS: Final = 20
_LOW_HZ: Final = 200.0
_HIGH_HZ: Final = 5000.0
_FLOOR: Final = 1e-9
"""Energy of a band below which differences have no meaning."""

_ACTIVE_DB: Final = -50.0
"""Level, in dB below full scale, below which nothing counts as played."""

_LEAST: Final = 10
"""Ticks with sound from the loudspeaker that a judgement needs."""

_SHORT: Final = 12
"""Ticks that are compared to find whether a known echo explains all of the sound."""

_ALIKE: Final = 0.65
"""Correlation over so few ticks at which sound beyond a known echo still counts as echo."""

_FORGOTTEN: Final = 0.35
"""Correlation over a whole window below which a known echo is forgotten."""

_BEYOND_DB: Final = 6.0
_BEYOND_BANDS: Final = _BANDS // 4
_BEYOND_TICKS: Final = 0b1111
_FADING: Final = 0.1
"""Decay of a sound in a room for each tick, in powers of ten."""

_Features = NDArray[np.float32]


class Hearsay(Enum):
    """Class of the last tick."""

    OWN = auto()
    """The person's own sound, or silence."""

    UNSURE = auto()
    """Sound is played, and it is undecided whether this is its echo."""

    ECHO = auto()
    """Echo of the sound that is played."""


class EchoGuard:
    """Comparison of one microphone with what its person is played: the meeting without `without`."""

    def __init__(
        self,
        sample_rate: int,
        samples: int,
        *,
        without: Collection[str],
        mix: Callable[[Sequence[bytes]], bytes],
    ) -> None:
        """`samples` is the length of a tick."""
        tick_s = samples / sample_rate
        self._without = frozenset(without)
        self._mix = mix
        self._silence = bytes(2 * samples)
        self._taker, self._player = _Bands(sample_rate, samples), _Bands(sample_rate, samples)
        self._lags = round(LAG_S / tick_s)
        self._window = round(WINDOW_S / tick_s)
        self._clean_after = round(CLEAN_S / tick_s)
        self._open_for = round(OPEN_S / tick_s)
        self._taken = _quiet(self._window)
        self._played = _quiet(self._window + self._lags)
        self._noise = np.zeros(_BANDS, np.float32)
        self._unheard = 0
        self._known: tuple[int, _Features] | None = None
        self._beyond = 0
        self._open = 0
        self._closed = 0

    def classify(self, pcm: bytes | None, sounding: Mapping[str, bytes]) -> Hearsay:
        """Class of the microphone's tick, given the participants heard in the tick before."""
        frames = [frame for name, frame in sounding.items() if name not in self._without]
        _push(self._taken, self._taker.of(pcm or self._silence))
        _push(self._played, self._player.of(self._mix(frames) if frames else self._silence))
        is_heard = self._exceeds_noise()
        if not bool(_active(self._played[-self._lags - 1 :]).any()):
            return Hearsay.OWN
        if self._known is not None:
            return self._classify_known(*self._known)
        return self._classify_unknown() if is_heard else self._unheard_now()

    def _unheard_now(self) -> Hearsay:
        self._unheard += 1
        return Hearsay.OWN

    def _classify_unknown(self) -> Hearsay:
        likeness, counts = self._likeness()
        needed = 0.58 + 2.0 / np.maximum(counts, 1)
        lag = int((likeness - needed).argmax())
        if counts[lag] >= _LEAST and likeness[lag] >= needed[lag]:
            self._known = lag, self._loudness(lag, np.zeros(_BANDS, np.float32))
            self._beyond = self._open = self._closed = 0
            return Hearsay.ECHO
        is_clean = self._unheard >= self._clean_after
        return Hearsay.OWN if is_clean else Hearsay.UNSURE

    def _classify_known(self, lag: int, loudness: _Features) -> Hearsay:
        """Whether the tick exceeds the expected echo."""
        there = len(self._played) - 1 - lag
        around = self._played[max(0, there - 4) : there + 2]
        fading = _FADING * np.maximum(0, np.arange(len(around))[::-1, None] - 2)
        expected = np.maximum((around - fading).max(axis=0) + loudness, self._noise)
        bands = int((10 * (self._taken[-1] - expected) > _BEYOND_DB).sum())
        is_own = bands >= _BEYOND_BANDS and self._likeness_now(lag) < _ALIKE
        self._beyond = (self._beyond << 1 | is_own) & _BEYOND_TICKS
        self._open = self._open_for if self._beyond.bit_count() >= 3 else max(0, self._open - 1)
        self._closed = 0 if self._open > 0 else self._closed + 1
        if self._open > 0:
            return Hearsay.OWN
        if not is_own:
            follows = 0.95 * loudness + 0.05 * self._loudness(lag, loudness)
            self._known = lag, follows.astype(np.float32, copy=False)
        self._forget_if_unlike(lag)
        return Hearsay.ECHO

    def _forget_if_unlike(self, lag: int) -> None:
        """Forget an echo path that was wrong: headphones were put on, or two voices were alike by chance."""
        played = self._played[len(self._played) - lag - self._window : len(self._played) - lag]
        active = _active(played)
        is_enough = self._closed >= self._window and int(active.sum()) > self._window // 2
        if is_enough and _alike(self._taken, played, active) < _FORGOTTEN:
            self._known, self._unheard = None, 0

    # --- spectra in time ----------------------------------------------------------------------------

    def _exceeds_noise(self) -> bool:
        """Whether the last tick exceeds the room's noise, whose estimate falls at once and rises slowly."""
        last = self._taken[-1]
        self._noise = np.minimum(last, self._noise + 0.005)
        return int((10 * (last - self._noise) > _BEYOND_DB).sum()) >= _BEYOND_BANDS

    def _likeness(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Correlation of both at each lag, and the number of ticks in which sound was played."""
        alike = np.full(self._lags + 1, -1.0, np.float32)
        counts = np.zeros(self._lags + 1, np.int64)
        active = _active(self._played)
        for lag in range(self._lags + 1):
            there = slice(self._lags - lag, self._lags - lag + self._window)
            counts[lag] = active[there].sum()
            if counts[lag] >= _LEAST:
                alike[lag] = _alike(self._taken, self._played[there], active[there])
        return alike, counts

    def _likeness_now(self, lag: int) -> float:
        """Correlation of the last few ticks at a lag, or one beside it."""
        ends = (len(self._played) - lag, len(self._played) - lag - 1)
        parts = [self._played[end - _SHORT : end] for end in ends]
        return max(_alike(self._taken[-_SHORT:], part, _active(part)) for part in parts)

    def _loudness(self, lag: int, before: _Features) -> _Features:
        """Ratio of each band's loudness, heard to played, over the window (powers of ten)."""
        end = len(self._played) - lag
        played = self._played[end - self._window : end]
        active = _active(played)
        if not bool(active.any()):
            return before
        loudness: _Features = np.median((self._taken - played)[active], axis=0).astype(np.float32)
        return loudness


def _quiet(ticks: int) -> _Features:
    return np.full((ticks, _BANDS), np.log10(_FLOOR), np.float32)


def _push(ring: _Features, row: _Features) -> None:
    ring[:-1] = ring[1:]
    ring[-1] = row


def _active(ticks: _Features) -> NDArray[np.bool_]:
    """Ticks in which sound is played."""
    loud: NDArray[np.bool_] = 10 * np.log10(np.power(10.0, ticks).sum(axis=1)) > _ACTIVE_DB
    return loud


def _alike(taken: _Features, played: _Features, active: NDArray[np.bool_]) -> float:
    """Correlation of two stretches where sound is played: 1 for the same sound."""
    if not bool(active.any()):
        return -1.0
    here, there = _shape(taken[active]), _shape(played[active])
    norm = float(np.sqrt((here * here).sum() * (there * there).sum()))
    return float((here * there).sum()) / max(norm, 1e-6)


def _shape(ticks: _Features) -> _Features:
    """Stretch without the mean of each band and of each tick."""
    shape: _Features = ticks - ticks.mean(axis=0)
    shape -= shape.mean(axis=1, keepdims=True)
    return shape


class _Bands:
    """Energy of a stream in each band, a tick at a time, over two ticks."""

    def __init__(self, sample_rate: int, samples: int) -> None:
        self._last: _Features = np.zeros(samples, np.float32)
        self._shape = np.hanning(2 * samples).astype(np.float32)
        edges = np.geomspace(_LOW_HZ, min(_HIGH_HZ, 0.45 * sample_rate), _BANDS + 1)
        self._starts = np.maximum(1, np.round(edges * 2 * samples / sample_rate)).astype(int)

    def of(self, pcm: bytes) -> _Features:
        """Logarithm (base 10) of the energy in each band, relative to full scale."""
        now: _Features = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
        both = np.concatenate([self._last, now]) * self._shape
        self._last = now
        energy = np.add.reduceat(np.abs(np.fft.rfft(both)) ** 2, self._starts)[:-1]
        logs = np.log10(energy / len(now) ** 2 + _FLOOR)
        return np.asarray(logs, np.float32)
