"""Decoders of streamed sound to linear16 mono at `HEARING_RATE`: samples, FLAC and Ogg Opus.

1. `decode` returns all sound of the bytes so far, and keeps an incomplete rest.
2. Opus has a short memory: packets are decoded in groups, each after the 80 ms before it, which bring a
   decoder to the sender's state (RFC 7845, section 4.6).
3. FLAC is decoded by libsndfile in a thread that waits for bytes; `close` ends it.
4. `decoded` returns a complete sound block by block, in any format that libsndfile recognizes.
"""

from __future__ import annotations

import io
import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from threading import Condition, Thread
from typing import Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from trialogue.model.audio import AudioFormat
from trialogue.speech.formats import Decoder
from trialogue.speech.ogg import OggReader, OggWriter
from trialogue.speech.ports import HEARING_RATE
from trialogue.speech.resample import Resampler, RestingResampler

__all__ = [
    "COMPRESSED_INPUTS",
    "FlacStream",
    "OpusStream",
    "SampleStream",
    "SoundStream",
    "Undecodable",
    "decoded",
    "open_stream",
    "opus_samples",
]

COMPRESSED_INPUTS: Final = ("flac", "ogg-opus")
"""Compressed formats, by the hosted service's names."""

_OPUS_RATE: Final = 48_000
_LEAD_PACKETS: Final = 4
_PATIENCE_S: Final = 5.0
"""Most seconds of decoding a piece, which takes a hundredth of its playing time."""

_Samples = npt.NDArray[np.int16]


class Undecodable(Exception):
    """The bytes are not such sound; the text may be sent to the client."""


class SoundStream(Protocol):
    """Decoder of one stream."""

    def decode(self, data: bytes) -> bytes:
        """Sound of the next bytes, linear16 mono at `HEARING_RATE`; raises `Undecodable`."""
        ...

    def close(self) -> None:
        """Release the decoder; nothing is decoded afterwards."""
        ...


class _File(AbstractContextManager["_File"], Protocol):
    """Part of `soundfile.SoundFile` that this module uses."""

    samplerate: int
    channels: int

    def read(self, *, dtype: str, always_2d: bool) -> _Samples: ...

    def buffer_read_into(self, buffer: bytearray, dtype: str) -> int: ...


class _Library(Protocol):
    """Part of soundfile that this module uses; it has no types."""

    SoundFileError: type[Exception]

    def SoundFile(self, file: object) -> _File:  # noqa: N802 - its name
        """Open a sound file."""
        ...


def _library() -> _Library:
    return cast("_Library", import_module("soundfile"))


def open_stream(encoding: str) -> SoundStream:
    """Decoder for one of `COMPRESSED_INPUTS`."""
    return FlacStream() if encoding == "flac" else OpusStream()


def _mono(samples: _Samples) -> bytes:
    if samples.shape[1] == 1:
        return bytes(samples.tobytes())
    mean = samples.astype(np.int32).mean(axis=1)
    return bytes(mean.astype("<i2").tobytes())


def decoded(data: bytes, sample_rate: int) -> Iterator[bytes]:
    """Sound of a whole stream as linear16 mono, in blocks; raises `Undecodable` for an invalid one."""
    library = _library()
    try:
        with _unsought(library)(io.BytesIO(data)) as file:
            resampler = Resampler(file.samplerate, sample_rate)
            room = bytearray(2 * _BLOCK * file.channels)
            while frames := file.buffer_read_into(room, dtype="int16"):
                samples = np.frombuffer(room, "<i2").reshape(-1, file.channels)
                yield resampler.feed(_mono(samples[:frames]))
            yield resampler.flush()
    except (library.SoundFileError, ValueError) as fault:
        raise Undecodable("The sound cannot be decoded.") from fault


class SampleStream:
    """Decoder of plain samples."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._decoder = Decoder(audio_format)
        self._resampler = RestingResampler(audio_format.sample_rate, HEARING_RATE)

    def decode(self, data: bytes) -> bytes:
        """Sound of the next bytes; see `SoundStream`."""
        return self._resampler.feed(self._decoder.decode(data))

    def close(self) -> None:
        """Release nothing: there is nothing to release."""


class OpusStream:
    """Decoder of Ogg Opus, by groups of packets."""

    def __init__(self) -> None:
        self._reader = OggReader()
        self._head = b""
        self._has_tags = False
        self._lead: deque[bytes] = deque(maxlen=_LEAD_PACKETS)
        self._resampler = Resampler(_OPUS_RATE, HEARING_RATE)

    def decode(self, data: bytes) -> bytes:
        """Sound of the next bytes; see `SoundStream`."""
        packets = [packet for packet in self._reader.feed(data) if self._is_sound(packet)]
        if self._reader.is_lost:
            raise Undecodable("The sound is not an Ogg stream.")
        if not packets:
            return b""
        lead, file = list(self._lead), OggWriter()
        made, at = file.page([self._head], 0) + file.page([_NO_TAGS], 0), 0
        for packet in (*lead, *packets):
            at += opus_samples(packet)
            made += file.page([packet], at)
        self._lead.extend(packets)
        return self._resampler.feed(self._behind(made, lead))

    def close(self) -> None:
        """Release the decoder."""
        self._lead.clear()

    def _is_sound(self, packet: bytes) -> bool:
        """Whether a packet is neither of the two headers."""
        if not self._head:
            if not packet.startswith(b"OpusHead") or len(packet) < 19:
                raise Undecodable("The Ogg stream is not Opus.")
            # Nothing is skipped at the front: sound before the first group is skipped here.
            self._head = packet[:10] + b"\0\0" + packet[12:]
            return False
        has_tags, self._has_tags = self._has_tags, True
        return has_tags and bool(packet)

    def _behind(self, made: bytes, lead: list[bytes]) -> bytes:
        skipped = sum(map(opus_samples, lead))
        try:
            with _library().SoundFile(io.BytesIO(made)) as file:
                return _mono(file.read(dtype="int16", always_2d=True)[skipped:])
        except (_library().SoundFileError, ValueError) as fault:
            raise Undecodable("The Opus packets cannot be decoded.") from fault


_NO_TAGS: Final = b"OpusTags" + struct.pack("<II", 0, 0)
_FAR: Final = 1 << 40
"""End that is claimed for a stream that may still grow."""


def opus_samples(packet: bytes) -> int:
    """Samples at 48 kHz in a packet (RFC 6716, section 3.1)."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:
        frame = (480, 960, 1920, 2880)[configuration & 3]
    elif configuration < 16:
        frame = (480, 960)[configuration & 1]
    else:
        frame = (120, 240, 480, 960)[configuration & 3]
    count = packet[1] & 0x3F if code == 3 and len(packet) > 1 else (1, 2, 2, 0)[code]
    return frame * count


class _Pipe(io.RawIOBase):
    """Growing file, in which reading waits for more bytes. It can be rewound while only its head was read."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = Condition()
        self.is_over = False
        self.is_waiting = False
        self._bytes = bytearray()
        self._begins = 0
        self._at = 0
        self._must_keep = True

    def put(self, data: bytes) -> None:
        with self.changed:
            self._bytes += data
            self.is_waiting = False
            self.changed.notify_all()

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        with self.changed:
            while self._at >= self._begins + len(self._bytes) and not self.is_over:
                self.is_waiting = True
                self.changed.notify_all()
                self.changed.wait()
            start = self._at - self._begins
            piece = self._bytes[start : start + len(buffer)]
            buffer[: len(piece)] = piece
            self._at += len(piece)
            if not self._must_keep:
                del self._bytes[: self._at - self._begins]
                self._begins = self._at
            return len(piece)

    def forget_what_is_read(self) -> None:
        """Forbid rewinding from now on."""
        self._must_keep = False

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = _FAR if whence == io.SEEK_END else 0
        self._at = offset + (self._at if whence == io.SEEK_CUR else end)
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class FlacStream:
    """Decoder of FLAC, by a thread of its own."""

    def __init__(self) -> None:
        self._pipe = _Pipe()
        self._sound = bytearray()
        self._thread: Thread | None = None
        self._received = 0
        self._is_broken = False

    def decode(self, data: bytes) -> bytes:
        """Sound of the next bytes; see `SoundStream`."""
        self._pipe.put(data)
        self._received += len(data)
        if self._received < _OPENING_BYTES:
            return b""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="flac", daemon=True)
            self._thread.start()
        with self._pipe.changed:
            self._pipe.changed.wait_for(lambda: self._pipe.is_waiting or self._pipe.is_over, _PATIENCE_S)
            if self._is_broken:
                raise Undecodable("The sound is not a FLAC stream.")
            sound, self._sound = bytes(self._sound), bytearray()
        return sound

    def close(self) -> None:
        """End the thread."""
        with self._pipe.changed:
            self._pipe.is_over = True
            self._pipe.changed.notify_all()

    def _run(self) -> None:
        library = _library()
        try:
            self._read(library)
        except (library.SoundFileError, ValueError, OSError):
            self._is_broken = True
        finally:
            self.close()

    def _read(self, library: _Library) -> None:
        with _unsought(library)(self._pipe) as file:
            self._pipe.forget_what_is_read()
            resampler = Resampler(file.samplerate, HEARING_RATE)
            room = bytearray(2 * _AT_ONCE * file.channels)
            while frames := file.buffer_read_into(room, dtype="int16"):
                samples = np.frombuffer(room, "<i2").reshape(-1, file.channels)
                sound = resampler.feed(_mono(samples[:frames]))
                with self._pipe.changed:
                    self._sound += sound


_OPENING_BYTES: Final = 128
"""Bytes that must be present before libsndfile detects the format, which it does only once."""

_BLOCK: Final = 48_000
"""Samples of a block of a whole stream."""

_AT_ONCE: Final = 160
"""Samples that are read together: so many may be held back until more come."""


def _unsought(library: _Library) -> Callable[[object], _File]:
    """File of the library that is never told to seek: a stream of unknown length cannot."""
    base = cast("type", library.SoundFile)
    made = type("UnsoughtFile", (base,), {"seekable": _never})
    return cast("Callable[[object], _File]", made)


def _never(_: object) -> bool:
    return False
