"""Bytes by key, in memory and on disk, bounded in both: what has been computed once is kept.

1. Speech is private: our directory is 0700, files are 0600, names are hashes.
2. A file is written beside its place and moved there; it carries its own sha256, and one that does not
   match is discarded and made again.
3. What was used longest ago goes first.
4. A disk that fails costs time, never speech: the store writes to memory only and says so in `statistics`.
   A full or read-only disk is still read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

from attrs import evolve

from trialogue.fixed_paths import fixed
from trialogue.regular_files import read_regular
from trialogue.values import frozen

_T = TypeVar("_T")
_MIB: Final = 1 << 20
_MAGIC: Final = b"TLS1"
_HEADER: Final = len(_MAGIC) + hashlib.sha256().digest_size
_KEPT: Final = 0.9
"""Share to which a full disk is emptied, so that not every write has to look at all files."""


@frozen
class Statistics:
    """Statistics of a store so far."""

    hits: int = 0
    """Reads that were answered."""

    misses: int = 0
    """Reads that were not."""

    discarded: int = 0
    """Damaged files that were removed."""

    evicted: int = 0
    """Files that were removed to make room."""

    disk_fault: str = ""
    """Reason for which nothing more is written to disk; empty while all is well, or where no disk was asked
    for.
    """


class Store:
    """Bytes by key; safe to share between threads, and its directory between processes."""

    def __init__(
        self, directory: Path | None = None, *, disk_limit: int = 512 * _MIB, memory_limit: int = 64 * _MIB
    ) -> None:
        """Keep up to `disk_limit` bytes in `directory`, None for no disk, and `memory_limit` in memory."""
        self._memory = _Memory(memory_limit)
        self._disk = None if directory is None else _Disk(fixed(directory), disk_limit)
        self._hits = self._misses = 0
        self._disk_fault = ""
        self._lock = Lock()

    def __repr__(self) -> str:
        where = "memory" if self._disk is None else "disk"
        return f"<Store in {where}: {self._hits} hits, {self._misses} misses>"

    @property
    def statistics(self) -> Statistics:
        """Statistics of the store so far."""
        counted = Statistics(self._hits, self._misses, disk_fault=self._disk_fault)
        if self._disk is None:
            return counted
        return evolve(counted, discarded=self._disk.discarded, evicted=self._disk.evicted)

    def read(self, key: str) -> bytes | None:
        """Return what was written under `key`; None where nothing, or nothing whole, is."""
        with self._lock:
            found = self._memory.read(key)
            if found is None:
                found = self._on_disk(lambda disk: disk.read(key))
                if found is not None:
                    self._memory.write(key, found)
            if found is None:
                self._misses += 1
            else:
                self._hits += 1
            return found

    def write(self, key: str, payload: bytes) -> None:
        """Keep `payload` under `key`, which must be good as a file's name."""
        with self._lock:
            self._memory.write(key, payload)
            if not self._disk_fault:
                self._on_disk(lambda disk: disk.write(key, payload))

    def _on_disk(self, act: Callable[[_Disk], _T]) -> _T | None:
        if self._disk is None:
            return None
        try:
            return act(self._disk)
        except OSError as fault:
            self._disk_fault = fault.strerror or type(fault).__name__
            return None


class _Memory:
    """The least recently used go first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._entries: OrderedDict[str, bytes] = OrderedDict()

    def read(self, key: str) -> bytes | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def write(self, key: str, payload: bytes) -> None:
        self._size += len(payload) - len(self._entries.pop(key, b""))
        self._entries[key] = payload
        while self._size > self._limit:
            _, dropped = self._entries.popitem(last=False)
            self._size -= len(dropped)


class _Disk:
    """One file a key; the time of change is the time of last use."""

    def __init__(self, directory: Path, limit: int) -> None:
        self._directory = directory
        self._limit = limit
        self._size: int | None = None
        self.discarded = 0
        self.evicted = 0

    def read(self, key: str) -> bytes | None:
        path = self._directory / key
        try:
            content = read_regular(path)
        except FileNotFoundError:
            return None
        payload = content[_HEADER:]
        if content[:_HEADER] != _header(payload):
            path.unlink(missing_ok=True)
            self.discarded += 1
            return None
        with suppress(OSError):  # a read-only disk still answers; so does a file that is just being evicted
            os.utime(path)
        return payload

    def write(self, key: str, payload: bytes) -> None:
        content = _header(payload) + payload
        if self._size is None:
            self._open()
        handle, name = tempfile.mkstemp(dir=self._directory, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(self._directory / key)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        self._size = (self._size or 0) + len(content)
        if self._size > self._limit:
            self._make_room()

    def _open(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._directory.chmod(0o700)
        self._size = sum(size for _, size, _ in self._files())

    def _make_room(self) -> None:
        """Remove what was used longest ago; other processes may be doing the same."""
        files = sorted(self._files())
        self._size = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._size <= self._limit * _KEPT:
                break
            path.unlink(missing_ok=True)
            self._size -= size
            self.evicted += 1

    def _files(self) -> list[tuple[float, int, Path]]:
        """Return (time of last use, bytes, path) of every file of ours."""
        files: list[tuple[float, int, Path]] = []
        for path in self._directory.iterdir():
            try:
                status = path.stat()
            except FileNotFoundError:  # another process has just removed it
                continue
            files.append((status.st_mtime, status.st_size, path))
        return files


def _header(payload: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(payload).digest()


def default_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return where speech is kept: in $TRIALOGUE_CACHE, $XDG_CACHE_HOME/trialogue or ~/.cache/trialogue.

    None for a user without a home directory, as in many containers: memory alone remembers then.
    """
    chosen = environment.get("TRIALOGUE_CACHE")
    if chosen:
        return Path(chosen) / "speech"
    shared = environment.get("XDG_CACHE_HOME")
    try:
        caches = Path(shared) if shared else Path.home() / ".cache"
    except RuntimeError:  # neither $HOME nor the system's list of users says where it is
        return None
    return caches / "trialogue" / "speech"
