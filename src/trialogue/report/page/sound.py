"""A meeting's recordings as the page has them: the mix as MP3, and each one's waveform.

1. Recordings are read a few seconds at a time: memory does not grow with the meeting.
2. MP3 of a constant rate: every browser plays it, and a place in it is found by arithmetic.
3. A waveform is the greatest sample of each `1 / RATE` of a second, one byte each.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from trialogue.errors import JournalError

__all__ = ["RATE", "mp3", "parts_of", "peaks"]

RATE: Final = 20
"""Peaks a second."""

_BLOCK_S: Final = 10
_COMPRESSION: Final = 0.85
"""Of libsndfile's scale from 0 (320 kbit/s) to 1 (8): 32 kbit/s at 24 kHz, one channel."""

_Samples = npt.NDArray[np.int16]


class _File(AbstractContextManager["_File"], Protocol):
    """The part of `soundfile.SoundFile` that we use."""

    samplerate: int

    def blocks(self, blocksize: int, *, dtype: str, always_2d: bool) -> Iterator[_Samples]: ...

    def write(self, data: _Samples) -> None: ...


class _Library(Protocol):
    """The part of soundfile that we use; it has no types."""

    SoundFileError: type[Exception]

    def SoundFile(self, file: object, **options: object) -> _File:  # noqa: N802 - its name
        """Open a sound."""
        ...


def parts_of(folder: Path, name: str) -> tuple[Path, ...]:
    """The files that somebody's recording is in, in order: `NAME.wav`, `NAME.2.wav` ...; none for none."""
    found = [folder / f"{name}.wav"]
    while (following := folder / f"{name}.{len(found) + 1}.wav").is_file():
        found.append(following)
    return tuple(found) if found[0].is_file() else ()


def peaks(parts: Sequence[Path]) -> bytes:
    """The waveform of a recording; JournalError where it cannot be read."""
    return b"".join(_peaks(block, rate) for block, rate in _blocks(parts))


def mp3(parts: Sequence[Path]) -> bytes:
    """A recording as MP3; JournalError where it cannot be read."""
    made = io.BytesIO()
    with ExitStack() as closing:
        file: _File | None = None
        for block, rate in _blocks(parts):
            file = file or closing.enter_context(_encoder(made, rate))
            file.write(block)
    return made.getvalue()


def _library() -> _Library:
    return cast("_Library", import_module("soundfile"))


def _encoder(made: io.BytesIO, rate: int) -> _File:
    return _library().SoundFile(
        made,
        mode="w",
        samplerate=rate,
        channels=1,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_COMPRESSION,
        bitrate_mode="CONSTANT",
    )


def _blocks(parts: Sequence[Path]) -> Iterator[tuple[_Samples, int]]:
    library = _library()
    for path in parts:
        try:
            with library.SoundFile(path) as file:
                for block in file.blocks(file.samplerate * _BLOCK_S, dtype="int16", always_2d=True):
                    yield block[:, 0], file.samplerate
        except (OSError, library.SoundFileError) as error:
            raise JournalError(f"{path} cannot be read as sound", path=str(path)) from error


def _peaks(block: _Samples, rate: int) -> bytes:
    width = rate // RATE
    short = -len(block) % width
    loud = np.abs(np.pad(block, (0, short)).astype(np.int32)).reshape(-1, width).max(axis=1)
    return bytes(np.minimum(loud >> 7, 255).astype(np.uint8))
