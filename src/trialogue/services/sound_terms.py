"""Terms of a session without a meeting: sound in both directions, and options of the vendor's account."""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.errors import WrongValue
from trialogue.values import frozen

_WIDTHS: Final = {"linear16": 2, "linear32": 4, "mulaw": 1, "alaw": 1}
"""Bytes a sample, for encodings that are plain samples."""

_ZEROS: Final = {"linear16": b"\0", "linear32": b"\0", "mulaw": b"\xff", "alaw": b"\xd5"}
"""Byte of silence (G.711 encodes no movement by these)."""

_BIT_RATES: Final = {"mp3": 48_000, "opus": 12_000, "aac": 48_000}
"""Default bits a second."""

_MOST_BYTES: Final = 2**63
"""Bytes that any file or memory can have."""

_MOST_SILENCE: Final = 64 * 1024 * 1024
"""Most bytes of silence that are made at once."""

_SHARED: Final = 1024 * 1024
"""Most bytes of silence that are kept for others."""

_HEADER_BYTES: Final = 44
"""Length of a WAV header, in bytes."""


@lru_cache(maxsize=16)
def _silence(encoding: str, size: int) -> bytes:
    """So many bytes of silence, shared by all sessions: each keeps some to feed."""
    return _ZEROS[encoding] * size


@frozen
class SoundTerms:
    """Sound format in one direction: mono, fixed for a session, by the service's names."""

    encoding: str = "linear16"
    """`linear16`, `linear32`, `mulaw`, `alaw`, `opus`, `flac`, `mp3` and others, depending on the service."""

    sample_rate: int = 24_000
    """Samples a second."""

    container: str | None = None
    """`none`, `wav` or `ogg`; None for none, or the encoding's own. Only for the agent's speech."""

    bit_rate: int | None = None
    """Bits a second of compressed sound; None for the service's default. Only for the agent's speech."""

    @property
    def sample_width(self) -> int | None:
        """Bytes per sample; None for compressed sound."""
        return None if self.container not in {None, "none"} else _WIDTHS.get(self.encoding)

    @checks_arguments
    def silence(self, seconds: float) -> bytes:
        """Silence of that length; empty for a compressed encoding.

        WrongValue for a negative length, and for more than 64 MiB: 23 minutes of the default format.
        """
        if not 0 <= seconds < inf:
            raise WrongValue(f"seconds must be 0 or more, not {seconds}", argument="seconds")
        if self.sample_width is None:
            return b""
        a_second = max(1, self.sample_width * self.sample_rate)
        if seconds > _MOST_SILENCE / a_second:
            most_s = _MOST_SILENCE // a_second
            raise WrongValue(f"seconds must be at most {most_s} in this format", argument="seconds")
        size = self.sample_width * round(seconds * self.sample_rate)
        made = _silence if size <= _SHARED else _silence.__wrapped__
        return made(self.encoding, size)

    @checks_arguments
    def seconds_in(self, size: int) -> float:
        """Playing time of that many bytes, in seconds; for compressed sound, an estimate from its bit rate.

        FLAC has no bit rate: the estimate is half that of linear16. WrongValue for more than 2**63 bytes.
        """
        if size > _MOST_BYTES:
            raise WrongValue("size must be at most 2**63", argument="size")
        width = _WIDTHS.get(self.encoding)
        if width is not None:
            header = _HEADER_BYTES if self.container == "wav" else 0
            return max(0, size - header) / (width * self.sample_rate)
        return 8 * size / (self.bit_rate or _BIT_RATES.get(self.encoding, 8 * self.sample_rate))


@frozen
class SessionTerms:
    """Terms of a session in addition to its agent's settings."""

    hears: SoundTerms = SoundTerms()
    """Format of the sound that the agent hears."""

    speaks: SoundTerms = SoundTerms()
    """Format of the agent's speech."""

    tags: tuple[str, ...] = ()
    """Labels for the account's usage report."""

    history: bool = True
    """Whether the service reports what its agent remembers."""

    experimental: bool = False
    """Whether the service sends undocumented messages."""

    mip_opt_out: bool = False
    """Whether the session's content is kept out of the improvement of the service's models."""
