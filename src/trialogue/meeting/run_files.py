"""Files of a run's directory: its scenario, its journal without secrets, and all digests at its end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Final

from attrs import evolve

from trialogue.compute import is_virtual
from trialogue.diagnostics import Log
from trialogue.errors import JournalError
from trialogue.importing import own_version
from trialogue.journal.files import digests_in, seal_files
from trialogue.journal.records import Header, HeaderClock
from trialogue.journal.writer import Journal
from trialogue.meeting.folder import write_private
from trialogue.meeting.resumption import CLIPS, Resumption
from trialogue.model.secrets import Secrets, secrets_of
from trialogue.regular_files import read_regular
from trialogue.scenario.joining import NewSeat, entry_of
from trialogue.scenario.people import ClipKeys, ClipsKeys
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import Document
from trialogue.scenario.writing import to_yaml
from trialogue.services.script import JsonObject

diagnostics: Final = Log("trialogue.keeping")

MODELS: Final = "models.jsonl"
"""Name of the record of models' answers in a run's directory."""


def secrets_for(resolved: Resolved, beside: Secrets) -> Secrets:
    """Secrets of a run: keys in the environment, those that the scenario refers to, and `beside`."""
    return secrets_of(os.environ, resolved.secrets).beside(beside)


def keep_scenario(folder: Path, resolved: Resolved, secrets: Secrets) -> None:
    """Write the resolved scenario, and the recordings that it plays: a run needs no other folder.

    JournalError where that fails.
    """
    document = _with_own_models(folder, resolved, _with_own_clips(folder, resolved), secrets)
    kept = evolve(resolved, document=document)
    write_private(folder / "scenario.yaml", to_yaml(kept).encode(), secrets)


def keep_earlier_clips(folder: Path, earlier: Path) -> None:
    """Copy the recordings of an earlier run of the same meeting that its scenario does not name.

    They are those of participants who have joined since. JournalError where that fails.
    """
    for file in sorted((earlier / CLIPS).glob("*")):
        if not (folder / CLIPS / file.name).exists():
            _copy(file, folder / CLIPS / file.name)


def keep_clips(folder: Path, seat: NewSeat) -> JsonObject:
    """Entry of a seat, with its recordings copied into the run's folder."""
    name, resolved = seat.participant.name, seat.resolved
    people = tuple(each for each in resolved.people if each.name == name)
    document = evolve(resolved.document, cast={name: resolved.document.cast[name]})
    return entry_of(_with_own_clips(folder, evolve(resolved, document=document, people=people)), name)


def _with_own_clips(folder: Path, resolved: Resolved) -> Document:
    """Document with its recordings copied into the run's folder."""
    files = {person.name: [clip.file for clip in person.clips] for person in resolved.people}
    recordings = dict.fromkeys(file for each in files.values() for file in each if file is not None)
    names = _names_for(recordings, folder)
    for file, name in names.items():
        _copy(file, folder / name)
    cast = {
        name: evolve(seat, via=ClipsKeys(tuple(map(partial(_renamed, names), seat.via.clips, files[name]))))
        if isinstance(seat.via, ClipsKeys)
        else seat
        for name, seat in resolved.document.cast.items()
    }
    return evolve(resolved.document, cast=cast)


def _with_own_models(folder: Path, resolved: Resolved, document: Document, secrets: Secrets) -> Document:
    """Document with its record of models' answers copied into the run's folder, without secrets."""
    if resolved.models is None or document.run is None:
        return document
    write_private(folder / MODELS, read_regular(resolved.models), secrets)
    return evolve(document, run=evolve(document.run, models=MODELS))


def _renamed(names: Mapping[Path, str], clip: ClipKeys, file: Path | None) -> ClipKeys:
    return clip if file is None else evolve(clip, play=names[file])


def _names_for(files: Iterable[Path], folder: Path) -> dict[Path, str]:
    """Paths for the recordings; two with one name get a number, and so does one whose name is taken."""
    names: dict[Path, str] = {}
    for file in files:
        tries = (f"{CLIPS}/{file.stem}{f'-{number}' if number else ''}{file.suffix}" for number in count())
        taken = set(names.values())
        names[file] = next(name for name in tries if name not in taken and _is_free(folder / name, file))
    return names


def _is_free(place: Path, file: Path) -> bool:
    """Whether a recording can have a path: it is free, or has the same content."""
    return not place.exists() or read_regular(place) == read_regular(file)


def _copy(file: Path, to: Path) -> None:
    """Copy a recording, with mode 0600."""
    try:
        to.parent.mkdir(mode=0o700, exist_ok=True)
        if to.exists() and to.samefile(file):
            return
        to.touch(mode=0o600)
        copyfile(file, to)
    except OSError as error:
        raise JournalError(f"cannot copy {file} to {to}: {error.strerror}", path=str(to)) from error


def open_journal(
    folder: Path, resolved: Resolved, secrets: Secrets, *, started: datetime, past: Resumption | None
) -> Journal:
    """New journal, whose manifest has digests of the files that exist already."""
    header = Header(
        plan=resolved.plan,
        version=own_version(),
        clock=HeaderClock.VIRTUAL if is_virtual() else HeaderClock.REAL,
        started=started,
        continues=past.continues if past else None,
        frame_ms=resolved.frame_ms,
    )
    return Journal.create(
        folder / "journal.jsonl",
        header,
        secrets=secrets,
        files=digests_in(folder),
        resumes=str(past.folder) if past else None,
    )


def seal(folder: Path) -> None:
    """Update the digests in a closed run's manifest; a full disk may prevent that."""
    try:
        seal_files(folder)
    except (OSError, JournalError) as error:
        diagnostics.warning("the manifest has no digests", error=type(error).__name__)
