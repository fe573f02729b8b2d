"""File transfer for workers without a shared directory: a meeting's inputs go out, its files come back.

1. The scenario travels as it was resolved, with the recordings and the record of models that it plays.
2. At most `MOST_BYTES` of files come back from a meeting. Files that do not fit stay behind, and are
   reported.
3. Only virtual meetings are held in this way. Dask repeats one whose worker died, and no directory shows that
   it was held; in virtual time the second is equal to the first, byte for byte, and costs nothing.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

from attrs import evolve

from trialogue.batch.holding import found
from trialogue.batch.jobs import Job, prepared_job
from trialogue.batch.local_workers import Hand
from trialogue.batch.outcomes import Outcome
from trialogue.errors import SetupError
from trialogue.meeting.outputs import RESULT
from trialogue.meeting.run_files import keep_scenario
from trialogue.model.secrets import NO_SECRETS
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

__all__ = ["MOST_BYTES", "Bring", "brought_home", "held_away", "packed_scenario"]

Bring = Literal["result", "journal", "run"]
"""Parts of a run that come back: its result and transcripts, its journal too, or all of it with the sound."""

MOST_BYTES: Final = 64 * 2**20
"""Most bytes of files that come back from one meeting."""

_DRAFT: Final = ".{}.{}.part"
"""Name of a directory for a run's files until it is complete, by the run's name and a random one."""

_JOURNAL: Final = ("journal.jsonl", "manifest.json", "scenario.yaml")


def packed_scenario(job: Job) -> bytes:
    """Scenario of a job, resolved, with its recordings; `SetupError` for one on the real clock."""
    resolved = prepared_job(job)
    if resolved.clock is not Clock.VIRTUAL:
        raise SetupError(
            f"{job.name} uses the real clock: without a shared directory, only virtual meetings can "
            "run, as a dead worker's meetings run again"
        )
    with tempfile.TemporaryDirectory() as folder:
        keep_scenario(Path(folder), resolved, NO_SECRETS)
        return _packed(sorted(_files(Path(folder))), Path(folder))


def held_away(job: Job, scenario: bytes, bring: Bring, hand: Hand) -> tuple[Outcome, bytes]:
    """Run on a worker: hold a job in a directory of this machine, and return its outcome and files."""
    folder = Path(tempfile.mkdtemp(prefix="trialogue-"))
    try:
        unpacked(scenario, folder / "scenario")
        file, run = folder / "scenario" / "scenario.yaml", folder / "run"
        outcome = hand.hold(evolve(job, file=str(file), folder=str(run), overrides=Overrides(), resume=False))
        chosen, left = _chosen(run, bring)
        if left:
            outcome = evolve(outcome, text=f"{outcome.text}; {left} of its files are too large to send back")
        return outcome, _packed(chosen, run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def brought_home(job: Job, outcome: Outcome, files: bytes) -> Outcome:
    """Write returned files into the job's run; the outcome, with its places in the author's own file.

    The run's directory has all of them or does not exist: a later batch takes it for a meeting that was held.
    One that another batch has brought meanwhile stays: it is the same meeting.
    """
    folder = Path(job.folder)
    draft = folder.with_name(_DRAFT.format(folder.name, uuid4().hex))
    try:
        unpacked(files, draft)
        draft.rename(folder)
    except OSError:
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for each in folder.parent.glob(_DRAFT.format(escape(folder.name), "?" * 32)):
        shutil.rmtree(each, ignore_errors=True)  # of a batch that was killed, or is too late
    if not (folder / RESULT).exists():
        return evolve(outcome, file=job.file, folder=job.folder)
    return evolve(found(job), state=outcome.state, machine_s=outcome.machine_s, text=outcome.text)


def unpacked(files: bytes, folder: Path) -> None:
    """Write packed files into a new directory; no name leads out of it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(files)) as archive:
        archive.extractall(folder)


def _chosen(run: Path, bring: Bring) -> tuple[list[Path], int]:
    """Files that come back, small ones first, and the number of those that do not fit."""
    kept: list[Path] = []
    wanted = sorted((each for each in _files(run) if _is_wanted(each, run, bring)), key=_size)
    room = MOST_BYTES
    for each in wanted:
        room -= _size(each)
        if room < 0:
            break
        kept.append(each)
    return kept, len(wanted) - len(kept)


def _is_wanted(file: Path, run: Path, bring: Bring) -> bool:
    if bring == "run":
        return True
    is_journal = file.name in _JOURNAL and file.parent == run
    is_small = file.parent == run and file.suffix != ".html" and not is_journal
    return is_small or (bring == "journal" and is_journal)


def _files(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file())


def _size(file: Path) -> int:
    return file.stat().st_size


def _packed(files: list[Path], folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder).as_posix())
    return packed.getvalue()
