"""Repair of a journal that a crash left open: closes it properly.

1. An incomplete last line was never acknowledged: it is cut off.
2. The end line has the reason `crashed`, and the manifest then has the journal's length.
3. The reserve and the drafts of the dead writer are removed.
4. Nothing else changes: damage before the tail is an error, as in any reading.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from trialogue.errors import JournalError
from trialogue.journal import chain
from trialogue.journal.lock import locked
from trialogue.journal.manifest import Digest, Manifest, Status, draft_in, read_manifest, write_manifest
from trialogue.journal.reader import ProblemKind, Reading, read
from trialogue.journal.records import End, HeaderClock, end_line, time_of_day
from trialogue.journal.writer import reserve_of
from trialogue.regular_files import open_descriptor
from trialogue.values import frozen

CRASHED: Final = "crashed"
"""Reason in the end line of a journal that its meeting could not close."""


@frozen
class Repaired:
    """Result of a repair."""

    was_open: bool
    """Whether it had not been closed."""

    cut_bytes: int
    """Bytes of an incomplete last line that were cut off."""


def repair(path: Path, *, wall: Callable[[], float] = time.time) -> Repaired:
    """Close the journal at `path` if a crash left it open; a closed one is not changed.

    JournalError where it is damaged, or is still being written. OSError where it cannot be changed; it can
    still be read as far as it goes.
    """
    reading = read(path)
    descriptor = open_descriptor(os.fspath(path), os.O_RDWR | os.O_APPEND)
    try:
        if not locked(descriptor):
            raise JournalError(f"another process is still writing {path}", path=str(path))
        return _repair(reading, descriptor, wall)
    finally:
        os.close(descriptor)


def _repair(reading: Reading, descriptor: int, wall: Callable[[], float]) -> Repaired:
    path, at = reading.path, 0.0
    for line in reading.lines():
        at = line.raw.get("at", at)
    if _is_closed(path):
        return Repaired(was_open=False, cut_bytes=0)
    cut_bytes = _cut_torn_tail(reading, descriptor)
    digest = reading.hash
    if reading.end is None:
        virtual = reading.header.clock is HeaderClock.VIRTUAL
        now = time_of_day(reading.header.started, at) if virtual else datetime.fromtimestamp(wall(), UTC)
        body = orjson.dumps(end_line(End(reading.seq, CRASHED), now), option=orjson.OPT_UTC_Z)
        sealed, digest = chain.seal(body, reading.hash)
        os.write(descriptor, b"%b%b\n" % (_separator(descriptor), sealed))
    os.fsync(descriptor)
    _write_manifest(reading, digest)
    reserve_of(path).unlink(missing_ok=True)
    draft_in(path.parent).unlink(missing_ok=True)
    return Repaired(was_open=True, cut_bytes=cut_bytes)


def _cut_torn_tail(reading: Reading, descriptor: int) -> int:
    """Cut off an incomplete last line, and return the number of its bytes."""
    size = os.fstat(descriptor).st_size
    torn = next((p.offset for p in reading.problems if p.kind is ProblemKind.TORN_TAIL), size)
    os.ftruncate(descriptor, torn)
    return size - torn


def _write_manifest(reading: Reading, digest: bytes) -> None:
    """Write a manifest of a closed journal, with the digests of the former one."""
    path = reading.path
    try:
        known = read_manifest(path)
    except JournalError:
        known = None
    files: Mapping[str, Digest] = {} if known is None else known.files
    closed = Manifest(path.name, Status.CLOSED, reading.seq, digest.decode(), reading.begins.decode(), files)
    write_manifest(path.parent, closed)


def _is_closed(path: Path) -> bool:
    try:
        manifest = read_manifest(path)
    except JournalError:
        return False  # no readable manifest: a new one is written
    return manifest is not None and manifest.status is Status.CLOSED


def _separator(descriptor: int) -> bytes:
    """Newline where the last line has none: the line may be complete without it."""
    last = os.fstat(descriptor).st_size - 1
    return b"" if os.pread(descriptor, 1, last) == b"\n" else b"\n"
