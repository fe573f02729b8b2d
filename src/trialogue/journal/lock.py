"""Lock on a journal's file, for one writer at a time; it ends with its process.

The lock is advisory (flock): trialogue does not repair or continue a journal that is still being written.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from trialogue.errors import JournalError
from trialogue.regular_files import open_regular


class _Flock(Protocol):
    """Part of `fcntl` that this module uses; Windows has none."""

    LOCK_EX: int
    LOCK_NB: int

    def flock(self, descriptor: int, operation: int, /) -> None: ...


def locked(descriptor: int) -> bool:
    """Lock an open file until it is closed; False where another process or descriptor holds the lock.

    Also True where the system or the file's disk has no such locks: then nobody can tell.
    """
    try:
        fcntl = cast("_Flock", import_module("fcntl"))
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True


def opened_journal(path: Path) -> BinaryIO:
    """Journal opened for reading; JournalError where it was removed meanwhile."""
    try:
        return open_regular(path)
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}", path=str(path)) from error


def is_written(journal: Path) -> bool:
    """Whether a process is writing this journal; JournalError where it cannot be opened."""
    with opened_journal(journal) as file:
        return not locked(file.fileno())
