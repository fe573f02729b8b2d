"""Manifest beside a journal: the journal's length, and digests of the run's other files.

1. It shows a cut tail, and a changed file.
2. It is replaced as a whole, by a rename, so a crash leaves the old one or the new one, never a part.
3. Its last member is a digest of the rest. A manifest that is unreadable, foreign, of another journal, or
   contradicts its digest proves nothing, and is reported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeVar, cast

from attrs import Factory

from trialogue.errors import JournalError
from trialogue.journal.codec import MISFITS, JsonObject
from trialogue.model.json_text import read_json, write_json
from trialogue.regular_files import open_descriptor, read_regular
from trialogue.values import frozen

NAME: Final = "manifest.json"

LONGEST_BLOCK: Final = 16 * 1024 * 1024
"""Most bytes of a block of a digest."""

_T = TypeVar("_T")
_UNDIGESTED: Final = frozenset({"trialogue", "kind", "journal", "status", "seq", "hash"})
"""Members of a manifest before it had a digest; with more members a missing digest was lost."""

_MARK: Final = b',"digest":"'
_TAIL: Final = len(_MARK) + 32 + len(b'"}')


class Status(Enum):
    """Whether a journal was closed; an open one without a writer was left by a crash."""

    RESUMING = "resuming"
    """Its records are still being copied from the run that it continues; until then that run is the one to
    resume.
    """

    OPEN = "open"
    CLOSED = "closed"


@frozen
class Digest:
    """Digest of a file's content."""

    size: int
    """Size in bytes."""

    blake2b: str
    """16-byte BLAKE2b of its content, as hex digits; with `block`, of the BLAKE2bs of its blocks."""

    block: int | None = None
    """Bytes of a block, the last of which may be shorter; None where the content is digested as a whole."""


@frozen
class Manifest:
    """Manifest of a run: its journal's state when opened or closed, and digests of all other files."""

    journal: str
    """File name of the journal, in the same directory."""

    status: Status
    """Status of the journal."""

    seq: int
    """Number of the last record."""

    hash: str
    """Hash of the last line."""

    begins: str | None = None
    """Hash of the first line, which identifies the journal; None from an older version."""

    files: Mapping[str, Digest] = Factory(dict[str, Digest])
    """Digests of the run's finished files, by their paths in its directory."""

    resumes: str | None = None
    """Directory of the run that this one continues, while that is the one to resume."""


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace the directory's manifest, on disk when this returns; OSError where that fails."""
    draft = draft_in(directory)
    descriptor = open_descriptor(os.fspath(draft), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_encoded(manifest) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(directory / NAME)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(directory)


def draft_in(directory: Path) -> Path:
    """Path of a manifest before its rename; a crash may leave a file there."""
    return directory / f".{NAME}.new"


def manifest_in(directory: Path) -> Manifest | None:
    """Manifest of the directory; None where there is none.

    Raises JournalError for one that is empty, foreign or changed.
    """
    path = directory / NAME
    try:
        text = read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _useless(path, f"cannot be read: {error.strerror}") from error
    if not text.strip():
        raise _useless(path, "is empty")
    try:
        return _decoded(path, text.rstrip(b"\n"))
    except MISFITS:
        raise _useless(path, "is not a trialogue manifest, or is damaged") from None


def read_manifest(journal: Path) -> Manifest | None:
    """Manifest of this journal; None where the directory has none or that of another file.

    Raises JournalError like `manifest_in`.
    """
    manifest = manifest_in(journal.parent)
    return manifest if manifest is not None and manifest.journal == journal.name else None


def sync_directory(directory: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _encoded(manifest: Manifest) -> bytes:
    files = {name: _digest_as_json(each) for name, each in manifest.files.items()}
    body = write_json(
        {
            "trialogue": 1,
            "kind": "manifest",
            "journal": manifest.journal,
            "status": manifest.status.value,
            "seq": manifest.seq,
            "hash": manifest.hash,
            "begins": manifest.begins,
            "files": files,
            "resumes": manifest.resumes,
        }
    )[:-1]
    return b'%b%b%b"}' % (body, _MARK, _digest(body))


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).hexdigest().encode()


def _decoded(path: Path, text: bytes) -> Manifest:
    raw: JsonObject = read_json(text)
    if (_of(int, raw["trialogue"]), raw["kind"]) != (1, "manifest"):
        raise _useless(path, "is not a trialogue manifest")
    if not raw.keys() <= _UNDIGESTED and text[-_TAIL:] != b'%b%b"}' % (_MARK, _digest(text[:-_TAIL])):
        raise _useless(path, "was changed: its own digest does not match")
    return Manifest(
        _of(str, raw["journal"]),
        Status(raw["status"]),
        _of(int, raw["seq"]),
        _of(str, raw["hash"]),
        None if raw.get("begins") is None else _of(str, raw["begins"]),
        {_inside(name): _digest_of(each) for name, each in _object(raw.get("files", {})).items()},
        None if raw.get("resumes") is None else _of(str, raw["resumes"]),
    )


def _digest_as_json(digest: Digest) -> dict[str, object]:
    block = {} if digest.block is None else {"block": digest.block}
    return {"size": digest.size, "blake2b": digest.blake2b, **block}


def _digest_of(raw: JsonObject) -> Digest:
    block = None if raw.get("block") is None else _of(int, raw["block"])
    if block is not None and not 0 < block <= LONGEST_BLOCK:
        raise ValueError("an invalid number of digests")
    return Digest(_of(int, raw["size"]), _of(str, raw["blake2b"]), block)


def _inside(name: object) -> str:
    """Path of a file in the run's directory; ValueError for one outside."""
    path = Path(_of(str, name))
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("a file outside the run")
    return str(path)


def _of(kind: type[_T], value: object) -> _T:
    if type(value) is not kind:
        raise TypeError(f"not a {kind.__name__}")
    return value


def _object(value: object) -> JsonObject:
    return cast("JsonObject", _of(dict, value))


def _useless(path: Path, why: str) -> JournalError:
    return JournalError(f"{path} {why}", path=str(path))
