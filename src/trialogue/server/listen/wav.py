"""Containers of sound for the listening routes, and the streamed header of WAV (Microsoft's RIFF WAVE)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from attrs import field

from trialogue.model.audio import AudioFormat, Encoding
from trialogue.speech.sound_files import Undecodable
from trialogue.speech.streams import SampleStream, SoundStream, open_stream
from trialogue.values import define

__all__ = ["ContainedStream", "NoWav", "WavHeader"]

_ENCODINGS: Final[dict[tuple[int, int], Encoding]] = {
    (1, 16): "linear16",
    (1, 32): "linear32",
    (6, 8): "alaw",
    (7, 8): "mulaw",
}
_MAX_HEADER: Final = 64 * 1024
_MAGIC_BYTES: Final = 4


class NoWav(Undecodable):
    """The bytes are no WAV stream that can be read; the text may be sent to the client."""


@define
class WavHeader:
    """Reader of a WAV header that comes in pieces."""

    format: AudioFormat | None = field(default=None, init=False)
    """Format of the samples, once `feed` has reached them."""

    _held: bytearray = field(factory=bytearray, init=False)
    _at: int = field(default=12, init=False)
    """Place of the chunk that is read next."""

    _found: AudioFormat | None = field(default=None, init=False)

    def feed(self, data: bytes) -> bytes:
        """Samples in `data`; nothing while the header is incomplete. Raises `NoWav`."""
        if self.format is not None:
            return data
        self._held += data
        if len(self._held) >= 12 and not (
            self._held.startswith(b"RIFF") and self._held.startswith(b"WAVE", 8)
        ):
            raise NoWav("Without encoding and sample_rate the audio must be a WAV stream.")
        while len(self._held) >= self._at + 8:
            name, size = struct.unpack_from("<4sI", self._held, self._at)
            if name == b"data":
                self.format = self._found or self._unheard()
                rest, self._held = bytes(self._held[self._at + 8 :]), bytearray()
                return rest
            if name == b"fmt ":
                if len(self._held) < self._at + 24:
                    break
                self._found = self._read_format(self._at + 8)
            self._at += 8 + size + size % 2
        if len(self._held) > _MAX_HEADER:
            raise NoWav("The WAV stream has no data within its first 64 KiB.")
        return b""

    def _read_format(self, at: int) -> AudioFormat | None:
        tag, channels, rate = struct.unpack_from("<HHI", self._held, at)
        (bits,) = struct.unpack_from("<H", self._held, at + 14)
        encoding = _ENCODINGS.get((tag, bits))
        if encoding is None or channels != 1 or not 4_000 <= rate <= 192_000:
            return None
        return AudioFormat(encoding, rate)

    def _unheard(self) -> AudioFormat:
        raise NoWav("The WAV stream must be mono, in 16-bit or 32-bit samples, mu-law or A-law.")


class ContainedStream:
    """Decoder of sound in a container, which its first bytes name: WAV, Ogg Opus or FLAC."""

    def __init__(self) -> None:
        self._held = b""
        self._stream: SoundStream | None = None

    def decode(self, data: bytes) -> Iterable[bytes]:
        """Samples in the next bytes; see `SoundStream`."""
        if self._stream is None:
            self._held += data
            if len(self._held) < _MAGIC_BYTES:
                return ()
            self._stream = _stream_of(self._held[:_MAGIC_BYTES])
            data, self._held = self._held, b""
        return self._stream.decode(data)

    def close(self) -> None:
        """Release the decoder."""
        if self._stream is not None:
            self._stream.close()


def _stream_of(magic: bytes) -> SoundStream:
    match magic:
        case b"RIFF":
            return _WavStream()
        case b"OggS":
            return open_stream("ogg-opus")
        case b"fLaC":
            return open_stream("flac")
        case _:
            raise NoWav("Without encoding and sample_rate the audio must be a WAV, Ogg Opus or FLAC stream.")


class _WavStream:
    """Decoder of samples after a WAV header."""

    def __init__(self) -> None:
        self._header = WavHeader()
        self._samples: SampleStream | None = None

    def decode(self, data: bytes) -> Iterable[bytes]:
        sound = self._header.feed(data)
        if self._header.format is None:
            return ()
        self._samples = self._samples or SampleStream(self._header.format)
        return self._samples.decode(sound)

    def close(self) -> None:
        """Release nothing: there is nothing to release."""
