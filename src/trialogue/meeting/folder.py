"""The directory of a run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from trialogue.errors import JournalError, SetupError
from trialogue.fixed_paths import fixed
from trialogue.journal.records import on_local_clock
from trialogue.model.secrets import Secrets
from trialogue.option_or_argument import either
from trialogue.regular_files import write_regular

RUNS: Final = Path("runs")
"""Default directory of runs."""


def check_folder(out: Path | None) -> None:
    """Check that the run's directory can be made, before anything is loaded for the meeting.

    `SetupError` where a file is in its place, or `out` is not empty; `JournalError` where it cannot be
    examined. None is a directory under `runs/`.
    """
    folder = RUNS if out is None else out
    try:
        nearest = next(each for each in (folder, *fixed(folder).parents) if each.exists())
        if not nearest.is_dir():
            raise SetupError(f"{nearest} is a file, not a directory: choose another {either('--out', 'out')}")
        if out is not None and nearest == out and next(out.iterdir(), None) is not None:
            raise SetupError(f"{out} is not empty: choose another {either('--out', 'out')}, or remove it")
    except OSError as error:
        raise JournalError(f"cannot make {folder}: {error.strerror}", path=str(folder)) from error


def place_of(out: Path | None) -> tuple[Path | None, Path]:
    """Absolute paths of the requested directory and of that of runs: a program may change its own."""
    return None if out is None else fixed(out), fixed(RUNS)


def new_folder(out: Path | None, name: str, runs: Path = RUNS) -> Path:
    """Make the run's directory, mode 0700: `out`, or one under `runs` named by meeting and the time of day.

    Under the virtual clock, too, it is the time at which it is made: all of those meetings begin in the year
    2000. A name is taken in one step, so that two processes never share one.

    `JournalError` where it cannot be made, `SetupError` as in `check_folder`.
    """
    check_folder(out)
    if out is not None:
        if not _make(out, may_exist=True):
            raise JournalError(f"cannot make {out}: a file is in its way", path=str(out))
        return out
    stem = f"{name}-{on_local_clock(datetime.now(UTC)):%Y%m%d-%H%M%S}"
    for number in count(1):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        if _make(folder, may_exist=False):
            return folder
    raise AssertionError  # numbers can have any length


def _make(folder: Path, *, may_exist: bool) -> bool:
    """Make a directory; False where it exists and may not."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=may_exist)
    except FileExistsError:
        return False
    except OSError as error:
        raise JournalError(f"cannot make {folder}: {error.strerror}", path=str(folder)) from error
    return True


@contextmanager
def taken(out: Path | None, name: str, runs: Path = RUNS) -> Generator[Path]:
    """Make the run's directory for a meeting that starts in the block; if that fails, nothing is left of it.

    Directories that were made for it are removed, too; others' files stay. Two processes that are given the
    same directory do not share it. Raises like `new_folder`.
    """
    wanted = runs if out is None else out
    made = [each for each in (wanted, *wanted.parents) if not each.exists()]
    try:
        folder = new_folder(out, name, runs)
        if out is None:
            made.insert(0, folder)
        _claim(folder)
    except BaseException:
        _remove(made)
        raise
    try:
        yield folder
    except BaseException:
        _empty(folder)
        _remove(made)
        raise


def _claim(folder: Path) -> None:
    """Create the run's first file, which succeeds only once."""
    try:
        os.close(os.open(folder / "scenario.yaml", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise SetupError(
            f"{folder} was taken by another meeting: choose another {either('--out', 'out')}"
        ) from error
    except OSError as error:
        raise JournalError(f"cannot write in {folder}: {error.strerror}", path=str(folder)) from error


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # it has foreign files, or was never made
            folder.rmdir()


def _empty(folder: Path) -> None:
    """Remove the files of a run from a directory."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def write_private(path: Path, content: bytes, secrets: Secrets) -> None:
    """Write a file that only its owner can read, without secrets: prompts and transcripts are personal.

    `JournalError` where it cannot be written.
    """
    try:
        path.touch(mode=0o600)
        write_regular(path, secrets.hide_bytes(content))
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
