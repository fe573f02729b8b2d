"""Holding of one meeting of a batch, at most once.

1. Its directory is created first, in one step that succeeds only once and so claims the meeting. Of two
   processes, two machines on a shared disk, or two runs of one task, one holds the meeting and the other
   finds the directory.
2. A directory with a `result.json` belongs to a finished meeting: it is read, never held again.
3. A directory without one belongs to a meeting that still runs or was cut off; one whose journal could not be
   written counts as cut off, too. It is reported, not changed. On request the meeting is continued in a
   directory beside it, `NAME-resumed`, claimed in the same way; if that is cut off, in `NAME-resumed-2`. If
   its journal has its end, only its last files are made; if it has no record, the meeting is held from its
   start. A directory is locked while its meeting is held, so one whose process still runs is not continued,
   even before it has a journal.
4. Where a meeting could not begin (such as for a missing key), the empty directory is removed, so that the
   next attempt can start.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from itertools import chain, count, islice, takewhile
from pathlib import Path
from typing import Any, Final, cast

from attrs import evolve

from trialogue.batch.figures import figures_of
from trialogue.batch.jobs import Job, prepared_job
from trialogue.batch.outcomes import UNFINISHED, Outcome, State, Unmet
from trialogue.errors import GaveUp, JournalError, SetupError, TrialogueError
from trialogue.importing import made_by_named
from trialogue.journal.files import JOURNAL
from trialogue.journal.lock import locked
from trialogue.journal.reader import read
from trialogue.machine_limits import LACKS, lack_in
from trialogue.meeting.completing import complete_files
from trialogue.meeting.edges import Edges
from trialogue.meeting.judging import RESULT_MIB, verdict_of
from trialogue.meeting.outputs import EXIT_CODES, RESULT, SHORTFALL_CODES, verdict_code
from trialogue.meeting.paging import write_page
from trialogue.meeting.run import resume_meeting, run_meeting
from trialogue.model.checked import Checked
from trialogue.model.expectations import Findings
from trialogue.model.json_text import read_json
from trialogue.model.text import brief, safe_text
from trialogue.regular_files import read_regular
from trialogue.report.result import WHY_UNHEARD
from trialogue.report.shortfall import FELL_SHORT, Shortfall
from trialogue.scenario.problems import keys_of
from trialogue.scenario.resolve import Resolved
from trialogue.speech.engines import Engines, open_engines
from trialogue.tools.permissions import Permissions
from trialogue.values import frozen

__all__ = ["Loaded", "found", "hold_job"]

LONGEST: Final = 500
"""Most characters of an outcome's text."""

_WRONG_FORM: Final = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
"""Errors from values of a result that have a wrong type or are missing."""

UNRECORDED: Final = "recording-failed"
"""Code of the failure for which a recording is not whole."""


class Loaded:
    """Ears and voices of a process, loaded once for all its meetings."""

    def __init__(self) -> None:
        self._loaded: dict[str, Engines] = {}

    def engines(self, named: str) -> Engines:
        """Engines that `module:function` makes; those of `trialogue[local]` where the name is empty."""
        if named not in self._loaded:
            made = made_by_named("engines", named) if named else open_engines()
            self._loaded[named] = cast("Engines", made)
        return self._loaded[named]


def hold_job(job: Job, loaded: Loaded) -> Outcome:
    """Hold a job's meeting, or report an earlier holding of it; raises only bugs of ours."""
    folder = Path(job.folder)
    with ExitStack() as holding:
        try:
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _claimed(folder, holding):
                is_left = not job.resume or _is_ours((_attempts(folder) or [folder])[-1], holding)
                seen = found(job)
                folder = resumed(folder, len(_attempts(folder)))
                if seen.state == "interrupted" and not is_left:
                    return evolve(seen, text="another process is holding it")
                if seen.state != "interrupted" or not job.resume or not _claimed(folder, holding):
                    return seen
        except OSError as error:
            return _failed(job, f"cannot make {folder}: {error.strerror}", JournalError.exit_code)
        return _held_in(folder, job, loaded)


def _held_in(folder: Path, job: Job, loaded: Loaded) -> Outcome:
    """Hold a job's meeting in a directory that this call has created."""
    try:
        return _hold(job, folder, loaded)
    except TrialogueError as error:
        return _failed(job, str(error), error.exit_code)
    except LACKS as error:
        if (lack := lack_in(error)) is None:
            raise
        return _failed(job, lack, SetupError.exit_code)
    finally:
        with suppress(OSError):  # it has files of a meeting
            folder.rmdir()


def resumed(folder: Path, number: int = 1) -> Path:
    """Directory in which a meeting that was cut off is continued for the first time, or a later one."""
    return folder.with_name(f"{folder.name}-resumed" + (f"-{number}" if number > 1 else ""))


def _attempts(folder: Path) -> list[Path]:
    """Directories of a meeting that exist: its own, and each that continues the one before."""
    named = chain([folder], (resumed(folder, number) for number in count(1)))
    return list(takewhile(Path.exists, named))


def _claimed(folder: Path, holding: ExitStack) -> bool:
    """Whether this call has created the directory, which then is ours until the end of `holding`."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return _is_ours(folder, holding)


def _is_ours(folder: Path, holding: ExitStack) -> bool:
    """Whether no other process holds a meeting in a directory; until the end of `holding`, none can.

    Also True where the system or the disk has no locks of directories: then nobody can tell.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    holding.callback(os.close, descriptor)
    return locked(descriptor)


def _hold(job: Job, folder: Path, loaded: Loaded) -> Outcome:
    resolved, operator = prepared_job(job), job.operator
    permissions = Permissions(
        operator.imports, operator.commands, operator.hosts, code=operator.code, faults=operator.faults
    )
    edges = Edges(
        endpoint=operator.endpoint, engines=loaded.engines(operator.engines), permissions=permissions
    )
    began = time.perf_counter()
    earlier = [each for each in _attempts(Path(job.folder)) if each != folder and _has_records(each)]
    if earlier and complete_files(earlier[-1], operator.imports):
        folder.rmdir()  # nothing is left to continue
        return found(job)
    if earlier:
        held = resume_meeting(earlier[-1], out=folder, edges=edges)
    else:
        held = run_meeting(resolved, out=folder, edges=edges)
    if job.html:
        write_page(held.folder)
    seen = _Seen(evolve(job, folder=str(folder)), resolved, "held", time.perf_counter() - began)
    return seen.outcome(held.result.document(), held.exit_code)


def _has_records(folder: Path) -> bool:
    """Whether there is anything to continue; True for a damaged journal, whose resumption reports it."""
    path = folder / JOURNAL
    if not path.exists():
        return False
    try:
        return any(True for _ in read(path))
    except JournalError:
        return True


def found(job: Job) -> Outcome:
    """Outcome of a job whose directory existed: its own, or that of the last continuation with a result."""
    attempts = _attempts(Path(job.folder)) or [Path(job.folder)]
    with_result = [each for each in attempts if (each / RESULT).exists()]
    job = evolve(job, folder=str((with_result or attempts)[-1]))
    try:
        read: object = read_json(read_regular(Path(job.folder) / RESULT, RESULT_MIB))
        resolved = prepared_job(job)
    except FileNotFoundError:
        return _interrupted(job, "was started but not finished")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not JSON"
        text = f"cannot read {job.folder}/{RESULT}: {why}"
        return _failed(job, text, JournalError.exit_code)
    except TrialogueError as error:
        return _failed(job, str(error), error.exit_code)
    if not isinstance(read, dict) or cast("dict[str, object]", read).get("kind") != "result":
        return _failed(job, f"{job.folder}/{RESULT} is not a result", JournalError.exit_code)
    result = cast("dict[str, Any]", read)
    if result.get("reason") == "journal-failed":
        return _interrupted(job, "its journal could not be written to the end")
    try:
        return _Seen(job, resolved, "kept", 0.0).outcome(result, _code_of(result, Path(job.folder)))
    except _WRONG_FORM:
        text = f"{job.folder}/{RESULT} is not a result of this version, or was changed"
        return _failed(job, text, JournalError.exit_code)


def _code_of(result: Mapping[str, Any], folder: Path) -> int:
    """Exit code of the command that held it, from its result."""
    reason = str(result.get("reason"))
    if reason in EXIT_CODES:
        return EXIT_CODES[reason]
    if short := result.get("shortfall"):
        return SHORTFALL_CODES[Shortfall(short)]
    if result.get("ok") is not True:
        return JournalError.exit_code if reason == "journal-failed" else GaveUp.exit_code
    verdict = verdict_of(folder)
    if verdict is None and result.get("expectations") is not None:
        raise ValueError("its verdict has another form")
    return verdict_code(verdict)


def _interrupted(job: Job, why: str) -> Outcome:
    text = f"{why}; --resume continues it"
    return Outcome(job.name, job.group, job.file, job.folder, "interrupted", UNFINISHED, text)


def _failed(job: Job, text: str, code: int) -> Outcome:
    told = brief(safe_text(" ".join(text.split())), LONGEST)
    return Outcome(job.name, job.group, job.file, job.folder, "failed", code, told)


@frozen
class _Seen:
    """Meeting that came to its end."""

    job: Job
    resolved: Resolved
    state: State
    machine_s: float

    def outcome(self, result: Mapping[str, Any], code: int) -> Outcome:
        """Outcome from its result."""
        expectations: Mapping[str, Any] = result.get("expectations") or {}
        return Outcome(
            name=self.job.name,
            group=self.job.group,
            file=self.job.file,
            folder=self.job.folder,
            state=self.state,
            exit_code=code,
            text=brief(safe_text("".join(_why_ended(result))), LONGEST),
            machine_s=round(self.machine_s, 3),
            meeting_s=float(result.get("duration_s") or 0.0),
            checked=int(expectations.get("checked") or 0),
            not_judged=_not_judged(expectations),
            unmet=tuple(_unmet(self.resolved, miss) for miss in expectations.get("misses") or ()),
            empty=tuple(_empty(self.resolved, expectations)),
            figures=figures_of(result),
        )


def _why_ended(result: Mapping[str, Any]) -> Iterator[str]:
    """Reason for a meeting's end; of one not held as planned, what it lacks, and the first failure."""
    yield str(result.get("reason"))
    if result.get("ok") is True:
        return
    short = str(result.get("shortfall"))
    if short in FELL_SHORT:
        yield f", {FELL_SHORT[short]}"
    whys = {UNRECORDED} if short == "unrecorded" else WHY_UNHEARD
    failures = (each for each in result.get("failures") or () if each["code"] in whys)
    for each in islice(failures, 1):
        yield f"; {each['participant']}: {each['text']}" if each["participant"] else f"; {each['text']}"


def _not_judged(expectations: Mapping[str, Any]) -> str:
    """Text of a result about expectations that could not be judged."""
    checked, why = int(expectations.get("checked") or 0), str(expectations.get("unjudged") or "")
    return brief(safe_text(Findings(checked, unjudged=why).not_judged), LONGEST)


def _empty(resolved: Resolved, expectations: Mapping[str, Any]) -> Iterator[Unmet]:
    """Expectations of a result that measured nothing."""
    results = tuple(Checked(**each) for each in expectations.get("results") or ())
    for each in Findings(len(results), results=results).empty:
        line = resolved.places.near(keys_of(each.place)).line
        text = brief(safe_text(f"{each.expected}: {each.found}"), LONGEST)
        yield Unmet(each.place, line, "measured-nothing", text)


def _unmet(resolved: Resolved, miss: Mapping[str, Any]) -> Unmet:
    text = f"expected {miss['expected']}; {miss['happened']}"
    line = resolved.places.near(keys_of(str(miss["place"]))).line
    return Unmet(str(miss["place"]), line, str(miss["kind"]), brief(safe_text(text), LONGEST))
