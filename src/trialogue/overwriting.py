"""Files that a command is told to write, where another file is: only one of the same kind is written over.

Who mistypes `--junit review.yaml` loses no scenario. What is no file (a terminal, a pipe, `/dev/null`) is
written to, and nothing is lost of an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from trialogue.errors import SetupError

__all__ = ["refuse_other"]

_HEAD: Final = 4096
"""Bytes by which a file's kind is told."""


def refuse_other(path: Path, option: str, kind: str, is_one: Callable[[bytes], bool]) -> None:
    """`SetupError` where a file is at `path` whose beginning is none of this kind; `option` named it."""
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}") from error
    if head and not is_one(head):
        raise SetupError(f"{path} already exists and is not a {kind}: choose another file with {option}")
