"""Recordings of a run, read a few seconds at a time, so that memory does not grow with the meeting."""

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

__all__ = ["Samples", "SoundWriter", "blocks_of", "check_rate", "parts_of", "sound_library"]

LOWEST_RATE: Final = 4_000
HIGHEST_RATE: Final = 192_000
"""Lowest and highest sample rate of a recording."""

_BLOCK_S: Final = 10

_HEADER_BYTES: Final = 44
"""Bytes before the samples of a recording (RIFF WAVE, format 1)."""

Samples: TypeAlias = npt.NDArray[np.int16]
"""Samples of one channel, linear16."""


class SoundWriter(AbstractContextManager["SoundWriter"], Protocol):
    """Part of `soundfile.SoundFile` that this package uses."""

    samplerate: int

    def blocks(self, blocksize: int, *, dtype: str, always_2d: bool) -> Iterator[Samples]:
        """Read on, in blocks of so many frames."""
        ...

    def write(self, data: Samples) -> None:
        """Append frames."""
        ...


class SoundLibrary(Protocol):
    """Part of soundfile that this package uses; it has no types."""

    SoundFileError: type[Exception]

    def SoundFile(self, file: object, **options: object) -> SoundWriter:  # noqa: N802 - the library's name
        """Open a sound file."""
        ...


def parts_of(folder: Path, name: str) -> tuple[Path, ...]:
    """Files of one recording, in order: `NAME.wav`, `NAME.2.wav` ...; empty without any.

    A file with an incomplete header holds no sound: its process died as it was created.
    """
    found: list[Path] = []
    following = folder / f"{name}.wav"
    while following.is_file() and following.stat().st_size >= _HEADER_BYTES:
        found.append(following)
        following = folder / f"{name}.{len(found) + 1}.wav"
    return tuple(found)


def blocks_of(parts: Sequence[Path]) -> Iterator[tuple[Samples, int]]:
    """Blocks of a recording, with its sample rate; JournalError where it cannot be read."""
    library = sound_library()
    for path in parts:
        try:
            with open_regular(path) as opened, library.SoundFile(opened) as file:
                check_rate(path, file.samplerate)
                for block in file.blocks(file.samplerate * _BLOCK_S, dtype="int16", always_2d=True):
                    yield block[:, 0], file.samplerate
        except (OSError, library.SoundFileError) as error:
            raise JournalError(f"cannot read {path} as sound", path=str(path)) from error


def check_rate(path: Path, rate: int) -> None:
    """Raise JournalError for a sample rate that no recording has: a damaged header may have any number."""
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        text = f"{path} is damaged: its header says {rate:,} samples per second"
        raise JournalError(text, path=str(path))


def sound_library() -> SoundLibrary:
    """Library that reads and writes sound, loaded when it is first needed."""
    return cast("SoundLibrary", import_module("soundfile"))
