"""Check of a run's files against the digests in its manifest.

1. The files with which a run begins (its scenario, the recordings that it plays) have digests from the start;
   all others once the run is closed.
2. A file without an entry in the manifest is reported: it is no file of the run.
3. A recording is digested block by block: most of it is silence, and the digest of a silent block is known.
4. In a run that was never closed, the journal is checked by its own chain, and files without a digest are
   reported.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Final

import attrs

from trialogue.errors import JournalError
from trialogue.journal.lock import locked
from trialogue.journal.manifest import NAME, Digest, Manifest, Status, manifest_in, write_manifest
from trialogue.journal.reader import Problem, read
from trialogue.regular_files import check_output, check_regular, open_descriptor, open_regular, unbuffered
from trialogue.values import frozen

JOURNAL: Final = "journal.jsonl"
"""Name of the journal in a run's directory."""

SCENARIO: Final = "scenario.yaml"
"""Name of the scenario that a run keeps."""

_CHUNK: Final = 1024 * 1024

BLOCK: Final = 64 * 1024
"""Bytes of a block of a recording."""


class FileState(Enum):
    """State of a file compared with the manifest."""

    WHOLE = "whole"
    """Its content matches the manifest."""

    CHANGED = "changed"
    MISSING = "missing"
    UNVOUCHED = "unvouched"
    """The manifest has no digest: the run was never closed, or was written by a version without digests."""

    UNKNOWN = "unknown"
    """The manifest of a closed run has no entry for it."""


_AMISS: Final = frozenset({FileState.CHANGED, FileState.MISSING, FileState.UNVOUCHED})


@frozen
class FilesVerified:
    """Result of the check of a run's files."""

    files: dict[str, FileState]
    """State of each file, by its path in the run's directory, sorted by path."""

    status: Status
    """Whether the run was closed."""

    problems: tuple[Problem, ...]
    """Damage of the journal."""

    @property
    def is_whole(self) -> bool:
        """Whether the run was closed and each of its files is unchanged. Unknown files do not matter."""
        return self.status is Status.CLOSED and not self.problems and _AMISS.isdisjoint(self.files.values())


def journal_of(run: Path) -> Path:
    """Journal of a run: in its directory, or the file itself.

    JournalError where there is none; for a continuation that was cut off too early, it names the run that is
    to be resumed.
    """
    try:
        path = run / JOURNAL if run.is_dir() else run
        if path.exists():
            return path
        within = [str(each) for each in runs_in(run)]
    except OSError as error:
        raise JournalError(f"cannot read {run}: {error.strerror}", path=str(run)) from error
    try:
        manifest = manifest_in(path.parent)
    except JournalError:
        manifest = None
    if manifest is not None and manifest.resumes is not None:
        text = f"{path.parent} has not begun to continue {manifest.resumes}: resume {manifest.resumes} again"
        raise JournalError(text, path=str(path))
    more = f"; it contains runs, e.g. {within[0]}" if within else ""
    raise JournalError(f"no journal at {path}{more}", path=str(path))


def scenario_of(run: Path) -> Path:
    """Scenario in a run's directory; JournalError where anything else stands in its place.

    A scenario elsewhere may come from a pipe; that of a run must be a file.
    """
    path = run / SCENARIO
    try:
        check_regular(path)
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}", path=str(path)) from error
    return path


def runs_in(folder: Path) -> tuple[Path, ...]:
    """Runs in a folder, sorted by name; empty where the folder is itself a run, or no folder.

    What is in it and cannot be read counts as a run, but nothing hidden does: a batch that was killed leaves
    the part of a run that it was bringing home. OSError where the folder itself cannot be read.
    """
    if not folder.is_dir() or any((folder / name).exists() for name in (JOURNAL, NAME)):
        return ()
    shown = (each for each in folder.iterdir() if not each.name.startswith("."))
    return tuple(sorted(each for each in shown if _may_be_run(each)))


def _may_be_run(folder: Path) -> bool:
    try:
        return (folder / JOURNAL).is_file()
    except OSError:  # another user's
        return True


def digest_of(path: Path) -> Digest:
    """Digest of a file's content, of a recording by blocks; OSError where it cannot be read."""
    return _by_blocks(path, BLOCK) if path.suffix == ".wav" else _as_one(path)


def has_kept(path: Path, digest: Digest) -> bool:
    """Whether a file's content has this digest; OSError where it cannot be read."""
    found = _as_one(path) if digest.block is None else _by_blocks(path, digest.block)
    return found == digest


def _by_blocks(path: Path, length: int) -> Digest:
    silence = bytearray(length)
    silent = blake2b(silence, digest_size=16).digest()
    digest, held = blake2b(digest_size=16), bytearray(length)
    size = path.stat().st_size
    stretches = _stretches_of(path, size)
    begins, ends = next(stretches, (size, size))
    with open_regular(path) as file:
        for start in range(0, size, length):
            while ends <= start:
                begins, ends = next(stretches, (size, size))
            if start + length <= min(begins, size):
                digest.update(silent)
                continue
            file.seek(start)
            read = file.readinto(held)
            is_silent = read == length and held == silence
            block = memoryview(held)[:read]
            digest.update(silent if is_silent else blake2b(block, digest_size=16).digest())
    return Digest(size, digest.hexdigest(), length)


def _stretches_of(path: Path, size: int) -> Iterator[tuple[int, int]]:
    """Stretches of the file that hold data: first byte, and the byte after the last.

    A recorder skips silence, which leaves holes, and a hole reads as silence, so it need not be read
    (`lseek(2)`). Where the system cannot find holes, there is one stretch.
    """
    if sys.platform == "win32":
        yield 0, size
        return
    ends = 0
    with unbuffered(path) as file:
        while ends < size:
            try:
                begins = os.lseek(file.fileno(), ends, os.SEEK_DATA)
                ends = os.lseek(file.fileno(), begins, os.SEEK_HOLE)
            except OSError as error:
                if error.errno != errno.ENXIO:  # ENXIO: nothing but a hole up to the end
                    yield ends, size
                return
            yield begins, ends


def _as_one(path: Path) -> Digest:
    digest, size = blake2b(digest_size=16), 0
    held = memoryview(bytearray(_CHUNK))  # one buffer for all: fresh memory costs more than its digest
    with unbuffered(path) as file:
        while read := file.readinto(held):
            digest.update(held[:read])
            size += read
    return Digest(size, digest.hexdigest())


def digests_in(directory: Path) -> dict[str, Digest]:
    """Digests of a run's files, by their paths in its directory; without its manifest."""
    return {name: digest_of(directory / name) for name in _names_in(directory)}


def seal_files(directory: Path) -> None:
    """Write the digests of all files of a closed run into its manifest; OSError where that fails."""
    manifest = manifest_in(directory)
    if manifest is not None and manifest.status is Status.CLOSED:
        write_manifest(directory, attrs.evolve(manifest, files=digests_in(directory)))


def write_entered(directory: Path, path: Path, content: bytes) -> None:
    """Write a file that is made after a run's end, with mode 0600, whole or not at all.

    In the directory of a closed run, its digest goes into the manifest; a crash on the way leaves a file
    without an entry, never one that counts as changed. JournalError where it cannot be written, or another
    process is writing the run's files.
    """
    try:
        inside = path.resolve().relative_to(directory.resolve()).as_posix()
    except (OSError, RuntimeError) as error:  # a loop of links, for which `resolve` has an error of its own
        raise JournalError(f"cannot write {path}: it cannot be looked up", path=str(path)) from error
    except ValueError:
        inside = None
    try:
        if path.parent.resolve().is_relative_to(directory.resolve()):
            check_regular(path)
        manifest = manifest_in(directory) if inside else None
        if inside is None or manifest is None or manifest.status is not Status.CLOSED:
            _replace(path, content)
            return
        with open_regular(directory / manifest.journal) as journal:
            if not locked(journal.fileno()):
                text = f"another process is writing {directory}: try again"
                raise JournalError(text, path=str(directory))
            _replace_entered(directory, inside, content)
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error


def _replace_entered(directory: Path, name: str, content: bytes) -> None:
    manifest = manifest_in(directory)
    if manifest is None:
        raise JournalError(f"{directory} has no {NAME} any more", path=str(directory))
    others = {each: digest for each, digest in manifest.files.items() if each != name}
    if len(others) < len(manifest.files):
        write_manifest(directory, attrs.evolve(manifest, files=others))
    _replace(directory / name, content)
    entered = {**others, name: digest_of(directory / name)}
    write_manifest(directory, attrs.evolve(manifest, files=dict(sorted(entered.items()))))


def _replace(path: Path, content: bytes) -> None:
    """Replace a file's content, whole or not at all; an object that is no file (a terminal) is written to."""
    check_output(path)
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    path = path.resolve()
    draft = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(
            open_descriptor(os.fspath(draft), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def verify_files(directory: Path) -> FilesVerified:
    """Compare the files of a run with its manifest.

    JournalError where there is no readable manifest, or the journal is damaged.
    """
    manifest = manifest_in(directory)
    if manifest is None:
        raise JournalError(f"{directory} has no {NAME}: its files cannot be checked", path=str(directory))
    is_sealed = manifest.journal in manifest.files
    present = set(_names_in(directory))
    others = FileState.UNKNOWN if is_sealed else FileState.UNVOUCHED
    files = dict.fromkeys(present - manifest.files.keys(), others)
    files |= {name: _state_of(directory / name, digest) for name, digest in manifest.files.items()}
    problems = (
        _check_journal(directory, manifest) if files.get(manifest.journal) is not FileState.CHANGED else ()
    )
    if not is_sealed and manifest.journal in present:
        files[manifest.journal] = FileState.WHOLE  # by its chain, and by the last hash if it was closed
    return FilesVerified(dict(sorted(files.items())), manifest.status, problems)


def _state_of(path: Path, digest: Digest) -> FileState:
    if not path.is_file():
        return FileState.MISSING
    try:
        return FileState.WHOLE if has_kept(path, digest) else FileState.CHANGED
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}", path=str(path)) from error


def _check_journal(directory: Path, manifest: Manifest) -> tuple[Problem, ...]:
    path = directory / manifest.journal
    if not path.exists():
        return ()
    reading = read(path)
    for _ in reading:
        pass
    return tuple(reading.problems)


def _names_in(directory: Path) -> Iterator[str]:
    """Files of the run; drafts and reserves, whose names begin with a dot, are removed when it is closed."""
    for path in directory.rglob("*"):
        name = path.relative_to(directory)
        if path.is_file() and name != Path(NAME) and not name.name.startswith("."):
            yield name.as_posix()
