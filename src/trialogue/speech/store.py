"""Store of computed bytes by key, in memory and on disk, bounded in both.

1. Speech is private: the directory has mode 0700, files 0600, names are hashes.
2. A file is written beside its place and moved there; it has its own SHA-256, and one that does not match is
   discarded and made again.
3. The least recently used goes first.
4. A failing disk costs time, never speech: the store then writes only to memory, and `statistics` shows it. A
   full or read-only disk is still read.
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
"""Share to which a full disk is emptied, so that not every write has to list all files."""


@frozen
class Statistics:
    """Statistics of a store so far."""

    hits: int = 0
    """Reads that found a value."""

    misses: int = 0
    """Reads that found none."""

    discarded: int = 0
    """Damaged files that were removed."""

    evicted: int = 0
    """Files that were removed for room."""

    disk_fault: str = ""
    """Reason for which nothing more is written to disk; empty without a fault, and without a disk."""


class Store:
    """Store of bytes by key; threads may share it, and processes its directory."""

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
        """Bytes under `key`; None where there are none, or none complete."""
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
        """Store `payload` under `key`, which must be valid as a file's name."""
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
    """Memory part; the least recently used goes first."""

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
    """Disk part: one file for each key; its time of change is its time of last use."""

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
        with suppress(OSError):  # a read-only disk can still be read; so can a file that is being evicted
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
        """Remove the least recently used files; other processes may be doing the same."""
        files = sorted(self._files())
        self._size = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._size <= self._limit * _KEPT:
                break
            path.unlink(missing_ok=True)
            self._size -= size
            self.evicted += 1

    def _files(self) -> list[tuple[float, int, Path]]:
        """Time of last use, bytes and path of every file of the store."""
        files: list[tuple[float, int, Path]] = []
        for path in self._directory.iterdir():
            try:
                status = path.stat()
            except FileNotFoundError:  # another process has just removed the file
                continue
            files.append((status.st_mtime, status.st_size, path))
        return files


def _header(payload: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(payload).digest()


def default_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Directory of the store: in $TRIALOGUE_CACHE, $XDG_CACHE_HOME/trialogue or ~/.cache/trialogue.

    None for a user without a home directory, as in many containers: then there is only the memory part.
    """
    chosen = environment.get("TRIALOGUE_CACHE")
    if chosen:
        return Path(chosen) / "speech"
    shared = environment.get("XDG_CACHE_HOME")
    try:
        caches = Path(shared) if shared else Path.home() / ".cache"
    except RuntimeError:  # neither $HOME nor the system's list of users has it
        return None
    return caches / "trialogue" / "speech"
