"""Length of compressed sound while it comes, without decoding: from the headers of its frames.

1. A meter takes one stream from its beginning, in pieces of any size; an incomplete frame waits for its rest.
2. Other bytes count as 0 s: a meter raises nothing.
"""

from __future__ import annotations

from typing import Final, Protocol

from attrs import field

from trialogue.model.audio import AudioFormat
from trialogue.speech.ogg import OggReader
from trialogue.speech.streams import opus_samples
from trialogue.values import define

__all__ = ["FlacMeter", "Mp3Meter", "OpusMeter", "SampleMeter", "SoundMeter"]


class SoundMeter(Protocol):
    """Meter of one stream."""

    def take(self, data: bytes) -> float:
        """Seconds of the frames that the next bytes complete."""
        ...


@define
class SampleMeter:
    """Meter of plain samples after a header of so many bytes."""

    audio_format: AudioFormat
    header_bytes: int = 0
    _taken: int = field(default=0, init=False)

    def take(self, data: bytes) -> float:
        """See `SoundMeter`."""
        before, self._taken = self._taken, self._taken + len(data)
        return self.audio_format.seconds_in(self._samples_in(self._taken) - self._samples_in(before))

    def _samples_in(self, taken: int) -> int:
        return max(0, taken - self.header_bytes)


_OPUS_RATE: Final = 48_000


@define
class OpusMeter:
    """Ogg Opus: each packet has its length (RFC 6716, section 3.1), and the first two are headers."""

    _reader: OggReader = field(factory=OggReader, init=False)
    _headers: int = field(default=2, init=False)

    def take(self, data: bytes) -> float:
        """See `SoundMeter`."""
        packets = self._reader.feed(data)
        sound = packets[self._headers :]
        self._headers -= min(self._headers, len(packets))
        return sum(opus_samples(each) for each in sound if each) / _OPUS_RATE


@define
class _ByFrames:
    """Meter of frames that are found by the pattern at their beginning, one after another."""

    _held: bytearray = field(factory=bytearray, init=False)
    _skip: int = field(default=0, init=False)

    def take(self, data: bytes) -> float:
        """See `SoundMeter`."""
        self._held += data
        gone = min(self._skip, len(self._held))
        del self._held[:gone]
        self._skip -= gone
        seconds, at = 0.0, 0
        while (at := self._held.find(0xFF, at)) >= 0 and at + self._HEADER <= len(self._held):
            size, length_s = self._frame(bytes(self._held[at : at + self._HEADER]))
            at, seconds = at + size, seconds + length_s
        at = len(self._held) if at < 0 else at
        self._skip += max(0, at - len(self._held))
        del self._held[:at]
        return seconds

    _HEADER = 4
    """Most bytes of a header."""

    def _frame(self, head: bytes) -> tuple[int, float]:
        """Least distance to the next frame, and length of this one; 1 and 0 where there is none."""
        raise AssertionError(head)  # each kind of stream defines its own


_MP3_BIT_RATES: Final = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second by a header's index from 1, for MPEG 1 and for MPEG 2 and 2.5 (ISO 11172-3, 13818-3)."""

_MP3_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Samples a second by version and index."""


@define
class Mp3Meter(_ByFrames):
    """MPEG audio, layer III: each header has the length of its frame, in bytes and in samples."""

    def _frame(self, head: bytes) -> tuple[int, float]:
        version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
        rates = _MP3_RATES.get(version, ())
        rate_index, bit_index = head[2] >> 2 & 3, head[2] >> 4
        if head[1] < 0xE0 or layer != 1 or rate_index >= len(rates) or not 0 < bit_index < 15:
            return 1, 0.0
        is_first = version == 3
        rate, samples = rates[rate_index], 1152 if is_first else 576
        bits = 1000 * _MP3_BIT_RATES[is_first][bit_index - 1]
        return samples // 8 * bits // rate + (head[2] >> 1 & 1), samples / rate


_FLAC_INFO: Final = slice(18, 21)
"""Place of the sample rate in a stream: its first 20 bits (RFC 9639, section 8.2)."""


@define
class FlacMeter(_ByFrames):
    """FLAC: a frame is recognized by its number, which must be the next (RFC 9639, section 9.1)."""

    _head: bytes = field(default=b"", init=False)
    _frames: int = field(default=0, init=False)
    _samples: int = field(default=0, init=False)

    _HEADER = 13

    def take(self, data: bytes) -> float:
        """See `SoundMeter`."""
        self._head += data[: _FLAC_INFO.stop - len(self._head)]
        return super().take(data)

    def _frame(self, head: bytes) -> tuple[int, float]:
        rate = int.from_bytes(self._head[_FLAC_INFO]) >> 4
        if head[1] not in {0xF8, 0xF9} or not self._head.startswith(b"fLaC") or not rate:
            return 1, 0.0
        number = _coded(self._samples if head[1] == 0xF9 else self._frames)
        samples = _block_size(head[2] >> 4, head[4 + len(number) :])
        if head[4 : 4 + len(number)] != number or not samples:
            return 1, 0.0
        self._frames, self._samples = self._frames + 1, self._samples + samples
        return 4 + len(number), samples / rate


def _block_size(code: int, behind: bytes) -> int:
    """Samples of a block; 0 for a reserved value."""
    match code:
        case 0:
            return 0
        case 1:
            return 192
        case 2 | 3 | 4 | 5:
            return 576 << code - 2
        case 6:
            return behind[0] + 1
        case 7:
            return int.from_bytes(behind[:2]) + 1
        case _:
            return 256 << code - 8


def _coded(number: int) -> bytes:
    r"""Number in a form like UTF-8, extended beyond Unicode (RFC 9639, section 9.1.5).

    >>> _coded(5), _coded(200)
    (b'\x05', b'\xc3\x88')
    """
    if number < 0x80:
        return bytes([number])
    behind: list[int] = []
    while number >= 1 << max(0, 6 - len(behind)):
        behind.append(0x80 | number & 0x3F)
        number >>= 6
    lead = 0xFF << 7 - len(behind) & 0xFF
    return bytes([lead | number, *reversed(behind)])
