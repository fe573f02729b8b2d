"""Encoders of sound for clients: samples, WAV, FLAC, MP3, Ogg Opus; sentence by sentence, with little delay.

1. A reply is one stream: its header comes with its first sound, and `end` returns the rest.
2. An encoder never holds back more than 150 ms of a sentence: FLAC has short blocks, and Ogg's pages are cut
   here, since libsndfile waits for a second of sound.
3. Encoders run in their caller's thread, in about a hundredth of the sound's time.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import Enum
from importlib import import_module
from typing import Final, Protocol, cast

from trialogue.model.audio import AudioFormat
from trialogue.speech.formats import encode
from trialogue.speech.ogg import OggWriter, packets_of
from trialogue.values import frozen

__all__ = ["USUAL_SOUND", "Coded", "Coding", "SoundEncoder", "SoundForm", "open_encoder", "wav_header"]

MESSAGE_S: Final = 0.2
"""Most seconds of sound in one message."""

_OPUS_RATE: Final = 48_000
_OPUS_FRAME: Final = 960
"""Samples of one packet as libsndfile writes it: 20 ms."""

_WAV_TAGS: Final = {"linear16": 1, "linear32": 1, "alaw": 6, "mulaw": 7}
_UNKNOWN_SIZE: Final = 0x7FFF_FFFF


class _File(AbstractContextManager["_File"], Protocol):
    """Part of `soundfile.SoundFile` that this module uses."""

    def buffer_write(self, data: bytes, dtype: str) -> None: ...

    def close(self) -> None: ...


class _Library(Protocol):
    """Part of soundfile that this module uses; it has no types."""

    def SoundFile(self, file: object, mode: str, **options: object) -> _File:  # noqa: N802 - the library's name
        """Open a sound file."""
        ...


def _open(file: object, rate: int, **options: object) -> _File:
    library = cast("_Library", import_module("soundfile"))
    return library.SoundFile(file, "w", samplerate=rate, channels=1, **options)


class Coding(Enum):
    """Encoding or container of sound."""

    RAW = "samples"
    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    OGG_OPUS = "ogg-opus"


_USUAL: Final = AudioFormat()


@frozen
class SoundForm:
    """Form in which a client gets its sound."""

    format: AudioFormat = _USUAL
    """Format of the samples; compressed sound is encoded from linear16."""

    coding: Coding = Coding.RAW
    """Encoding or container."""

    bit_rate: int | None = None
    """Bits a second of MP3 and Opus; None for the default."""


USUAL_SOUND: Final = SoundForm()
"""Plain samples, the default."""


@frozen
class Coded:
    """Encoded sound of one message."""

    data: bytes
    """Bytes; may be empty while an encoder gathers."""

    duration_s: float
    """Playing time of the sound that went into it, in seconds."""


class SoundEncoder(Protocol):
    """Encoder of one reply."""

    def encode(self, pcm: bytes) -> list[Coded]:
        """Encode the next sentence: linear16 at the form's rate."""
        ...

    def end(self) -> bytes:
        """Rest of the stream; empty where nothing was encoded."""
        ...


def open_encoder(form: SoundForm) -> SoundEncoder:
    """Encoder for one reply."""
    match form.coding:
        case Coding.RAW | Coding.WAV:
            return _Samples(form)
        case Coding.FLAC | Coding.MP3:
            return _ByLibrary(form)
        case Coding.OGG_OPUS:
            return _OggOpus(form)


def wav_header(audio_format: AudioFormat) -> bytes:
    """RIFF header for audio of unknown length (Microsoft's WAVE, as streams write it)."""
    rate, width = audio_format.sample_rate, audio_format.sample_width
    tag = _WAV_TAGS[audio_format.encoding]
    chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, 1, rate, rate * width, width, 8 * width)
    size = _UNKNOWN_SIZE - 36
    return b"RIFF" + struct.pack("<I", _UNKNOWN_SIZE) + b"WAVE" + chunk + b"data" + struct.pack("<I", size)


def _slices(pcm: bytes, rate: int) -> Iterator[tuple[bytes, float]]:
    """Linear16 in stretches of a message's length, each with its seconds."""
    size = round(MESSAGE_S * rate) * 2
    for start in range(0, len(pcm), size):
        piece = pcm[start : start + size]
        yield piece, len(piece) / (2 * rate)


class _Samples:
    """Plain samples, with or without a WAV header."""

    def __init__(self, form: SoundForm) -> None:
        self._format = form.format
        self._header = wav_header(form.format) if form.coding is Coding.WAV else b""

    def encode(self, pcm: bytes) -> list[Coded]:
        said = [
            Coded(encode(piece, self._format.encoding), seconds)
            for piece, seconds in _slices(pcm, self._format.sample_rate)
        ]
        if said and self._header:
            said.insert(0, Coded(self._header, 0.0))
            self._header = b""
        return said

    def end(self) -> bytes:
        return b""


class _ByLibrary:
    """FLAC and MP3, by an encoder of libsndfile that lives as long as the reply."""

    def __init__(self, form: SoundForm) -> None:
        self._form = form
        self._written = _Written()
        self._file: _File | None = None

    def encode(self, pcm: bytes) -> list[Coded]:
        said: list[Coded] = []
        for piece, seconds in _slices(pcm, self._form.format.sample_rate):
            if self._file is None:
                self._file = self._opened()
            self._file.buffer_write(piece, dtype="int16")
            said.append(Coded(self._written.take(), seconds))
        return said

    def end(self) -> bytes:
        if self._file is None:
            return b""
        self._file.close()
        return self._written.take()

    def _opened(self) -> _File:
        rate = self._form.format.sample_rate
        if self._form.coding is Coding.FLAC:  # level 0 has blocks of 1152 samples, others have 4096
            options: dict[str, object] = {"format": "FLAC", "subtype": "PCM_16", "compression_level": 0.0}
        else:
            level = _mp3_level(rate, self._form.bit_rate or 48_000)
            options = {"format": "MP3", "bitrate_mode": "CONSTANT", "compression_level": level}
        return _open(self._written, rate, **options)


def _mp3_level(rate: int, bit_rate: int) -> float:
    """MP3 compression level of libsndfile for a bit rate: 0 is the highest at a sample rate, 1 the lowest."""
    least, most = (32_000, 320_000) if rate >= 32_000 else (8_000, 160_000)
    return min(1.0, max(0.0, (most - bit_rate) / (most - least)))


class _Written(io.RawIOBase):
    """File to which libsndfile writes: appended bytes are kept until taken.

    Corrections at the end are dropped: the stream is sent by then, and states that its length is unknown.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fresh = bytearray()
        self._end: int = 0
        self._at: int = 0

    def take(self) -> bytes:
        fresh, self._fresh = bytes(self._fresh), bytearray()
        return fresh

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        piece = bytes(data)
        if self._at == self._end:
            self._fresh += piece
            self._end += len(piece)
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class _OggOpus:
    """Opus in pages of our own: each sentence is encoded by itself, and its packets join one stream."""

    def __init__(self, form: SoundForm) -> None:
        bit_rate = form.bit_rate or 48_000
        self._level = min(1.0, max(0.0, 1 - (bit_rate - 6_000) / 250_000))
        self._pages = OggWriter()
        self._granule = 0
        self._has_begun = False

    def encode(self, pcm: bytes) -> list[Coded]:
        if not pcm:
            return []
        head, _, *packets = packets_of(self._file(pcm))
        said: list[Coded] = []
        if not self._has_begun:
            said.append(Coded(self._headers(head), 0.0))
            self._has_begun = True
        each = round(MESSAGE_S * _OPUS_RATE) // _OPUS_FRAME
        for start in range(0, len(packets), each):
            group = packets[start : start + each]
            self._granule += len(group) * _OPUS_FRAME
            said.append(Coded(self._pages.page(group, self._granule), len(group) * _OPUS_FRAME / _OPUS_RATE))
        return said

    def end(self) -> bytes:
        return self._pages.page([], self._granule, is_last=True) if self._has_begun else b""

    def _headers(self, head: bytes) -> bytes:
        vendor = b"trialogue"
        tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
        return self._pages.page([head], 0) + self._pages.page([tags], 0)

    def _file(self, pcm: bytes) -> bytes:
        whole = io.BytesIO()
        options = {"format": "OGG", "subtype": "OPUS", "compression_level": self._level}
        with _open(whole, _OPUS_RATE, **options) as file:
            file.buffer_write(pcm, dtype="int16")
        return whole.getvalue()
