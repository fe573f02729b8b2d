"""Sound files by libsndfile: what streams and whole files have in common."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from trialogue.speech.resample import Resampler

__all__ = [
    "SoundFile",
    "SoundFileLibrary",
    "Undecodable",
    "check_beginning",
    "check_rate",
    "decoded",
    "mono",
    "sound_library",
    "unsought",
]

_RATES: Final = range(4_000, 192_001)
"""Sample rates of a stream. A header may claim any, and a low one would make hours of sound of few bytes."""

_DUMP: Final = b"\xf0\x7e"
"""Beginning of a MIDI sample dump, about whose faults libsndfile itself writes to our stdout."""

_Samples = npt.NDArray[np.int16]


class Undecodable(Exception):
    """The bytes are not such sound; the text may be sent to the client."""


class SoundFile(AbstractContextManager["SoundFile"], Protocol):
    """Part of `soundfile.SoundFile` that this module uses."""

    samplerate: int
    channels: int

    def read(self, *, dtype: str, always_2d: bool) -> _Samples: ...

    def buffer_read_into(self, buffer: bytearray, dtype: str) -> int: ...


class SoundFileLibrary(Protocol):
    """Part of soundfile that this module uses; it has no types."""

    SoundFileError: type[Exception]

    def SoundFile(self, file: object) -> SoundFile:  # noqa: N802 - the library's name
        """Open a sound file."""
        ...


def sound_library() -> SoundFileLibrary:
    """The library, which is loaded with the first sound that needs it."""
    return cast("SoundFileLibrary", import_module("soundfile"))


def check_beginning(data: bytes | bytearray) -> None:
    """Raise `Undecodable` for bytes that libsndfile must not be given."""
    if data.startswith(_DUMP):
        raise Undecodable("A MIDI sample dump is not decoded here.")


def check_rate(file: SoundFile) -> None:
    """Raise `Undecodable` for a rate that no sound has."""
    if file.samplerate not in _RATES:
        raise Undecodable(f"The sound's sample rate must be from {_RATES[0]} to {_RATES[-1]}.")


def mono(samples: _Samples) -> bytes:
    """Mean of all channels, linear16."""
    if samples.shape[1] == 1:
        return bytes(samples.tobytes())
    mean = samples.astype(np.int32).mean(axis=1)
    return bytes(mean.astype("<i2").tobytes())


def decoded(data: bytes, sample_rate: int) -> Iterator[bytes]:
    """Sound of a whole stream as linear16 mono, in blocks; raises `Undecodable` for an invalid one."""
    check_beginning(data)
    library = sound_library()
    try:
        with unsought(library)(io.BytesIO(data)) as file:
            check_rate(file)
            resampler = Resampler(file.samplerate, sample_rate)
            room = bytearray(2 * _BLOCK * file.channels)
            while frames := file.buffer_read_into(room, dtype="int16"):
                samples = np.frombuffer(room, "<i2").reshape(-1, file.channels)
                yield resampler.feed(mono(samples[:frames]))
            yield resampler.flush()
    except (library.SoundFileError, ValueError) as fault:
        raise Undecodable("The sound cannot be decoded.") from fault


_BLOCK: Final = 48_000
"""Samples of a block of a whole stream."""


def unsought(library: SoundFileLibrary) -> Callable[[object], SoundFile]:
    """File of the library that is never told to seek: a stream of unknown length cannot.

    It may wait for bytes as it is opened. soundfile from 0.14 on opens one file at a time, for the sake of
    its errors' numbers, and all others would wait, too: this file takes no part in that.
    """
    base = cast("type", library.SoundFile)
    made = type("UnsoughtFile", (base,), {"seekable": _never, "_sf_error_lock": nullcontext()})
    return cast("Callable[[object], SoundFile]", made)


def _never(_: object) -> bool:
    return False
