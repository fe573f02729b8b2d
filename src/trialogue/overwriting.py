"""Protection of files from being overwritten: a command replaces only a file of the same kind.

A mistyped `--junit review.yaml` loses no scenario. Objects that are no files (a terminal, a pipe,
`/dev/null`) and empty files are written to.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from trialogue.errors import SetupError

__all__ = ["refuse_other"]

_HEAD: Final = 4096
"""Bytes at a file's beginning that show its kind."""


def refuse_other(path: Path, option: str, kind: str, is_one: Callable[[bytes], bool]) -> None:
    """Raise `SetupError` for a file at `path` whose beginning shows another kind; `option` named it."""
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}") from error
    if head and not is_one(head):
        raise SetupError(f"{path} already exists and is not a {kind}: choose another file with {option}")
