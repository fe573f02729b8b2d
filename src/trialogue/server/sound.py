"""Sound that clients may ask for, in the hosted service's terms.

1. A form that this server lacks is refused by name when a client asks for it.
2. A combination that does not fit is not refused then: as at the hosted service, it fails at the first
   speech.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from trialogue.model.audio import AudioFormat, Encoding
from trialogue.speech.coding import Coding, SoundForm
from trialogue.speech.voices import known_voice
from trialogue.values import frozen

__all__ = ["RATES", "SAMPLES", "VOICE_SUBSTITUTED", "AskedSound", "SoundRefused", "doubt_of"]

SAMPLES: Final[dict[str, Encoding]] = {
    "linear16": "linear16",
    "linear32": "linear32",
    "mulaw": "mulaw",
    "alaw": "alaw",
}
"""Encodings that are plain samples."""

RATES: Final = range(4_000, 192_001)
"""Sample rates of those, in Hz."""

_COMPRESSED: Final = {"flac": Coding.FLAC, "mp3": Coding.MP3, "opus": Coding.OGG_OPUS}
_DEFAULT_RATES: Final = {"mulaw": 8_000, "alaw": 8_000, "mp3": 22_050, "opus": 48_000, "flac": 48_000}
_RATES_OF: Final = {"mp3": (22_050,), "opus": (48_000,), "flac": (8_000, 16_000, 22_050, 32_000, 48_000)}
_BIT_RATES: Final[dict[str, Sequence[int]]] = {"mp3": (32_000, 48_000), "opus": range(4_000, 650_001)}


VOICE_SUBSTITUTED: Final = "VOICE_SUBSTITUTED"
"""Code of a warning that the voice, or its language, is not the hosted service's."""

_SHOWN: Final = 60
"""Most characters of a voice's name that are sent back."""

_HOSTED: Final = re.compile(
    r"(?:aura|flux)(?:-\d+)?-(?P<given>[a-z0-9]+)-(?P<language>[a-z]{2})", re.IGNORECASE
)


class SoundRefused(Exception):
    """Refusal of a sound that this server cannot make; the text may be sent to the client."""


@frozen
class AskedSound:
    """Sound that a client asks for."""

    encoding: str
    """Encoding, by the service's name."""

    sample_rate: int | None = None
    """Samples a second; None for the encoding's default."""

    container: str | None = None
    """Container; None for the encoding's default."""

    bit_rate: int | None = None
    """Bit rate; None for the default."""

    @property
    def form(self) -> SoundForm:
        """Form of the sound to make; raises `SoundRefused` for one that this server lacks."""
        rate = self.sample_rate or _DEFAULT_RATES.get(self.encoding, 24_000)
        if (encoding := SAMPLES.get(self.encoding)) is not None:
            if rate not in RATES:
                raise SoundRefused(f"sample_rate must be between {RATES[0]} and {RATES[-1]}.")
            coding = Coding.WAV if self.container == "wav" else Coding.RAW
            return SoundForm(AudioFormat(encoding, rate), coding)
        if self.encoding == "opus" and self.container not in (None, "ogg"):
            raise SoundRefused("opus without a container is not available on this server; use container ogg.")
        if self.encoding not in _COMPRESSED:
            raise SoundRefused(
                f"encoding {self.encoding[:50]} is not available on this server; use "
                "linear16, linear32, mulaw, alaw, flac, mp3 or opus."
            )
        rates = _RATES_OF[self.encoding]
        return SoundForm(
            AudioFormat("linear16", rate if rate in rates else rates[-1]),
            _COMPRESSED[self.encoding],
            self.bit_rate,
        )

    @property
    def misfit(self) -> str | None:
        """Reason for which the service would refuse this combination at the first speech; None if it fits."""
        if self.container is not None and self.container not in self._containers:
            return self._said("container")
        if self.encoding in _RATES_OF and self.sample_rate not in (None, *_RATES_OF[self.encoding]):
            return self._said("sample_rate")
        if self.bit_rate is not None and self.bit_rate not in self._bit_rates:
            return self._said("bit_rate")
        return None

    @property
    def _containers(self) -> tuple[str, ...]:
        return ("none", "wav") if self.encoding in SAMPLES else ("ogg",) if self.encoding == "opus" else ()

    @property
    def _bit_rates(self) -> Sequence[int]:
        return _BIT_RATES.get(self.encoding, ())

    def _said(self, part: str) -> str:
        return f"UNSUPPORTED_AUDIO_FORMAT: {part} is not applicable when encoding={self.encoding[:50]}"


def doubt_of(voice: str) -> str | None:
    """Difference of a hosted voice that the client should know of; None where ours speaks like it.

    Our own voices' names are known, too. Nothing is known of other vendors' voices.
    """
    hosted = _HOSTED.fullmatch(voice)
    if hosted is not None and hosted["language"].lower() != "en":
        return f"The voice {voice[:_SHOWN]} speaks another language; here it speaks English."
    if known_voice(voice if hosted is None else hosted["given"]) is None:
        return f"No voice is known here as {voice[:_SHOWN]}; another one speaks in its place."
    return None
