"""Mix-minus: the sound that each listener hears in a tick, which is all others without itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def mix_minus(listener: str, speakers: Sequence[str], sounding: Mapping[str, bytes]) -> bytes | None:
    """Mix of those of `speakers` that sound, never of the listener itself; None if none of them does.

    A lone speaker's frame is returned as it is.
    """
    frames = [sounding[name] for name in speakers if name in sounding and name != listener]
    if not frames:
        return None
    return frames[0] if len(frames) == 1 else mix(frames)


def mix(frames: Sequence[bytes]) -> bytes:
    """Sum of equally long linear16 frames, clipped to 16 bits."""
    import numpy as np  # noqa: PLC0415 - only where two speak at once

    total = np.zeros(len(frames[0]) // 2, np.int32)
    for frame in frames:
        total += np.frombuffer(frame, np.int16)
    return np.clip(total, -32768, 32767).astype(np.int16).tobytes()
