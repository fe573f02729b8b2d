"""Audio formats as values: encoding and sample rate of a byte stream."""

from __future__ import annotations

from typing import Final, Literal

from trialogue.values import frozen

Encoding = Literal["linear16", "linear32", "mulaw", "alaw"]
"""Sample encodings: 16-bit and 32-bit little-endian PCM, both signed integers; G.711 mu-law and A-law."""

_WIDTHS: Final = {"linear16": 2, "linear32": 4}


@frozen
class AudioFormat:
    """Format of a mono byte stream: encoding and sample rate."""

    encoding: Encoding = "linear16"
    """Encoding of one sample."""

    sample_rate: int = 24_000
    """Samples a second."""

    @property
    def sample_width(self) -> int:
        """Bytes a sample."""
        return _WIDTHS.get(self.encoding, 1)

    def bytes_for(self, seconds: float) -> int:
        """Bytes that `seconds` of audio take, rounded to a whole sample."""
        return round(seconds * self.sample_rate) * self.sample_width

    def seconds_in(self, size: int) -> float:
        """Playing time of `size` bytes, in seconds."""
        return size / (self.sample_width * self.sample_rate)
