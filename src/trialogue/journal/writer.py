"""Writer of a journal: writes each line with one `write`, completely or with an error.

1. A record is acknowledged when `append` returns: from then on it survives the end of this process, and from
   the next `sync` on a power cut.
2. The first failure is final: the meeting cannot be recorded any longer, and the owner ends it. `append`
   always raises from then on; `close` still tries to write the end line.
3. A full disk first takes a part of a line. The next write then begins a new line, and frees a reserve from
   the start so that there is room for it.
4. A journal is a draft until its header is complete, or until it has all records of the one that it
   continues, and gets its name in one step. Until then its manifest names the run that is to be resumed.
5. Personal text is written unchanged; the file's mode is 0600. Secrets are never written: each whole line is
   searched for them.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Final, Self

import orjson
from attrs import Factory

from trialogue.errors import JournalError
from trialogue.journal import chain
from trialogue.journal.codec import JsonObject
from trialogue.journal.lock import locked
from trialogue.journal.manifest import NAME as MANIFEST
from trialogue.journal.manifest import Digest, Manifest, Status, sync_directory, write_manifest
from trialogue.journal.reader import Reading
from trialogue.journal.records import (
    End,
    Header,
    HeaderClock,
    end_line,
    header_line,
    record_line,
    time_of_day,
    wire_line,
)
from trialogue.journal.whole import write_whole
from trialogue.model.json_text import write_json
from trialogue.model.records import Record
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.model.text import steerless_json
from trialogue.model.wire import WireRecord
from trialogue.regular_files import open_descriptor
from trialogue.values import define

RESERVE_BYTES: Final = 64 * 1024
"""Bytes kept for the end line and the manifest on a full disk."""

# macOS has no fdatasync.
_SYNC: Final[Callable[[int], None]] = getattr(os, "fdatasync", os.fsync)


class _State(Enum):
    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"


@define(repr=False)
class Journal:
    """Journal under construction; `create` opens it and its owner must `close` it."""

    path: Path
    """Path of the file; its manifest is beside it."""

    header: Header
    """Header, the first line."""

    _descriptor: int
    _wall: Callable[[], float]
    _secrets: Secrets = NO_SECRETS
    _files: Mapping[str, Digest] = Factory(dict[str, Digest])
    _resumes: str | None = None
    _is_draft: bool = True
    _state: _State = _State.OPEN
    _hash: bytes = chain.ORIGIN
    _begins: bytes = chain.ORIGIN
    _size: int = 0
    _is_torn: bool = False
    _seq: int = 0
    _at: float = 0.0

    @classmethod
    def create(
        cls,
        path: Path,
        header: Header,
        *,
        wall: Callable[[], float] = time.time,
        secrets: Secrets = NO_SECRETS,
        files: Mapping[str, Digest] | None = None,
        resumes: str | None = None,
    ) -> Self:
        """Create a journal with its header on disk; JournalError where the file exists or cannot be created.

        No line holds any of the `secrets`. Its manifest has digests of the run's `files` that already exist.
        A journal that `resumes` the run in that directory counts only once `adopt` has returned. `wall` gives
        the time of day in seconds since 1970, UTC; it is never called in virtual time, where a record's time
        of day follows from its `at`.
        """
        try:
            _check_absent(path)
            descriptor = os.open(draft_of(path), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise _failure(path, "create", error) from error
        locked(descriptor)  # a new file has no other writer
        journal = cls(path, header, descriptor, wall, secrets, files or {}, resumes)
        try:
            journal._begin()
        except BaseException:
            journal.discard()
            raise
        return journal

    def hide(self, secrets: Secrets) -> None:
        """Keep these secrets, too, out of all lines from now on."""
        self._secrets = self._secrets.beside(secrets)

    @property
    def seq(self) -> int:
        """Number of the last record; 0 before the first."""
        return self._seq

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._size

    def append(self, record: Record) -> None:
        """Write one record, the next in order; JournalError where it is not completely in the file."""
        self._check_next(record.seq)
        self._at = record.at
        self._write(record_line(record, self._now()), record.seq)

    def append_wire(self, record: WireRecord) -> None:
        """Write one protocol fact, the next in order; JournalError as for a record."""
        self._check_next(record.seq)
        self._at = record.at
        self._write(wire_line(record, self._now()), record.seq)

    def _check_next(self, seq: int) -> None:
        if self._state is not _State.OPEN:
            raise JournalError(f"{self.path} is {self._state.value}", path=str(self.path))
        if seq != self._seq + 1:
            raise JournalError(f"record {seq} after {self._seq}", path=str(self.path))

    def adopt(self, reading: Reading) -> None:
        """Begin with the records of the journal that is continued, with their times of day.

        After this they are on the disk, and this is the journal to resume. JournalError where it fails: then
        the other one still is.
        """
        try:
            self._take_over(reading)
        except BaseException:
            if self._resumes is not None:
                self.discard()
            raise

    def _take_over(self, reading: Reading) -> None:
        for line in reading.lines():
            if "kind" not in line.raw:
                body = {name: value for name, value in line.raw.items() if name != "hash"}
                self._at = body["at"]
                self._write(body, body["seq"])
        self.sync()
        if self._resumes is not None:
            self._commit()

    def _commit(self) -> None:
        """Make this the journal of its run."""
        try:
            _check_absent(self.path)
            draft_of(self.path).rename(self.path)
            sync_directory(self.path.parent)
            self._resumes = None
            self._note(Status.OPEN)
        except OSError as error:
            self._fail()
            raise _failure(self.path, "create", error) from error
        self._is_draft = False

    def sync(self) -> None:
        """Write all records to the disk; JournalError where it fails. Takes half a millisecond or more."""
        if self._state is not _State.OPEN:
            return
        try:
            _SYNC(self._descriptor)
        except OSError as error:
            self._fail()
            raise _failure(self.path, "sync", error) from error

    def close(self, reason: str) -> None:
        """Write the end line and the manifest; JournalError where that fails. Does nothing once closed."""
        if self._state is _State.CLOSED:
            return
        if self._resumes is not None:
            self.discard()
            return
        try:
            self._write(end_line(End(self._seq, reason), self._now()), self._seq)
            _SYNC(self._descriptor)
            self._note(Status.CLOSED)
        except OSError as error:
            raise _failure(self.path, "close", error) from error
        finally:
            self._state = _State.CLOSED
            self._free_reserve()
            os.close(self._descriptor)

    def discard(self) -> None:
        """Remove all files of a journal whose meeting could not begin; does nothing the second time."""
        if self._state is _State.CLOSED:
            return
        self._state = _State.CLOSED
        os.close(self._descriptor)
        self._free_reserve()
        draft_of(self.path).unlink(missing_ok=True)
        if not self._is_draft:
            self.path.unlink(missing_ok=True)
        if self._resumes is not None:
            (self.path.parent / MANIFEST).unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"<Journal {self.path.name}: {self._state.value}, {self._seq} records>"

    def _begin(self) -> None:
        try:
            if self._resumes is not None:
                self._note(Status.RESUMING)
            descriptor = open_descriptor(os.fspath(self._reserve), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with os.fdopen(descriptor, "wb") as reserve:
                reserve.write(bytes(RESERVE_BYTES))
            self._write(header_line(self.header), 0)
            self._begins = self._hash
            _SYNC(self._descriptor)
            if self._resumes is not None:
                self._note(Status.RESUMING)
        except OSError as error:
            raise _failure(self.path, "create", error) from error
        if self._resumes is None:
            self._commit()

    def _write(self, body: JsonObject, seq: int) -> None:
        line, digest = chain.seal(self._encoded(body), self._hash)
        if len(line) >= (most := chain.LONGEST_LINE):
            self._fail()
            text = f"{self.path}: record {seq} has {len(line):,} bytes; a line may have at most {most:,}"
            raise JournalError(text, path=str(self.path))
        whole = b"\n%b\n" % line if self._is_torn else line + b"\n"
        written, error = write_whole(whole, lambda rest, _: os.write(self._descriptor, rest))
        self._size += written
        if written:
            self._is_torn = whole[written - 1 : written] != b"\n"
        if written >= len(whole) - 1:
            # The line counts even without its newline, and the next must follow it.
            self._hash, self._seq = digest, seq
        if error is not None:
            self._fail()
            message = f"cannot write {self.path}: {error.strerror} ({written} of {len(whole)} bytes written)"
            raise JournalError(message, path=str(self.path), offset=self._size) from error

    def _encoded(self, body: JsonObject) -> bytes:
        try:
            dumped = _dump(body)
        except TypeError as error:
            self._fail()
            text = (
                f"{self.path}: a value that cannot be written to a journal, after record {self._seq}: {error}"
            )
            raise JournalError(text, path=str(self.path)) from error
        return self._secrets.hide_bytes(steerless_json(dumped))

    def _now(self) -> datetime:
        if self.header.clock is HeaderClock.VIRTUAL:
            return time_of_day(self.header.started, self._at)
        return datetime.fromtimestamp(self._wall(), UTC)

    def _note(self, status: Status) -> None:
        begins = self._begins.decode() or None
        end = self._hash.decode()
        manifest = Manifest(self.path.name, status, self._seq, end, begins, self._files, self._resumes)
        write_manifest(self.path.parent, manifest)

    def _fail(self) -> None:
        self._state = _State.FAILED
        self._free_reserve()

    @property
    def _reserve(self) -> Path:
        return reserve_of(self.path)

    def _free_reserve(self) -> None:
        self._reserve.unlink(missing_ok=True)


def reserve_of(path: Path) -> Path:
    """Path of the reserve of a journal at `path` while it is written."""
    return path.with_name(f".{path.name}.reserve")


def draft_of(path: Path) -> Path:
    """Path of the draft of a journal, until it is the journal of its run, at `path`."""
    return path.with_name(f".{path.name}.new")


def _check_absent(path: Path) -> None:
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _dump(body: JsonObject) -> bytes:
    return write_json(body, orjson.OPT_UTC_Z)


def _failure(path: Path, verb: str, error: OSError) -> JournalError:
    return JournalError(f"cannot {verb} {path}: {error.strerror}", path=str(path))
