"""Measurement of each side's sound as it comes: its size, and the time for which it plays.

Compressed sound comes in streams, each with its own header: the client's is one, and each reply of the agent
is one, or two where injected words interrupt it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from attrs import evolve, field

from trialogue.model.audio import AudioFormat
from trialogue.model.wire import WireSide
from trialogue.serving.speech import meter_of, sound_format
from trialogue.speech.lengths import SoundMeter
from trialogue.values import define, frozen

__all__ = ["HeardPiece", "SideSounds"]

_SAME_S: Final = 1e-4
_WAYS: Final[Mapping[WireSide, Literal["input", "output"]]] = {"client": "input", "server": "output"}


@frozen
class HeardPiece:
    """Stretch of one side's sound."""

    begins: float
    """Moment at which it begins to be heard, in seconds since the upgrade."""

    offset: int
    """Its beginning in the side's file of sound, in bytes."""

    size: int
    """Number of its bytes."""

    length_s: float
    """Length in seconds."""

    stream: int = 0
    """Beginning of its compressed stream in the file, in bytes."""

    skip_s: float = 0.0
    """Seconds from the beginning of that stream to its own."""

    @property
    def ends(self) -> float:
        """Moment at which it ends."""
        return self.begins + self.length_s

    def is_followed_by(self, other: HeardPiece) -> bool:
        """Whether the other begins where this one ends: in time, and in the file or its stream."""
        is_next = (
            abs(self.skip_s + self.length_s - other.skip_s) < _SAME_S
            if other.skip_s
            else self.offset + self.size == other.offset
        )
        return is_next and self.stream == other.stream and abs(self.ends - other.begins) < _SAME_S

    def until(self, at: float) -> HeardPiece:
        """Piece that is heard only up to a moment."""
        return self if self.ends <= at else evolve(self, length_s=at - self.begins)


@define
class _Stream:
    """Compressed stream of one side, from its header on."""

    offset: int
    meter: SoundMeter
    length_s: float = 0.0


@define
class SideSounds:
    """Sound of both sides, from Settings on."""

    formats: dict[WireSide, AudioFormat] = field(factory=dict[WireSide, AudioFormat])
    """Format of each side's samples, from Settings on; a side with compressed sound has none."""

    streams: dict[WireSide, list[int]] = field(factory=lambda: {"client": [], "server": []})
    """Beginnings of the compressed streams in each side's file, in bytes."""

    _settings: Mapping[str, Any] = field(factory=dict[str, Any], init=False)
    _coded: dict[WireSide, _Stream] = field(factory=dict[WireSide, _Stream], init=False)
    _sizes: dict[WireSide, int] = field(factory=lambda: {"client": 0, "server": 0}, init=False)

    def use(self, settings: Mapping[str, Any]) -> None:
        """Take the formats from Settings."""
        found: dict[WireSide, AudioFormat | None] = {
            "client": sound_format(settings, "input"),
            "server": sound_format(settings, "output"),
        }
        self.formats = {by: each for by, each in found.items() if each is not None}
        self._settings = settings

    def measured(self, by: WireSide, data: bytes, *, is_new: bool) -> HeardPiece:
        """Measured piece of sound, without a place; `is_new` where a reply begins with it.

        A stream may also begin within a reply: words that interrupt a reply are sent as a part of it.
        """
        offset, self._sizes[by] = self._sizes[by], self._sizes[by] + len(data)
        plain = self.formats.get(by)
        if plain is not None:
            return HeardPiece(0.0, offset, len(data), plain.seconds_in(len(data)))
        stream = None if is_new or _is_header(data) else self._coded.get(by)
        if stream is None:
            meter = meter_of(self._settings, _WAYS[by])
            if meter is None:
                return HeardPiece(0.0, offset, len(data), 0.0)
            stream = self._coded[by] = _Stream(offset, meter)
            self.streams[by].append(offset)
        seconds = stream.meter.take(data)
        piece = HeardPiece(0.0, offset, len(data), seconds, stream.offset, stream.length_s)
        stream.length_s += seconds
        return piece


_MAGICS: Final = (b"fLaC", b"RIFF")
_OGG_BEGINS: Final = 2
"""Flag of an Ogg stream's first page, in its sixth byte (RFC 3533, section 6)."""


def _is_header(data: bytes) -> bool:
    """Whether a message begins a stream. MP3 has no header; its decoder finds the next whole frame."""
    is_ogg = data.startswith(b"OggS") and bool(data[5:6]) and bool(data[5] & _OGG_BEGINS)
    return is_ogg or data.startswith(_MAGICS)
