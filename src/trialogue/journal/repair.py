"""Closing a journal that a crash left open, so that it is whole again.

1. A torn last line was never acknowledged: it is cut.
2. The end line says `crashed`; the manifest says how far it goes from then on.
3. What the dead writer set aside, or drafted, is removed.
4. Nothing else is changed: damage before the tail is an error here as everywhere.
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
"""The reason in the end line of a journal that its meeting could not close."""


@frozen
class Repaired:
    """Repair of a journal: what was done to it."""

    was_open: bool
    """Whether it had not been closed."""

    cut_bytes: int
    """Bytes of a torn last line that were cut."""


def repair(path: Path, *, wall: Callable[[], float] = time.time) -> Repaired:
    """Close the journal at `path` if a crash left it open; one that was closed is left as it is.

    JournalError where it is damaged, or still written. OSError where it cannot be changed: it can be read
    all the same, as far as it goes.
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
    """Cut the last line where a crash left a part of it; the bytes that were cut."""
    size = os.fstat(descriptor).st_size
    torn = next((p.offset for p in reading.problems if p.kind is ProblemKind.TORN_TAIL), size)
    os.ftruncate(descriptor, torn)
    return size - torn


def _write_manifest(reading: Reading, digest: bytes) -> None:
    """Say that the journal is closed; what its manifest vouched for, it vouches for still."""
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
        return False  # no manifest that can be read: a new one is written
    return manifest is not None and manifest.status is Status.CLOSED


def _separator(descriptor: int) -> bytes:
    """A newline where the last line has none: it may be whole without."""
    last = os.fstat(descriptor).st_size - 1
    return b"" if os.pread(descriptor, 1, last) == b"\n" else b"\n"
