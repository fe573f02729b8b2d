"""A run's recordings, read a few seconds at a time: memory does not grow with the meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from trialogue.errors import JournalError
from trialogue.regular_files import open_regular

__all__ = ["Samples", "SoundWriter", "blocks_of", "parts_of", "sound_library"]

LOWEST_RATE: Final = 4_000
HIGHEST_RATE: Final = 192_000
"""Samples a second of any recording; a header that is damaged may say anything."""

_BLOCK_S: Final = 10

_HEADER_BYTES: Final = 44
"""Bytes before the samples of a recording (RIFF WAVE, format 1)."""

Samples: TypeAlias = npt.NDArray[np.int16]
"""Sound of one channel, linear16."""


class SoundWriter(AbstractContextManager["SoundWriter"], Protocol):
    """The part of `soundfile.SoundFile` that we use."""

    samplerate: int

    def blocks(self, blocksize: int, *, dtype: str, always_2d: bool) -> Iterator[Samples]:
        """Read on, so many frames at a time."""
        ...

    def write(self, data: Samples) -> None:
        """Append frames."""
        ...


class SoundLibrary(Protocol):
    """The part of soundfile that we use; it has no types."""

    SoundFileError: type[Exception]

    def SoundFile(self, file: object, **options: object) -> SoundWriter:  # noqa: N802 - its name
        """Open a sound."""
        ...


def parts_of(folder: Path, name: str) -> tuple[Path, ...]:
    """The files that somebody's recording is in, in order: `NAME.wav`, `NAME.2.wav` ...; none for none.

    A file whose header is not whole holds no sound: its process died as it was made.
    """
    found: list[Path] = []
    following = folder / f"{name}.wav"
    while following.is_file() and following.stat().st_size >= _HEADER_BYTES:
        found.append(following)
        following = folder / f"{name}.{len(found) + 1}.wav"
    return tuple(found)


def blocks_of(parts: Sequence[Path]) -> Iterator[tuple[Samples, int]]:
    """A recording's sound in blocks, with its sample rate; JournalError where it cannot be read."""
    library = sound_library()
    for path in parts:
        try:
            with open_regular(path) as opened, library.SoundFile(opened) as file:
                if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
                    text = f"{path} is damaged: its header says {file.samplerate:,} samples per second"
                    raise JournalError(text, path=str(path))
                for block in file.blocks(file.samplerate * _BLOCK_S, dtype="int16", always_2d=True):
                    yield block[:, 0], file.samplerate
        except (OSError, library.SoundFileError) as error:
            raise JournalError(f"cannot read {path} as sound", path=str(path)) from error


def sound_library() -> SoundLibrary:
    """The library that reads and writes sound, loaded when it is wanted."""
    return cast("SoundLibrary", import_module("soundfile"))
