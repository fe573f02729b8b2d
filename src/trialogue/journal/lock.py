"""Lock on a journal's file, for one writer at a time; it ends with its process.

The lock is advisory (flock): trialogue does not repair or continue a journal that is still being written.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast


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
