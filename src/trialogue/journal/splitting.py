"""Splitting of a journal into pieces, for stores with a limit on file size; joined, they are the journal."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import inf
from pathlib import Path

from trialogue.errors import JournalError, SetupError
from trialogue.journal import chain
from trialogue.journal.reader import read
from trialogue.model.json_text import read_json
from trialogue.regular_files import open_regular

__all__ = ["split"]


def split(
    path: Path, out: Path, *, every_s: float | None = None, largest: int | None = None
) -> tuple[Path, ...]:
    """Write pieces `NAME.001.jsonl` and so on into `out`, and return their paths; their names sort in order.

    A piece ends before the line that is `every_s` seconds of the meeting after its first, or that would make
    it larger than `largest` bytes; no line is broken. SetupError where neither is given, or a piece already
    exists, or `out` is a file; JournalError where the journal is none, or files cannot be read or written.
    """
    if every_s is None and largest is None:
        raise SetupError("split needs --every (seconds) or --largest (bytes)")
    if not (every_s is None or 0 < every_s < inf):
        raise SetupError(f"--every must be a number of seconds above 0, not {every_s}")
    if largest is not None and largest < 1:
        raise SetupError(f"--largest must be a number of bytes from 1, not {largest}")
    read(path)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise SetupError(f"{out} cannot be a directory for pieces: {error.strerror}") from error
    except OSError as error:
        raise JournalError(f"cannot make {out}: {error.strerror}", path=str(out)) from error
    try:
        count = sum(1 for _ in _pieces(path, every_s, largest))
        digits = max(3, len(str(count)))
        return tuple(
            _write(out / f"{path.stem}.{number:0{digits}}.jsonl", lines)
            for number, lines in enumerate(_pieces(path, every_s, largest), 1)
        )
    except OSError as error:
        raise JournalError(f"cannot split {path}: {error.strerror}", path=str(path)) from error


def _pieces(path: Path, every_s: float | None, largest: int | None) -> Iterator[list[bytes]]:
    """Lines of each piece, in order."""
    lines: list[bytes] = []
    size, begun = 0, 0.0
    with open_regular(path) as file:
        for line in iter(partial(file.readline, chain.LONGEST_LINE), b""):
            if len(line) == chain.LONGEST_LINE and not line.endswith(b"\n"):
                raise JournalError(f"{path} is damaged: a line has no end", path=str(path))
            at = _time(line, begun)
            is_late = every_s is not None and at - begun >= every_s
            if lines and (is_late or (largest is not None and size + len(line) > largest)):
                yield lines
                lines, size, begun = [], 0, at
            lines.append(line)
            size += len(line)
    yield lines


def _time(line: bytes, begun: float) -> float:
    """Time of a line's record, in seconds since the start; a line without one joins the present piece."""
    try:
        at = read_json(line).get("at")
    except (ValueError, AttributeError):
        return begun
    return float(at) if isinstance(at, int | float) else begun


def _write(path: Path, lines: list[bytes]) -> Path:
    if path.exists():
        raise SetupError(f"{path} already exists")
    path.touch(mode=0o600)
    path.write_bytes(b"".join(lines))
    return path
