"""What the tests of processes read from what is left."""

import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

from trialogue.model.records import Record


def shown(process: subprocess.Popen[str], words: str) -> str:
    """Wait for the line of its output that has these words."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it ended without {words!r}")


def kinds(records: Sequence[Record]) -> list[str]:
    """The events' names."""
    return [type(record.event).__name__ for record in records]


def seconds_of(path: Path) -> float:
    """How long a recording is, as any player reads it."""
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
        return len(frames) / 2 / file.getframerate()
