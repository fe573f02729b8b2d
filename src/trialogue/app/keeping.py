"""What the directory of a run keeps: its scenario, its journal without secrets, digests of all at its end."""

from __future__ import annotations

import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import structlog

from trialogue.app.folder import write_private
from trialogue.app.resumption import Resumption
from trialogue.app.virtual import is_virtual
from trialogue.errors import JournalError
from trialogue.journal.files import digests_in, seal_files
from trialogue.journal.records import Clock, Header
from trialogue.journal.writer import Journal
from trialogue.model.secrets import Secrets, secrets_of
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.writing import to_yaml

diagnostics = structlog.get_logger("trialogue.keeping")


def secrets_for(resolved: Resolved, beside: Secrets) -> Secrets:
    """Keys of this process's environment, what the scenario refers to, and those `beside`."""
    return secrets_of(os.environ, resolved.secrets).beside(beside)


def keep_scenario(folder: Path, resolved: Resolved, secrets: Secrets) -> None:
    """Write the scenario as resolved; JournalError where it cannot be."""
    write_private(folder / "scenario.yaml", to_yaml(resolved).encode(), secrets)


def open_journal(
    folder: Path, resolved: Resolved, secrets: Secrets, *, started: datetime, past: Resumption | None
) -> Journal:
    """A new journal, whose manifest vouches for what is in the folder already."""
    header = Header(
        plan=resolved.plan,
        version=version("trialogue"),
        clock=Clock.VIRTUAL if is_virtual() else Clock.REAL,
        started=started,
        continues=past.continues if past else None,
    )
    return Journal.create(
        folder / "journal.jsonl",
        header,
        secrets=secrets,
        files=digests_in(folder),
        resumes=str(past.folder.absolute()) if past else None,
    )


def seal(folder: Path) -> None:
    """Have the manifest of a closed run vouch for what its files hold now; a full disk may not take that."""
    try:
        seal_files(folder)
    except (OSError, JournalError) as error:
        diagnostics.warning("the manifest vouches for no file", error=type(error).__name__)
