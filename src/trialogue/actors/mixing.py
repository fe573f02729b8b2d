"""Mixing: the sum of the participants heard at once. `Router.mix_minus` chooses them for a listener."""

from __future__ import annotations

from collections.abc import Sequence


def mix(frames: Sequence[bytes]) -> bytes:
    """Sum of equally long linear16 frames, clipped to 16 bits."""
    import numpy as np  # noqa: PLC0415 - only where two speak at once

    total = np.zeros(len(frames[0]) // 2, np.int32)
    for frame in frames:
        total += np.frombuffer(frame, np.int16)
    return np.clip(total, -32768, 32767).astype(np.int16).tobytes()
