"""Audio files as samples: the header is judged first, then the sound is read with a running cap.

A header lies as easily as it speaks the truth, and a small FLAC can hold hours of silence: what counts is
what has been read.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final, Protocol, SupportsBytes, cast

from attrs import frozen

from trialogue.errors import SetupError

__all__ = ["MOST_CHANNELS", "MOST_S", "RATES", "read_recording"]

MOST_S: Final = 4 * 3600.0
"""The longest recording, in seconds."""

MOST_CHANNELS: Final = 8

RATES: Final = (8_000, 192_000)
"""The lowest and the highest sample rate."""

_BLOCK_S: Final = 1.0
"""How much is read at a time, in seconds."""


@frozen
class _Header:
    """What a file says of itself."""

    sample_rate: int
    channels: int
    frames: int


@frozen
class _Opened:
    """A file whose header was read."""

    header: _Header
    read: Callable[[int], bytes]
    """The next frames, as interleaved linear16; empty at the end."""


class _FlacFile(Protocol):
    """The part of `soundfile.SoundFile` that we use."""

    samplerate: int
    channels: int
    frames: int

    def buffer_read(self, frames: int, dtype: str) -> SupportsBytes: ...


class _SoundFile(Protocol):
    """The part of soundfile that we use; it has no types."""

    def SoundFile(self, file: BinaryIO) -> AbstractContextManager[_FlacFile]: ...  # noqa: N802 - its name


def read_recording(path: Path, sample_rate: int) -> bytes:
    """The sound of a WAV or FLAC file as linear16 mono at `sample_rate`; channels are averaged.

    `SetupError` in one line for what cannot be read or is too long (4 h), too wide (8 channels) or at no
    sample rate from 8 to 192 kHz. WAV may have 8, 16, 24 or 32 bits; FLAC needs `trialogue[audio]`.
    """
    try:
        with path.open("rb") as file:
            return _converted(_blocks(file, path), sample_rate)
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror or error}") from error


def _blocks(file: BinaryIO, path: Path) -> Iterator[tuple[_Header, bytes]]:
    """The sound a second at a time, each with the file's header."""
    kind = file.read(4)
    file.seek(0)
    match kind:
        case b"RIFF":
            yield from _wav(file, path)
        case b"fLaC":
            yield from _flac(file, path)
        case _:
            raise SetupError(f"{path} is neither WAV nor FLAC")


def _wav(file: BinaryIO, path: Path) -> Iterator[tuple[_Header, bytes]]:
    try:
        with wave.open(file) as wav:
            header = _Header(wav.getframerate(), wav.getnchannels(), wav.getnframes())
            width = wav.getsampwidth()
            yield from _capped(_Opened(header, lambda n: _linear16(wav.readframes(n), width)), path)
    except (wave.Error, EOFError, RuntimeError) as error:  # the last for a chunk that ends behind the file
        raise SetupError(f"{path} is not a WAV file that can be read: {error or 'it is cut off'}") from error


def _flac(file: BinaryIO, path: Path) -> Iterator[tuple[_Header, bytes]]:
    try:
        library = cast("_SoundFile", import_module("soundfile"))
    except (ImportError, OSError) as missing:
        raise SetupError(f"{path} is FLAC, which needs pip install 'trialogue[audio]'") from missing
    try:
        with library.SoundFile(file) as flac:
            header = _Header(flac.samplerate, flac.channels, flac.frames)
            yield from _capped(
                _Opened(header, lambda n: bytes(cast("bytes", flac.buffer_read(n, "int16")))), path
            )
    except (RuntimeError, AssertionError) as error:  # soundfile's LibsndfileError; less sound than it claimed
        raise SetupError(f"{path} is not a FLAC file that can be read") from error


def _capped(opened: _Opened, path: Path) -> Iterator[tuple[_Header, bytes]]:
    header = opened.header
    if not 1 <= header.channels <= MOST_CHANNELS:
        raise SetupError(f"{path} has {header.channels} channels; at most {MOST_CHANNELS} are read")
    if not RATES[0] <= header.sample_rate <= RATES[1]:
        raise SetupError(f"{path} has {header.sample_rate} samples a second; 8 to 192 kHz are read")
    left = round(MOST_S * header.sample_rate)
    if header.frames > left:
        raise SetupError(f"{path} is longer than four hours")
    while block := opened.read(round(_BLOCK_S * header.sample_rate)):
        left -= len(block) // (2 * header.channels)
        if left < 0:
            raise SetupError(f"{path} is longer than four hours, whatever its header says")
        yield header, block


def _linear16(raw: bytes, width: int) -> bytes:
    """WAV's integers of 1 to 4 bytes as 16 bits: the upper two bytes, 8 bits being unsigned (RIFF WAVE)."""
    import numpy as np  # noqa: PLC0415 - heavy, and only where a file is read

    raw = raw[: len(raw) - len(raw) % width]
    if width == 1:
        return bytes(((np.frombuffer(raw, np.uint8).astype(np.int16) - 128) << 8).astype("<i2"))
    return bytes(np.frombuffer(raw, np.uint8).reshape(-1, width)[:, -2:])


def _converted(blocks: Iterator[tuple[_Header, bytes]], sample_rate: int) -> bytes:
    import numpy as np  # noqa: PLC0415 - likewise

    from trialogue.speech.resample import Resampler  # noqa: PLC0415 - likewise

    resampler: Resampler | None = None
    sound = bytearray()
    for header, block in blocks:
        resampler = resampler or Resampler(header.sample_rate, sample_rate)
        whole = block[: len(block) - len(block) % (2 * header.channels)]
        samples = np.frombuffer(whole, "<i2").reshape(-1, header.channels)
        mono = whole if header.channels == 1 else bytes(np.rint(samples.mean(axis=1)).astype("<i2"))
        sound += resampler.feed(mono)
    return bytes(sound + resampler.flush()) if resampler else b""
