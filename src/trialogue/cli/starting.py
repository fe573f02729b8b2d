"""Settings of a command's process."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import Final, TextIO

_STANDARD: Final = (0, 1, 2)

_DIGITS: Final = 4
"""Digits that the size of a terminal can have."""

_TELLS_OF_LEFTOVERS: Final = frozenset({"soxr"})
"""Extensions made with nanobind, which reports leftover objects as leaks."""


def open_streams() -> None:
    """Make stdin readable, and stdout and stderr writable, even if the process was started without them.

    cron, supervisors and `>&-` can leave them closed; Python then sets them to None. They are opened on the
    null device. Their descriptors are reserved as well, so that no file of a meeting gets the number of
    stderr.
    """
    for descriptor in _STANDARD:
        _take(descriptor)
    if sys.stdin is None or sys.stdin.closed:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the process lives
    sys.stdout = _writable(sys.stdout)
    sys.stderr = _writable(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that lacks a character shows a substitute


def drop_wrong_sizes() -> None:
    """Remove COLUMNS and LINES from the environment if no terminal has that size: 0, words, millions.

    Everything that draws believes them and divides by them; without them it asks the terminal.
    """
    for name in ("COLUMNS", "LINES"):
        size = os.environ.get(name, "")
        if not (size.isascii() and size.isdigit() and len(size) <= _DIGITS and int(size)):
            os.environ.pop(name, None)


def end_at_once() -> None:
    """Skip the final garbage collection, which can take as long as the command itself.

    The exception are extensions that report leftover objects on stderr.
    """
    atexit.unregister(_put_aside)
    atexit.register(_put_aside)


def _put_aside() -> None:
    if not _TELLS_OF_LEFTOVERS & sys.modules.keys():
        gc.freeze()


def _take(descriptor: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)


def _writable(stream: TextIO | None) -> TextIO:
    if stream is None or stream.closed:
        return Path(os.devnull).open("w", encoding="utf-8")
    return stream
