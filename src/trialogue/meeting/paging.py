"""The page of a run: made from its journal and recordings, written beside them, added to its manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, cast
from urllib.parse import quote

from attrs import evolve

from trialogue.brain.words.transcript import utterances
from trialogue.errors import JournalError
from trialogue.journal.files import JOURNAL, journal_of, runs_in, write_entered
from trialogue.journal.reader import Reading, read
from trialogue.journal.records import HeaderClock, on_local_clock
from trialogue.meeting.judging import RESULT_MIB, verdict_of
from trialogue.meeting.resumption import last_words
from trialogue.model.json_text import read_json
from trialogue.model.records import Record
from trialogue.regular_files import read_regular
from trialogue.report.cast import with_everybody
from trialogue.report.measures.by_sound import of_recordings
from trialogue.report.page import PageSound, PageSource, content, document
from trialogue.report.page.runs import RunRow, runs_document
from trialogue.report.page.sound import mp3, peaks
from trialogue.report.recordings import parts_of
from trialogue.report.result import Run, result

PAGE: Final = "report.html"
"""Name of the page in a run's directory."""

WhereSound = Literal["inside", "linked", "none"]
"""Place of a page's sound: in the file itself, beside it, or none."""


def write_page(run: Path, *, out: Path | None = None, sound: WhereSound = "inside") -> Path:
    """Write the page of a run, and return its path: `out`, or `report.html` in the run's directory.

    In the directory of a closed run, its digest goes into the manifest. JournalError for a damaged journal or
    recording, and where the page cannot be written.
    """
    reading = read(journal_of(run))
    folder = reading.path.parent
    path = folder / PAGE if out is None else out
    meeting = _meeting(reading)
    plan, audio = with_everybody(meeting.plan, meeting.records), folder / "audio"
    recorded = {each.name: parts_of(audio, each.name) for each in plan.participants}
    waves = {name: peaks(parts) for name, parts in recorded.items() if parts}
    by_sound = of_recordings(plan, meeting.records, audio, meeting.result.duration_s)
    made = document(content(evolve(meeting, by_sound=by_sound)), waves, _sound(folder, path, sound))
    write_entered(folder, path, made)
    return path


def is_run(path: Path) -> bool:
    """Whether this is a run or its journal, not a folder of runs; JournalError where it cannot be read."""
    try:
        return not runs_in(path)
    except OSError as error:
        raise JournalError(f"cannot read {error.filename}: {error.strerror}", path=str(path)) from error


def write_runs(folder: Path, *, out: Path | None = None) -> Path:
    """Write the table of a folder of runs, and return its path: `out`, or `report.html` in the folder.

    An unreadable run has a row with the reason. JournalError where it cannot be written.
    """
    path = folder / PAGE if out is None else out
    rows = [_row(run, folder, path) for run in runs_in(folder)]
    write_entered(folder, path, runs_document(folder.resolve().name, rows))
    return path


def _row(run: Path, folder: Path, path: Path) -> RunRow:
    links = tuple(
        (name.partition(".")[0], _address(run / name, path))
        for name in (PAGE, "transcript.md", "result.json")
        if _is_there(run / name)
    )
    name = run.relative_to(folder).as_posix()
    try:
        told, trouble = _told(run)
    except JournalError as error:
        return RunRow(name, None, str(error), links)
    return RunRow(name, told, trouble, links)


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def _told(run: Path) -> tuple[dict[str, object], str]:
    """Result of the run, with its shortfalls; for a run that was never closed, from its journal."""
    try:
        told: object = read_json(read_regular(run / "result.json", RESULT_MIB))
        if isinstance(told, dict) and cast("dict[str, object]", told).get("kind") == "result":
            return cast("dict[str, object]", told), ""
        trouble = "its result.json is not a result"
    except FileNotFoundError:
        trouble = "never closed"
    except (OSError, ValueError):
        trouble = "its result.json cannot be read"
    return _meeting(read(run / JOURNAL)).result.document(), trouble


def _address(file: Path, path: Path) -> str:
    """Address of a file, relative to the page."""
    return quote(os.fsencode(Path(os.path.relpath(file, path.parent)).as_posix()))


def _meeting(reading: Reading) -> PageSource:
    records = tuple(_all_of(reading))
    header, said = reading.header, utterances(records)
    virtual = header.clock is HeaderClock.VIRTUAL
    told = result(header.plan, records, said, Run(clock=header.clock.value))
    told = evolve(told, expectations=verdict_of(reading.path.parent))
    started = None if virtual else on_local_clock(header.started)
    return PageSource(header.plan, records, said, told, started=started)


def _all_of(reading: Reading) -> Iterator[Record]:
    """Records, with the ends of sounds that a crash cut off."""
    yield from reading
    yield from last_words(reading)


def _sound(folder: Path, path: Path, where: WhereSound) -> PageSound | None:
    mix = parts_of(folder / "audio", "mix")
    if not mix or where == "none":
        return None
    if where == "linked":
        return PageSound(href=_address(mix[0], path))
    return PageSound(mp3(mix))
