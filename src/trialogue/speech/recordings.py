"""Reader of audio files: checks the header first, then reads the samples up to a limit.

1. A header may be wrong, and a small FLAC can hold hours of silence: the limit counts samples read. A WAV
   or FLAC that was written to a pipe, or whose recorder was killed, has no true size.
2. libsndfile reads the files, with samples of 8 to 32 bits, floats, mu-law or RF64.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, cast

from trialogue.errors import SetupError
from trialogue.regular_files import open_regular
from trialogue.values import frozen

MOST_S: Final = 4 * 3600.0
"""Most seconds of a recording."""

MOST_CHANNELS: Final = 8

RATES: Final = (8_000, 192_000)
"""Lowest and highest sample rate."""

_BLOCK_S: Final = 1.0
"""Seconds that are read at a time."""

_KINDS: Final = {b"RIFF": "WAV", b"RF64": "WAV", b"fLaC": "FLAC"}
_TO_THE_END: Final = b"\xff\xff\xff\xff"
_UNSTATED: Final = 2**63 - 1
"""Number of frames that libsndfile gives for a FLAC that does not state it."""


@frozen
class _Header:
    """Header of a sound file."""

    sample_rate: int
    channels: int
    frames: int


class _SoundFile(Protocol):
    """Part of `soundfile.SoundFile` that this module uses."""

    samplerate: int
    channels: int
    frames: int

    def read(self, frames: int, dtype: str, *, always_2d: bool) -> Any: ...  # noqa: ANN401 - numpy's


class _Library(Protocol):
    """Part of soundfile that this module uses; it has no types."""

    def SoundFile(self, file: object) -> AbstractContextManager[_SoundFile]: ...  # noqa: N802 - the library's name


def check_recording(path: Path) -> None:
    """Read a WAV or FLAC file to its end; raises `SetupError` like `read_recording`.

    A damaged FLAC shows itself only there. A minute takes some 20 ms.
    """
    for _ in _opened(path):
        pass


def read_recording(path: Path, sample_rate: int) -> bytes:
    """Sound of a WAV or FLAC file as linear16 mono at `sample_rate`; channels are averaged.

    `SetupError` in one line for an unreadable file, or one that is too long (4 h), too wide (8 channels) or
    at no sample rate from 8 to 192 kHz.
    """
    from trialogue.speech.resample import Resampler  # noqa: PLC0415 - heavy, and only where a file is read

    resampler: Resampler | None = None
    sound = bytearray()
    for header, block in _opened(path):
        resampler = resampler or Resampler(header.sample_rate, sample_rate)
        sound += resampler.feed(linear16(block))
    return bytes(sound + resampler.flush()) if resampler else b""


def _opened(path: Path) -> Iterator[tuple[_Header, Any]]:
    """Sound a second at a time, each with the file's header."""
    try:
        with open_regular(path) as file:
            kind = _KINDS.get(file.read(4))
            if kind is None:
                raise SetupError(f"{path} is neither WAV nor FLAC")
            yield from _blocks(file, path, kind)
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror or error}") from error


def _blocks(file: BinaryIO, path: Path, kind: str) -> Iterator[tuple[_Header, Any]]:
    library = _library()
    try:
        with open_sound(library, file) as sound:
            header = _Header(sound.samplerate, sound.channels, sound.frames)
            left = _checked(header, path)
            while len(block := sound.read(round(_BLOCK_S * header.sample_rate), "float32", always_2d=True)):
                left -= len(block)
                if left < 0:
                    raise SetupError(f"{path} is longer than four hours")
                yield header, block
    except (RuntimeError, AssertionError) as error:  # soundfile's LibsndfileError; less sound than claimed
        reason = getattr(error, "error_string", error)  # without the file, as an object of Python's
        raise SetupError(f"{path} is not a readable {kind} file: {reason}".rstrip(": ")) from error


def _checked(header: _Header, path: Path) -> int:
    """Number of frames that may be read; SetupError for a format that is not supported."""
    if not 1 <= header.channels <= MOST_CHANNELS:
        raise SetupError(f"{path} has {header.channels} channels; at most {MOST_CHANNELS} are supported")
    if not RATES[0] <= header.sample_rate <= RATES[1]:
        raise SetupError(f"{path} has {header.sample_rate} samples per second; 8 to 192 kHz are supported")
    most = round(MOST_S * header.sample_rate)
    if most < header.frames < _UNSTATED:
        raise SetupError(f"{path} is longer than four hours")
    return most


def linear16(block: Any) -> bytes:  # noqa: ANN401 - numpy's
    """Floats of all channels as linear16 of one; what is no number is silence."""
    import numpy as np  # noqa: PLC0415 - likewise

    mean = np.nan_to_num(block).mean(axis=1, dtype=np.float64) * 32_768
    return bytes(np.clip(np.rint(mean), -32_768, 32_767).astype("<i2"))


def _library() -> _Library:
    try:
        return cast("_Library", import_module("soundfile"))
    except (ImportError, OSError) as missing:
        raise SetupError(
            f"reading recordings needs soundfile, which cannot be loaded: {missing}"
        ) from missing


class _Patched(io.RawIOBase):
    """File in which some bytes are replaced in reading."""

    def __init__(self, file: BinaryIO, at: int, patch: bytes) -> None:
        self._file, self._at, self._patch = file, at, patch

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer of bytes
        """Read on, with the replaced bytes if they lie there."""
        view = memoryview(buffer).cast("B")
        start = self._file.tell()
        data = self._file.read(len(view))
        view[: len(data)] = data
        for number, byte in enumerate(self._patch):
            if 0 <= self._at + number - start < len(data):
                view[self._at + number - start] = byte
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Position in the file."""
        return self._file.tell()


def open_sound(library: Any, file: BinaryIO) -> Any:  # noqa: ANN401 - soundfile has no types
    """Sound file that is read to its end even if its header states no length.

    A WAV has a length of 0 then (see `sized`), and a FLAC has an unknown one (RFC 9639, section 8.2):
    soundfile goes to the place that it has read up to after each read, which fails at such a FLAC's end.
    """
    from trialogue.speech.sound_files import unsought  # noqa: PLC0415 - likewise

    found = library.SoundFile(sized(file))
    if found.frames < _UNSTATED:
        return found
    found.close()
    file.seek(0)
    return unsought(library)(file)


def sized(file: BinaryIO) -> BinaryIO | _Patched:
    """File at its beginning, with a corrected header: WAV sound of a stated length of 0 goes to the end.

    A recorder writes the size last; one that was killed, or that writes to a pipe, leaves 0 there (RIFF WAVE,
    chunk `data`). A file of another kind stays as it is.
    """
    at = _unstated(file)
    found = file if at is None else _Patched(file, at, _TO_THE_END)
    found.seek(0)
    return found


def _unstated(file: BinaryIO) -> int | None:
    """Place of a WAV file's length of sound, if that is 0."""
    file.seek(0)
    if _KINDS.get(file.read(12)[:4]) != "WAV":
        return None
    while len(head := file.read(8)) == 8:
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            return None if size else file.tell() - 4
        file.seek(size + size % 2, io.SEEK_CUR)
    return None
