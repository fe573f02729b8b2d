"""Completion of a meeting that had ended when its process died: makes its last files of the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from trialogue.journal.files import journal_of, scenario_of
from trialogue.journal.manifest import read_manifest
from trialogue.journal.reader import read
from trialogue.journal.records import HeaderClock, on_local_clock
from trialogue.journal.repair import repair
from trialogue.journal.verify import verify
from trialogue.meeting.judging import reason_of
from trialogue.meeting.outputs import RESULT, files_of, write_files
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.resumption import with_joined
from trialogue.meeting.run_files import seal, secrets_for
from trialogue.model.commands import EndMeeting
from trialogue.model.secrets import NO_SECRETS
from trialogue.report import KEPT, HeldMeeting, Run
from trialogue.report.cast import with_everybody
from trialogue.scenario.resolve import prepare

_LAST: Final = (*KEPT, RESULT)
"""Files that are written after a meeting's end."""


def complete_files(run: Path, imports: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Make the last files of a meeting that has ended; returns their paths, none where they are complete.

    They are made again where the result says `journal-failed`: the disk failed behind the meeting's end.
    Also none for a meeting that has not ended. A policy of its own must be among `imports`
    (`Permissions.imports`). `JournalError` where the journal is still being written, damaged or redacted;
    `OtherRules` and `ReplayDivergence` as for resuming.
    """
    path = journal_of(run)
    if _is_whole(path):
        return ()
    reading = read(path, salvage=True)
    records = tuple(reading)
    if not any(isinstance(command, EndMeeting) for record in records for command in record.commands):
        return ()
    repair(path)
    brain = brain_for(reading.header.plan, imports)
    verify(path, lambda _: brain)
    is_virtual, started = reading.header.clock is HeaderClock.VIRTUAL, reading.header.started
    resolved = with_joined(prepare(scenario_of(path.parent)), records)
    told = Run(
        clock="virtual" if is_virtual else "real",
        files=files_of(path.parent),
        expected=resolved.expectations,
    )
    held = HeldMeeting(
        with_everybody(brain.plan, records),
        brain.utterances(),
        records,
        None if is_virtual else on_local_clock(started),
    )
    write_files(held, told, path.parent, secrets_for(resolved, NO_SECRETS))
    seal(path.parent)
    return _LAST


def _is_whole(journal: Path) -> bool:
    """Whether all files exist with their digests, and the result is that of a journal that could be written.

    An older version has kept no digests.
    """
    manifest = read_manifest(journal)
    vouched = frozenset(manifest.files if manifest is not None else ())
    is_there = all((journal.parent / name).is_file() for name in _LAST)
    is_vouched = not vouched or vouched.issuperset(_LAST)
    return is_there and is_vouched and reason_of(journal.parent) != "journal-failed"
