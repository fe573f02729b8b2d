"""File of recorded model answers: a header, then one line for each answer.

1. Several processes may append to it, each a whole line at a time.
2. A last line that its writer did not finish was never recorded. The next recording cuts it off: an answer
   appended to it would be lost. A reader changes nothing, and says what to do.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import orjson

from trialogue.errors import JournalError
from trialogue.model.json_text import read_json
from trialogue.regular_files import read_regular

__all__ = ["FORMAT", "begin", "lines_of", "mend"]

FORMAT: Final = 1
"""Number of the file's format."""


def lines_of(path: Path) -> list[bytes]:
    """Lines of the file; OSError where it cannot be read, ValueError for a last line that is cut off."""
    lines = read_regular(path).split(b"\n")
    if len(lines) > 1 and _is_cut(lines[-1]):
        raise ValueError(f"line {len(lines)} is cut off: delete it, or record once more")
    return lines if lines[-1] else lines[:-1]


def mend(path: Path) -> None:
    """Cut off a last line that its writer did not finish, and end one that lacks only its line break.

    A file that another process has changed meanwhile stays as it is: what follows the line would be lost.
    """
    try:
        content = read_regular(path)
        lines = content.split(b"\n")
        last = lines[-1]
        if not _is_header(lines[0]):
            return  # another file: reading it says so
        if not last or path.stat().st_size != len(content):
            return
        if _is_cut(last):
            os.truncate(path, len(content) - len(last))
        else:
            with path.open("ab") as file:
                file.write(b"\n")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error


def _is_header(first: bytes) -> bool:
    try:
        header: object = read_json(first)
    except ValueError:
        return False
    match header:
        case {"kind": "models"}:
            return True
        case _:
            return False


def _is_cut(last: bytes) -> bool:
    """Whether what follows the last line break is a part of a line."""
    try:
        read_json(last or b"{}")
    except ValueError:
        return True
    return False


def begin(path: Path, origin: str) -> None:
    """Give an absent or empty file its header; appended, since another process may have begun to record."""
    header = {"trialogue": FORMAT, "kind": "models", "origin": origin}
    try:
        if path.exists() and path.stat().st_size:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("ab") as file:
            file.write(orjson.dumps(header) + b"\n")
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
