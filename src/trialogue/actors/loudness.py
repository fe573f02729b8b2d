"""Loudness of a mouth: a factor that changes in ramps, so that nothing clicks.

A ramp depends on samples, not on ticks or on time: the same orders at the same samples give the same bytes,
in recordings and at every ear.
"""

from __future__ import annotations

from array import array
from operator import mul
from typing import Final

RAMP_S: Final = 0.02
"""Seconds of a ramp from one loudness to another."""


class Fader:
    """Loudness of one turn; full at first."""

    def __init__(self, sample_rate: int) -> None:
        self._ramp = max(1, round(RAMP_S * sample_rate))
        self._from = self._to = 1.0
        self._gone = self._ramp

    def set(self, gain_db: float) -> None:
        """Change to a loudness, in dB below full, from the next sample on."""
        self._from, self._to, self._gone = self._at(self._gone), 10 ** (gain_db / 20), 0

    def apply(self, pcm: bytes) -> bytes:
        """Next samples (linear16), at their loudness."""
        if self._gone >= self._ramp and self._to == 1.0:
            return pcm
        import numpy as np  # noqa: PLC0415 - only where somebody speaks beside a turn

        samples = np.frombuffer(pcm, np.int16)
        steps = np.minimum(np.arange(1, len(samples) + 1) + self._gone, self._ramp) / self._ramp
        self._gone = min(self._gone + len(samples), self._ramp)
        factors = self._from + (self._to - self._from) * steps
        heard: bytes = np.clip(np.rint(samples * factors), -32768, 32767).astype(np.int16).tobytes()
        return heard

    def _at(self, gone: int) -> float:
        return self._from + (self._to - self._from) * gone / self._ramp


VOICE_DBFS: Final = -65.0
"""Level above which sound is a voice, the same as in `report.measures.by_sound`."""

_POWER: Final = 32768**2 * 10 ** (VOICE_DBFS / 10)
_FRAMES: Final = 100
"""Frames a second whose levels are judged."""


def silent_end_s(pcm: bytes | bytearray, sample_rate: int) -> float | None:
    """Seconds of silence at the end of linear16 sound; None where all of it is silent."""
    samples = array("h", bytes(pcm))
    width = max(1, sample_rate // _FRAMES)
    zeros = (len(pcm) - len(pcm.rstrip(b"\0"))) // 2  # frames of digital silence have no level to be judged
    for end in range(len(samples) - zeros // width * width, 0, -width):
        frame = samples[max(0, end - width) : end]
        if sum(map(mul, frame, frame)) > _POWER * len(frame):
            return (len(samples) - end) / sample_rate
    return None


SILENT_DBFS = -96.0
"""Level of digital silence: the floor of 16 bits."""


def level_dbfs(pcm: bytes) -> float:
    """Level of linear16 samples: 20 log10 of their RMS over full scale, in dB, never below -96."""
    import numpy as np  # noqa: PLC0415 - heavy, and only a screen asks

    if not pcm:
        return SILENT_DBFS
    samples = np.frombuffer(pcm, np.int16).astype(np.float32) / 32768
    power = float(np.mean(samples * samples))
    return max(SILENT_DBFS, 10 * float(np.log10(power))) if power > 0 else SILENT_DBFS
