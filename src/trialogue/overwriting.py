"""Protection of files from being overwritten: a command replaces only a file of the same kind.

A mistyped `--junit review.yaml` loses no scenario. A terminal, `/dev/null` and empty files are written to;
what cannot be written is refused before a command begins its work.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from trialogue.errors import SetupError
from trialogue.regular_files import check_output

__all__ = ["refuse_other", "refuse_unwritable"]

_HEAD: Final = 4096
"""Bytes at a file's beginning that show its kind."""


def refuse_other(path: Path, option: str, kind: str, is_one: Callable[[bytes], bool]) -> None:
    """Raise `SetupError` for a file at `path` whose beginning shows another kind; `option` named it.

    Also for what cannot be written (see `refuse_unwritable`).
    """
    refuse_unwritable(path)
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}") from error
    if head and not is_one(head):
        raise SetupError(f"{path} already exists and is not a {kind}: choose another file with {option}")


def refuse_unwritable(path: Path) -> None:
    """Raise `SetupError` for a path that cannot be written: a directory, a pipe, in a missing folder."""
    try:
        check_output(path)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}") from error
