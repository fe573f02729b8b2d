"""Processes that a tool's program leaves behind: they are found by a mark, and killed, on Linux.

1. A program leads a process group, which is killed at its end. A child that began a session of its own
   (`setsid`) is not in that group, and once its parent has ended it is nobody's descendant.
2. So each program has a mark in its environment. Its children inherit it, and `/proc` shows it.
3. A child lives on if it has cleared its environment, if it belongs to another user, or where there is no
   `/proc`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from trialogue.values import frozen

__all__ = ["ProgramMark"]

_NAME: Final = "TRIALOGUE_PROGRAM"
"""Name of the variable."""

_PROCESSES: Final = Path("/proc")

_SEARCHES: Final = 10
"""Most searches for one mark, since a process may start another during a search."""


@frozen
class ProgramMark:
    """Mark of one program."""

    value: str
    """Value of the variable, which no other program has."""

    @classmethod
    def new(cls) -> ProgramMark:
        """A mark for a program that is to be started."""
        return cls(token_hex(16))

    @property
    def environment(self) -> dict[str, str]:
        """Variable for the program."""
        return {_NAME: self.value}

    def kill(self) -> None:
        """Kill all processes that have the mark."""
        for _ in range(_SEARCHES):
            found = list(self._found())
            for process in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            if not found:
                return

    def _found(self) -> Iterator[int]:
        mark = f"{_NAME}={self.value}".encode()
        for folder in _PROCESSES.glob("[0-9]*"):
            with suppress(OSError):  # it has just ended, or is another user's
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)
