"""A run in other formats: made from its journal, written beside it, added to its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trialogue.brain.words.transcript import utterances
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of, write_entered
from trialogue.journal.reader import Reading, read
from trialogue.journal.records import HeaderClock, on_local_clock
from trialogue.meeting.resumption import last_words
from trialogue.option_or_argument import either
from trialogue.regular_files import read_regular
from trialogue.report.cast import with_everybody
from trialogue.report.exports import EXPORTS, HeldMeeting


def write_exports(run: Path, formats: Sequence[str], *, out: Path | None = None) -> tuple[Path, ...]:
    """Write a run's files of these formats, and return their paths: in the run's directory, or in `out`.

    `out` is created if missing; its files are not overwritten. In the directory of a closed run, their
    digests go into the manifest. SetupError for an existing file with another content, for an unknown format
    or a missing package, JournalError for a damaged journal or a file that cannot be written.
    """
    if strangers := [each for each in formats if each not in EXPORTS]:
        raise SetupError(f"unknown format {strangers[0]!r}; formats: {', '.join(EXPORTS)}")
    if out is not None:
        _make(out)
    reading = read(journal_of(run))
    held = held_meeting(reading)
    folder = reading.path.parent
    place = folder if out is None else out
    made = {place / EXPORTS[each].file: EXPORTS[each].content(held) for each in formats}
    for path, content in made.items():
        if out is not None:
            _refuse_another(path, content)
    for path, content in made.items():
        write_entered(folder, path, content)
    return tuple(made)


def _refuse_another(path: Path, content: bytes) -> None:
    """Raise SetupError for an existing file of that name with another content."""
    try:
        is_another = path.is_file() and read_regular(path) != content
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error
    if is_another:
        instead = f"choose another directory with {either('--out', 'out')}"
        raise SetupError(f"{path} already exists with other contents: {instead}")


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"cannot use {out} as the directory for files: {error.strerror}") from error


def held_meeting(reading: Reading) -> HeldMeeting:
    """Meeting as exports see it: its records, with the ends of sounds that a crash cut off."""
    records = (*reading, *last_words(reading))
    header = reading.header
    started = None if header.clock is HeaderClock.VIRTUAL else on_local_clock(header.started)
    return HeldMeeting(with_everybody(header.plan, records), utterances(records), records, started)
