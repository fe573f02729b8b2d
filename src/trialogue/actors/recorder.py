"""The recorder: what was *heard* of each participant, and of all together, as WAV files.

Every file starts at the meeting's first sample, so a place in a file is a place on the journal's clock.
Silence is not written but skipped (the files are sparse), and the header is put right once a second of
sound and at the end, so a recording is readable whenever the process stops.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from trialogue.actors.router import AudioGrid, mix

_HEADER = 44


def wav_header(sample_rate: int, data_bytes: int) -> bytes:
    """The 44 bytes before mono linear16 samples (RIFF WAVE, format 1)."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1),
        *(sample_rate, 2 * sample_rate, 2, 16, b"data", data_bytes),
    )


class WavFile:
    """A growing mono WAV file, mode 0600, that is readable at any time."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self._rate = sample_rate
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._marked = 0
        self._mark(0)

    def write(self, position: int, pcm: bytes) -> None:
        """Put samples at `position` (samples from the start)."""
        os.pwrite(self._fd, pcm, _HEADER + 2 * position)
        end = 2 * position + len(pcm)
        if end - self._marked > 2 * self._rate:
            self._mark(end)

    def close(self, position: int) -> None:
        """End the file at `position`, however little was heard."""
        os.ftruncate(self._fd, _HEADER + 2 * position)
        self._mark(2 * position)
        os.close(self._fd)

    def _mark(self, data_bytes: int) -> None:
        os.pwrite(self._fd, wav_header(self._rate, data_bytes), 0)
        self._marked = data_bytes


class Recorder:
    """A sink that writes one WAV file a participant, and the mix."""

    def __init__(self, folder: Path, grid: AudioGrid, speakers: Sequence[str]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = {name: WavFile(folder / f"{name}.wav", grid.sample_rate) for name in speakers}
        self._mix = WavFile(folder / "mix.wav", grid.sample_rate)
        self._end = 0
        self._samples = grid.frame_samples

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Record one tick."""
        for name, pcm in sounding.items():
            self._files[name].write(position, pcm)
        if sounding:
            frames = list(sounding.values())
            self._mix.write(position, frames[0] if len(frames) == 1 else mix(frames))
        self._end = position + self._samples

    def close(self) -> None:
        """Close every file at the same sample."""
        for file in (*self._files.values(), self._mix):
            file.close(self._end)
