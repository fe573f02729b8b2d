"""Recorder: WAV files of what was *heard* of each participant, and of the mix.

Every file starts at the meeting's first sample, so a place in a file is a place on the journal's clock.
Silence is skipped, not written (the files are sparse). The header is updated once a second of sound and at
the end, so a recording is readable whenever the process stops.

A WAV file holds 4 GiB, a day at 24 kHz; a longer recording continues in `NAME.2.wav`, and so on. A full disk
ends the recordings, not the meeting: one event reports it, and the sound so far stays.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from trialogue.actors.mixing import mix
from trialogue.actors.router import AudioGrid
from trialogue.diagnostics import Log
from trialogue.errors import JournalError
from trialogue.journal.whole import write_whole
from trialogue.model.events import Event, RecordingFailed
from trialogue.regular_files import open_regular

_HEADER = 44

PART_SAMPLES = (2**32 - 2**16) // 2
"""Most samples of one file, whose header counts bytes in 32 bits (RIFF)."""

diagnostics: Final = Log("trialogue.recorder")


def wav_header(sample_rate: int, data_bytes: int) -> bytes:
    """Header (44 bytes) of mono linear16 samples (RIFF WAVE, format 1)."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1),
        *(sample_rate, 2 * sample_rate, 2, 16, b"data", data_bytes),
    )


def recorded_s(folder: Path) -> float:
    """Seconds of the mix in this folder, closed or not; 0 without one."""
    path, part = folder / "mix.wav", 0
    if not path.exists() or path.stat().st_size <= _HEADER:
        return 0.0
    with open_regular(path) as file:
        sample_rate = int.from_bytes(file.read(_HEADER)[24:28], "little")
    while part_path(folder, "mix", part + 1).exists():
        part += 1
    samples = part * PART_SAMPLES + (part_path(folder, "mix", part).stat().st_size - _HEADER) // 2
    return samples / max(1, sample_rate)


def part_path(folder: Path, name: str, part: int) -> Path:
    """Path of a part of a participant's recording, counted from 0."""
    return folder / (f"{name}.{part + 1}.wav" if part else f"{name}.wav")


class WavFile:
    """Growing mono WAV file, mode 0600, that is readable at any time."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self._rate = sample_rate
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._marked = 0
        try:
            self._mark(0)
        except OSError:
            os.close(self._fd)
            raise

    def adopt(self, path: Path, end: int) -> None:
        """Take over another file's sound up to sample `end`; silence is skipped."""
        with open_regular(path) as file:
            file.seek(_HEADER)
            for position in range(0, end, self._rate):
                pcm = file.read(2 * min(self._rate, end - position))
                if pcm.strip(b"\0"):
                    self.write(position, pcm)

    def write(self, position: int, pcm: bytes) -> None:
        """Write samples at `position` (samples from the start)."""
        self._put(pcm, _HEADER + 2 * position)
        end = 2 * position + len(pcm)
        if end - self._marked > 2 * self._rate:
            self._mark(end)

    def close(self, position: int) -> None:
        """End the file at `position`, with silence up to there."""
        try:
            os.ftruncate(self._fd, _HEADER + 2 * position)
            self._mark(2 * position)
        finally:
            os.close(self._fd)

    def _mark(self, data_bytes: int) -> None:
        self._put(wav_header(self._rate, data_bytes), 0)
        self._marked = data_bytes

    def _put(self, content: bytes, begin: int) -> None:
        _, error = write_whole(content, lambda rest, done: os.pwrite(self._fd, rest, begin + done))
        if error is not None:
            raise error


class Recording:
    """Recording of one participant: a file, and a further one where it is full."""

    def __init__(self, folder: Path, name: str, sample_rate: int) -> None:
        self._folder, self._name, self._rate = folder, name, sample_rate
        self._part = 0
        self._file = WavFile(part_path(folder, name, 0), sample_rate)

    def adopt(self, folder: Path, end: int) -> None:
        """Take over an earlier recording, with all its parts, up to sample `end`."""
        for part in range(end // PART_SAMPLES + 1):
            path = part_path(folder, self._name, part)
            if path.exists():
                self._turn_to(part)
                self._file.adopt(path, min(end - part * PART_SAMPLES, PART_SAMPLES))

    def write(self, position: int, pcm: bytes) -> None:
        """Write samples at `position` (samples from the start), in the part where they belong."""
        part, inside = divmod(position, PART_SAMPLES)
        self._turn_to(part)
        fits = 2 * (PART_SAMPLES - inside)
        self._file.write(inside, pcm[:fits])
        if len(pcm) > fits:
            self.write(position + fits // 2, pcm[fits:])

    def close(self, position: int) -> None:
        """End at `position`, with silence up to there."""
        part, inside = divmod(position, PART_SAMPLES)
        try:
            self._turn_to(part)
        finally:
            self._file.close(inside if self._part == part else PART_SAMPLES)

    def _turn_to(self, part: int) -> None:
        while self._part < part:
            following = WavFile(part_path(self._folder, self._name, self._part + 1), self._rate)
            full, self._file, self._part = self._file, following, self._part + 1
            full.close(PART_SAMPLES)


class Recorder:
    """Sink that writes one WAV file for each participant, and the mix."""

    def __init__(
        self, folder: Path, grid: AudioGrid, speakers: Sequence[str], post: Callable[[Event], None]
    ) -> None:
        """Create the files; raises JournalError where that fails, so that it is known before the meeting."""
        self._files: dict[str, Recording] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in speakers:
                self._files[name] = Recording(folder, name, grid.sample_rate)
            self._mix = Recording(folder, "mix", grid.sample_rate)
        except OSError as error:
            for file in self._files.values():
                with suppress(OSError):  # the file could not be created, which is reported
                    file.close(0)
            raise JournalError(f"cannot record in {folder}: {error.strerror}", path=str(folder)) from error
        self._folder, self._rate = folder, grid.sample_rate
        self._end = 0
        self._samples = grid.frame_samples
        self._post = post
        self.has_failed: bool = False

    def admit(self, name: str) -> None:
        """Record one more participant, silent so far; JournalError where its file cannot be created.

        A participant that comes back continues in its existing recording.
        """
        if name in self._files or self.has_failed:
            return
        try:
            self._files[name] = Recording(self._folder, name, self._rate)
        except OSError as error:
            raise JournalError(
                f"cannot record in {self._folder}: {error.strerror}", path=str(self._folder)
            ) from error

    def adopt(self, folder: Path, position: int) -> None:
        """Begin with the recordings of an earlier process, up to `position`; a missing part is silent."""
        self._end = position
        for file in (*self._files.values(), self._mix):
            try:
                file.adopt(folder, position)
            except OSError as error:
                self._fail(error)

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Record one tick."""
        self.stretch(position, self._samples, sounding)

    def stretch(self, position: int, samples: int, sounding: Mapping[str, bytes]) -> None:
        """Record so many samples, in all of which the same participants were heard."""
        if self.has_failed:
            return
        try:
            self._write(position, sounding)
        except OSError as error:
            self._fail(error)
        else:
            self._end = position + samples

    def _write(self, position: int, sounding: Mapping[str, bytes]) -> None:
        for name, pcm in sounding.items():
            self._files[name].write(position, pcm)
        if sounding:
            frames = list(sounding.values())
            self._mix.write(position, frames[0] if len(frames) == 1 else mix(frames))

    def close(self) -> None:
        """Close every file at the same sample: the last one before a failure, if there was one."""
        for file in (*self._files.values(), self._mix):
            try:
                file.close(self._end)
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        """Report the failure, once."""
        if not self.has_failed:
            self.has_failed = True
            reason = error.strerror or type(error).__name__
            diagnostics.warning("nothing more is recorded", reason=reason)
            self._post(RecordingFailed(reason))
