"""The directory of a run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from trialogue.errors import JournalError, SetupError


def new_folder(out: Path | None, name: str, started: datetime) -> Path:
    """Make the run's directory, mode 0700: `out`, or one under `runs/` named by meeting and time.

    `JournalError` where it cannot be made, `SetupError` where `out` holds something already.
    """
    if out is not None:
        return _make(out)
    stem = f"{name}-{started.astimezone():%Y%m%d-%H%M%S}"
    folder = Path("runs") / stem
    count = 1
    while folder.exists():
        count += 1
        folder = Path("runs") / f"{stem}-{count}"
    return _make(folder)


def _make(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = next(folder.iterdir(), None)
    except OSError as error:
        raise JournalError(f"cannot make {folder}: {error.strerror}", path=str(folder)) from error
    if taken is not None:
        raise SetupError(f"{folder} is not empty: name another --out, or remove it")
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read: prompts and transcripts are personal.

    `JournalError` where it cannot be written.
    """
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
