"""Player of a meeting's recordings: plays them on the speaker from a given second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from trialogue.devices.driver import Driver, Stream
from trialogue.errors import JournalError, SetupError
from trialogue.regular_files import open_regular
from trialogue.report.recordings import check_rate

_BLOCK_S: Final = 0.02


class RecordingPlayer:
    """Player of recordings one after the other, from `start_s` on, then silence."""

    def __init__(self, driver: Driver, parts: Sequence[Path], start_s: float = 0.0) -> None:
        """Open the speaker; SetupError without one, without a recording, or if one cannot be read."""
        if not parts:
            raise SetupError("the run has no recording to play")
        try:
            self._blocks = _blocks(parts, start_s)
            with open_regular(parts[0]) as file:
                rate = int(import_module("soundfile").info(file).samplerate)
            check_rate(parts[0], rate)
        except (OSError, RuntimeError, JournalError) as error:
            raise SetupError(f"cannot play {parts[0]}: {error}") from error
        self._rest = b""
        self._stream: Stream = driver.open_output(rate, round(rate * _BLOCK_S), self._fill)

    def start(self) -> None:
        """Begin to play."""
        self._stream.start()

    def close(self) -> None:
        """Stop at once."""
        self._stream.close()

    def _fill(self, samples: int) -> bytes:
        """Next samples; called in the driver's thread."""
        size = 2 * samples
        while len(self._rest) < size and (block := next(self._blocks, b"")):
            self._rest += block
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken.ljust(size, b"\0")


def _blocks(parts: Sequence[Path], start_s: float) -> Iterator[bytes]:
    soundfile = cast("Any", import_module("soundfile"))
    left_s = start_s
    for part in parts:
        with open_regular(part) as opened, soundfile.SoundFile(opened) as file:
            length_s = file.frames / file.samplerate
            if left_s >= length_s:
                left_s -= length_s
                continue
            file.seek(round(left_s * file.samplerate))
            left_s = 0.0
            for block in file.blocks(file.samplerate, dtype="int16"):
                yield block.tobytes()
