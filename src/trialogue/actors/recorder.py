"""The recorder: what was *heard* of each participant, and of all together, as WAV files.

Every file starts at the meeting's first sample, so a place in a file is a place on the journal's clock.
Silence is not written but skipped (the files are sparse), and the header is put right once a second of
sound and at the end, so a recording is readable whenever the process stops.

A disk that takes no more ends the recordings, not the meeting: it is told once, and what is there stays.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from trialogue.actors.router import AudioGrid, mix
from trialogue.errors import JournalError
from trialogue.journal.whole import write_whole
from trialogue.model.events import Event, RecordingFailed

_HEADER = 44

diagnostics = structlog.get_logger("trialogue.recorder")


def wav_header(sample_rate: int, data_bytes: int) -> bytes:
    """The 44 bytes before mono linear16 samples (RIFF WAVE, format 1)."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1),
        *(sample_rate, 2 * sample_rate, 2, 16, b"data", data_bytes),
    )


def recorded_s(folder: Path) -> float:
    """How far the mix in this folder goes, closed or not, in seconds; 0 where there is none."""
    path = folder / "mix.wav"
    if not path.exists() or path.stat().st_size <= _HEADER:
        return 0.0
    with path.open("rb") as file:
        sample_rate = int.from_bytes(file.read(_HEADER)[24:28], "little")
    return (path.stat().st_size - _HEADER) / (2 * max(1, sample_rate))


class WavFile:
    """A growing mono WAV file, mode 0600, that is readable at any time."""

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
        """Take over another file's sound up to sample `end`; silence is skipped here, too."""
        with path.open("rb") as file:
            file.seek(_HEADER)
            for position in range(0, end, self._rate):
                pcm = file.read(2 * min(self._rate, end - position))
                if pcm.strip(b"\0"):
                    self.write(position, pcm)

    def write(self, position: int, pcm: bytes) -> None:
        """Put samples at `position` (samples from the start)."""
        self._put(pcm, _HEADER + 2 * position)
        end = 2 * position + len(pcm)
        if end - self._marked > 2 * self._rate:
            self._mark(end)

    def close(self, position: int) -> None:
        """End the file at `position`, however little was heard."""
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


class Recorder:
    """A sink that writes one WAV file a participant, and the mix."""

    def __init__(
        self, folder: Path, grid: AudioGrid, speakers: Sequence[str], post: Callable[[Event], None]
    ) -> None:
        """Make the files; JournalError where that fails, for nobody wants to learn of it later."""
        self._files: dict[str, WavFile] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in speakers:
                self._files[name] = WavFile(folder / f"{name}.wav", grid.sample_rate)
            self._mix = WavFile(folder / "mix.wav", grid.sample_rate)
        except OSError as error:
            for file in self._files.values():
                with suppress(OSError):  # it could not even be begun: that is told
                    file.close(0)
            raise JournalError(f"cannot record in {folder}: {error.strerror}", path=str(folder)) from error
        self._end = 0
        self._samples = grid.frame_samples
        self._post = post
        self.has_failed = False

    def adopt(self, folder: Path, position: int) -> None:
        """Begin with the recordings of an earlier process, up to `position`; what is not there is silent."""
        self._end = position
        for name, file in (*self._files.items(), ("mix", self._mix)):
            earlier = folder / f"{name}.wav"
            try:
                if earlier.exists():
                    file.adopt(earlier, position)
            except OSError as error:
                self._fail(error)

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Record one tick."""
        if self.has_failed:
            return
        try:
            self._write(position, sounding)
        except OSError as error:
            self._fail(error)
        else:
            self._end = position + self._samples

    def _write(self, position: int, sounding: Mapping[str, bytes]) -> None:
        for name, pcm in sounding.items():
            self._files[name].write(position, pcm)
        if sounding:
            frames = list(sounding.values())
            self._mix.write(position, frames[0] if len(frames) == 1 else mix(frames))

    def close(self) -> None:
        """Close every file at the same sample: the last before it failed, if it did."""
        for file in (*self._files.values(), self._mix):
            try:
                file.close(self._end)
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        """Tell once."""
        if not self.has_failed:
            self.has_failed = True
            reason = error.strerror or type(error).__name__
            diagnostics.warning("nothing more is recorded", reason=reason)
            self._post(RecordingFailed(reason))
