"""Decoders of streamed sound to linear16 mono at `HEARING_RATE`: samples, FLAC and Ogg Opus.

1. `decode` gives all sound of the bytes so far, a second or two at a time, and keeps an incomplete rest.
   A few bytes may be hours of silence: callers let other tasks run between two pieces, and `LONGEST_S` is
   the most.
2. Opus has a short memory: packets are decoded in groups, each after the 80 ms before it, which bring a
   decoder to the sender's state (RFC 7845, section 4.6).
3. FLAC is decoded by libsndfile in a thread that waits for bytes, and while a second of its sound waits;
   `close` ends it.
"""

from __future__ import annotations

import io
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from threading import Condition, Thread
from typing import Final, Protocol

import numpy as np

from trialogue.model.audio import AudioFormat
from trialogue.speech.formats import Decoder
from trialogue.speech.ogg import OggReader, OggWriter
from trialogue.speech.ports import HEARING_RATE
from trialogue.speech.resample import Resampler, RestingResampler
from trialogue.speech.sound_files import (
    SoundFileLibrary,
    Undecodable,
    check_beginning,
    check_rate,
    mono,
    sound_library,
    unsought,
)

__all__ = [
    "COMPRESSED_INPUTS",
    "FlacStream",
    "OpusStream",
    "SampleStream",
    "SoundStream",
    "open_stream",
    "opus_samples",
]

COMPRESSED_INPUTS: Final = ("flac", "ogg-opus")
"""Compressed formats, by the hosted service's names."""

_OPUS_RATE: Final = 48_000
_LEAD_PACKETS: Final = 4
_PATIENCE_S: Final = 5.0
"""Most seconds of decoding a piece, which takes a hundredth of its playing time."""

LONGEST_S: Final = 600.0
"""Most seconds of sound in the bytes that are given at once."""

_AT_A_TIME_S: Final = 1.0
"""Seconds of sound that are decoded at a time."""

_SLICE_BYTES: Final = 16 * 1024
"""Bytes that are decoded at a time."""

_LONGEST_HEAD: Final = 4 * 1024 * 1024
"""Most bytes of a FLAC stream before its first sound: pictures may be among them."""


class SoundStream(Protocol):
    """Decoder of one stream."""

    def decode(self, data: bytes) -> Iterable[bytes]:
        """Sound of the next bytes in pieces, linear16 mono at `HEARING_RATE`; raises `Undecodable`."""
        ...

    def close(self) -> None:
        """Release the decoder; nothing is decoded afterwards."""
        ...


def open_stream(encoding: str) -> SoundStream:
    """Decoder for one of `COMPRESSED_INPUTS`."""
    return FlacStream() if encoding == "flac" else OpusStream()


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces; `Undecodable` after the longest that may be given at once."""
    left = LONGEST_S * HEARING_RATE * 2
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Undecodable(f"Sound that is sent at once may last at most {LONGEST_S:g} seconds.")
        yield piece


class SampleStream:
    """Decoder of plain samples."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._decoder = Decoder(audio_format)
        self._resampler = RestingResampler(audio_format.sample_rate, HEARING_RATE)

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Sound of the next bytes; see `SoundStream`."""
        for at in range(0, len(data), _SLICE_BYTES):
            yield self._resampler.feed(self._decoder.decode(data[at : at + _SLICE_BYTES]))

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

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Sound of the next bytes; see `SoundStream`."""
        return _bounded(self._pieces(data))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        for at in range(0, len(data), _SLICE_BYTES):
            came = self._reader.feed(data[at : at + _SLICE_BYTES])
            packets = [packet for packet in came if self._is_sound(packet)]
            if self._reader.is_lost:
                raise Undecodable("The sound is not an Ogg stream.")
            for group in _groups(packets):
                yield self._resampler.feed(self._decoded(group))

    def _decoded(self, packets: list[bytes]) -> bytes:
        """Sound of the next packets at their rate."""
        lead, file = list(self._lead), OggWriter()
        made, at = file.page([self._head], 0) + file.page([_NO_TAGS], 0), 0
        for packet in (*lead, *packets):
            at += opus_samples(packet)
            made += file.page([packet], at)
        self._lead.extend(packets)
        return self._behind(made, lead)

    def close(self) -> None:
        """Release the decoder."""
        self._lead.clear()

    def _is_sound(self, packet: bytes) -> bool:
        """Whether a packet is neither of the two headers."""
        if not self._head:
            if not packet.startswith(b"OpusHead") or len(packet) < 19:
                raise Undecodable("The Ogg stream is not Opus.")
            # Nothing is skipped at the front: sound before the first group is skipped here. The rate is that
            # of the sender's input, for information; libsndfile would decode at it.
            self._head = packet[:10] + b"\0\0" + struct.pack("<I", _OPUS_RATE) + packet[16:]
            return False
        has_tags, self._has_tags = self._has_tags, True
        return has_tags and bool(packet)

    def _behind(self, made: bytes, lead: list[bytes]) -> bytes:
        skipped = sum(map(opus_samples, lead))
        try:
            with sound_library().SoundFile(io.BytesIO(made)) as file:
                return mono(file.read(dtype="int16", always_2d=True)[skipped:])
        except (sound_library().SoundFileError, ValueError) as fault:
            raise Undecodable("The Opus packets cannot be decoded.") from fault


_NO_TAGS: Final = b"OpusTags" + struct.pack("<II", 0, 0)
_FAR: Final = 1 << 40
"""End that is claimed for a stream that may still grow."""


def _groups(packets: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Packets in groups of about `_AT_A_TIME_S`."""
    group: list[bytes] = []
    left = most = round(_AT_A_TIME_S * _OPUS_RATE)
    for packet in packets:
        group.append(packet)
        left -= max(_SHORTEST, opus_samples(packet))
        if left <= 0:
            yield group
            group, left = [], most
    if group:
        yield group


_SHORTEST: Final = 120
"""Samples of the shortest packet; one that claims none takes as long to decode."""


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

    @property
    def beginning(self) -> bytes:
        """First bytes, as long as they are kept."""
        return bytes(self._bytes[:_OPENING_BYTES])

    @property
    def kept(self) -> int:
        """Bytes that are kept for rewinding."""
        return len(self._bytes) if self._must_keep else 0

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
        self._fault = ""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Sound of the next bytes; see `SoundStream`."""
        return _bounded(self._pieces(data))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        self._pipe.put(data)
        self._received += len(data)
        if self._received < _OPENING_BYTES:
            return
        if self._thread is None:
            check_beginning(self._pipe.beginning)
            self._thread = Thread(target=self._run, name="flac", daemon=True)
            self._thread.start()
        is_all = False
        while not is_all:
            sound, is_all = self._next_piece()
            yield sound

    def _next_piece(self) -> tuple[bytes, bool]:
        """Sound that is decoded, and whether that is all of it."""
        pipe = self._pipe
        with pipe.changed:
            is_in_time = pipe.changed.wait_for(
                lambda: pipe.is_waiting or pipe.is_over or len(self._sound) >= _ENOUGH, _PATIENCE_S
            )
            if self._fault:
                raise Undecodable(self._fault)
            if pipe.is_waiting and pipe.kept > _LONGEST_HEAD:
                raise Undecodable("The FLAC stream has no sound within its first 4 MiB.")
            sound, self._sound = bytes(self._sound), bytearray()
            pipe.changed.notify_all()
            return sound, not is_in_time or pipe.is_waiting or pipe.is_over

    def close(self) -> None:
        """End the thread."""
        with self._pipe.changed:
            self._pipe.is_over = True
            self._pipe.changed.notify_all()

    def _run(self) -> None:
        library = sound_library()
        try:
            self._read(library)
        except Undecodable as fault:
            self._fault = str(fault)
        except (library.SoundFileError, ValueError, OSError):
            self._fault = "The sound is not a FLAC stream."
        finally:
            self.close()

    def _read(self, library: SoundFileLibrary) -> None:
        with unsought(library)(self._pipe) as file:
            self._pipe.forget_what_is_read()
            check_rate(file)
            resampler = Resampler(file.samplerate, HEARING_RATE)
            room = bytearray(2 * _AT_ONCE * file.channels)
            while not self._pipe.is_over and (frames := file.buffer_read_into(room, dtype="int16")):
                samples = np.frombuffer(room, "<i2").reshape(-1, file.channels)
                self._give(resampler.feed(mono(samples[:frames])))

    def _give(self, sound: bytes) -> None:
        """Add decoded sound, and wait while enough of it waits to be taken."""
        pipe = self._pipe
        with pipe.changed:
            self._sound += sound
            if len(self._sound) >= _ENOUGH:
                pipe.changed.notify_all()
                pipe.changed.wait_for(lambda: pipe.is_over or len(self._sound) < _ENOUGH)


_OPENING_BYTES: Final = 128
"""Bytes that must be present before libsndfile detects the format, which it does only once."""

_ENOUGH: Final = round(_AT_A_TIME_S * HEARING_RATE) * 2
"""Bytes of decoded sound that wait at most."""

_AT_ONCE: Final = 160
"""Samples that are read together: so many may be held back until more come."""
