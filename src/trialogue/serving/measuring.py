"""Measures of each side's sound, and of the time for which it plays: taken as it comes.

Coded sound comes in streams, each from its own header on: the client's is one, the agent's one a reply.
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
    """A stretch of one side's sound."""

    begins: float
    """Moment at which it begins to be heard, in seconds since the upgrade."""

    offset: int
    """Offset in the side's file of sound at which it begins, in bytes."""

    size: int
    """Bytes that it has."""

    length_s: float
    """Length in seconds."""

    stream: int = 0
    """Offset in the file of the stream of coded sound of which it is a part, in bytes."""

    skip_s: float = 0.0
    """Place in that stream at which it begins, in seconds."""

    @property
    def ends(self) -> float:
        """When it ends."""
        return self.begins + self.length_s

    def is_followed_by(self, other: HeardPiece) -> bool:
        """Whether the other begins where this one ends, in time, and in the file or its stream."""
        is_next = (
            abs(self.skip_s + self.length_s - other.skip_s) < _SAME_S
            if other.skip_s
            else self.offset + self.size == other.offset
        )
        return is_next and self.stream == other.stream and abs(self.ends - other.begins) < _SAME_S

    def until(self, at: float) -> HeardPiece:
        """The same, heard no longer than that."""
        return self if self.ends <= at else evolve(self, length_s=at - self.begins)


@define
class _Stream:
    """Coded sound of one side, from its header on."""

    offset: int
    meter: SoundMeter
    length_s: float = 0.0


@define
class SideSounds:
    """Both sides' sound, from Settings on."""

    formats: dict[WireSide, AudioFormat] = field(factory=dict[WireSide, AudioFormat])
    """Format of each side's samples, from Settings on; a side whose sound is coded has none."""

    streams: dict[WireSide, list[int]] = field(factory=lambda: {"client": [], "server": []})
    """Offsets in each side's file at which a stream of coded sound begins."""

    _settings: Mapping[str, Any] = field(factory=dict[str, Any], init=False)
    _coded: dict[WireSide, _Stream] = field(factory=dict[WireSide, _Stream], init=False)
    _sizes: dict[WireSide, int] = field(factory=lambda: {"client": 0, "server": 0}, init=False)

    def use(self, settings: Mapping[str, Any]) -> None:
        """Take what Settings say of it."""
        found: dict[WireSide, AudioFormat | None] = {
            "client": sound_format(settings, "input"),
            "server": sound_format(settings, "output"),
        }
        self.formats = {by: each for by, each in found.items() if each is not None}
        self._settings = settings

    def measured(self, by: WireSide, data: bytes, *, is_new: bool) -> HeardPiece:
        """A piece of sound, to be placed; `is_new` where a stream begins with it."""
        offset, self._sizes[by] = self._sizes[by], self._sizes[by] + len(data)
        plain = self.formats.get(by)
        if plain is not None:
            return HeardPiece(0.0, offset, len(data), plain.seconds_in(len(data)))
        stream = None if is_new else self._coded.get(by)
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
