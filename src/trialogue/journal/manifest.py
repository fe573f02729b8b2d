"""The note beside a journal that says how far it goes; it is what shows a cut tail.

It is replaced whole, by a rename, so a crash leaves the old one or the new one and never a part.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Final

import orjson
from attrs import frozen

from trialogue.errors import JournalError
from trialogue.journal.codec import MISFITS

NAME: Final = "manifest.json"


class Status(Enum):
    """Whether a journal was closed; one that is open and has no writer was left by a crash."""

    OPEN = "open"
    CLOSED = "closed"


@frozen
class Manifest:
    """How far a journal went when it was opened or closed."""

    journal: str
    """The journal's file name, in the same directory."""

    status: Status
    """Open while it is written."""

    seq: int
    """The last record's number."""

    hash: str
    """The last line's hash."""


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace the directory's manifest, on disk when this returns; OSError where that fails."""
    body = orjson.dumps(
        {
            "trialogue": 1,
            "kind": "manifest",
            "journal": manifest.journal,
            "status": manifest.status.value,
            "seq": manifest.seq,
            "hash": manifest.hash,
        }
    )
    draft = draft_in(directory)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(directory / NAME)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync_directory(directory)


def draft_in(directory: Path) -> Path:
    """Where a manifest is written before it gets its name; a crash may leave it there."""
    return directory / f".{NAME}.new"


def read_manifest(journal: Path) -> Manifest | None:
    """The manifest of this journal; None where the directory has none or that of another file.

    Raises JournalError for one that cannot be read.
    """
    path = journal.parent / NAME
    try:
        raw = orjson.loads(path.read_bytes())
        manifest = Manifest(raw["journal"], Status(raw["status"]), raw["seq"], raw["hash"])
    except FileNotFoundError:
        return None
    except (OSError, *MISFITS) as error:
        raise JournalError(f"{path} is no manifest: {type(error).__name__}", path=str(path)) from error
    return manifest if manifest.journal == journal.name else None


def _sync_directory(directory: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
