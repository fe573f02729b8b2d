"""How loud a frame is, for meters."""

from __future__ import annotations

SILENT_DBFS = -96.0
"""What digital silence measures: the floor of 16 bits."""


def level_dbfs(pcm: bytes) -> float:
    """The level of linear16 samples: 20 log10 of their RMS over full scale, in dB, never below -96."""
    import numpy as np  # noqa: PLC0415 - heavy, and only a screen asks

    if not pcm:
        return SILENT_DBFS
    samples = np.frombuffer(pcm, np.int16).astype(np.float32) / 32768
    power = float(np.mean(samples * samples))
    return max(SILENT_DBFS, 10 * float(np.log10(power))) if power > 0 else SILENT_DBFS
