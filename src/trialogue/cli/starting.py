"""Settings of a command's process, wherever it is started from."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import Final, TextIO

_STANDARD: Final = (0, 1, 2)

_TELLS_OF_LEFTOVERS: Final = frozenset({"soxr"})
"""Extensions made by nanobind, which calls it a leak."""


def open_streams() -> None:
    """Make stdout and stderr streams that can be written, whatever the process was given.

    cron, supervisors and `>&-` leave them closed, and Python has None there: what is printed goes nowhere
    then. The descriptors are taken, too, so that no file of a meeting ever gets the number of stderr.
    """
    for descriptor in _STANDARD:
        _take(descriptor)
    sys.stdout = _writable(sys.stdout)
    sys.stderr = _writable(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that lacks a character shows another


def end_at_once() -> None:
    """Let the process end without a last search for garbage, which takes as long as a whole command's work.

    Whatever is still there goes with the process, but for extensions that tell on stderr of what is left.
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
