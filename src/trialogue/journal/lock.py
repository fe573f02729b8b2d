"""One writer at a time: the lock on a journal's file, which its process cannot take to its grave.

It is advisory (flock): nobody of ours repairs or continues a journal that is still written.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast


class _Flock(Protocol):
    """The part of `fcntl` that we use; Windows has none."""

    LOCK_EX: int
    LOCK_NB: int

    def flock(self, descriptor: int, operation: int, /) -> None: ...


def locked(descriptor: int) -> bool:
    """Lock an open file until it is closed; False where another process or descriptor has it.

    True as well where the system or the file's own disk knows no such locks: nobody can know then.
    """
    try:
        fcntl = cast("_Flock", import_module("fcntl"))
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True
