"""`trialogue replay --verify` and `verify-files`: whether a run is what it was, and what is amiss with it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from attrs import evolve

from trialogue.cli.view_lines import counted, line, span
from trialogue.cli.view_screens import put, put_json, show
from trialogue.errors import (
    AuthorFailed,
    JournalError,
    OtherRules,
    ReplayDivergence,
    SetupError,
    TrialogueError,
)
from trialogue.journal.files import FileState, FilesVerified, journal_of, runs_in, verify_files
from trialogue.journal.manifest import Status
from trialogue.journal.reader import Problem, Reading, read
from trialogue.journal.verify import verify
from trialogue.model.text import safe_text


def verify_runs(run: Path, imports: tuple[str, ...], *, as_json: bool) -> int:
    """Verify a run, or every run of a folder of runs."""
    return (verify_all if runs_in(run) else verify_run)(run, imports, as_json=as_json)


def verify_run(run: Path, imports: tuple[str, ...], *, as_json: bool) -> int:
    """Replay a journal into a new brain, and tell all that is amiss with it; the exit code.

    0 where nothing is, 4 where something is lost, foreign or unknown though all that is left was decided the
    same. Raises `ReplayDivergence` where it decides otherwise, `OtherRules` where
    other rules decided it, `JournalError` for what cannot be replayed.
    """
    from trialogue.meeting.policies import brain_for  # noqa: PLC0415 - the brain, only to ask it again

    began = time.perf_counter()
    reading: Reading | None = None
    try:
        reading = read(journal_of(run))
        verified = verify(reading, partial(brain_for, imports=imports))
    except JournalError as error:
        problems = _all_problems(reading)
        if as_json:
            put_json(_verdict(problems, reading, error=error))
        tell_problems(problems)
        raise
    if as_json:
        put_json(_verdict(verified.problems, reading, records=verified.records))
    elif not verified.was_decided:
        put(f"read {verified.records} records of a session: nothing was decided here, or can be again")
    else:
        took = time.perf_counter() - began
        put(f"verified {verified.records} records in {took:.2f} s: no divergence")
    tell_problems(verified.problems)
    return JournalError.exit_code if verified.problems else 0


def verify_all(folder: Path, imports: tuple[str, ...], *, as_json: bool) -> int:
    """Replay every run of a folder of runs: a line a run, and the exit code of the gravest.

    A divergence (1) is graver than damage (4), which is graver than other rules (5); 0 where all hold.
    """
    from trialogue.meeting.policies import brain_for  # noqa: PLC0415 - the brain, only to ask it again

    codes: list[int] = []
    told: list[dict[str, object]] = []
    for run in runs_in(folder):
        error: TrialogueError | None = None
        problems: tuple[Problem, ...] = ()
        reading, records = None, None
        try:
            reading = read(journal_of(run))
            verified = verify(reading, partial(brain_for, imports=imports))
            problems, records = verified.problems, verified.records
        except (JournalError, SetupError, AuthorFailed) as failed:
            error, problems = failed, _all_problems(reading)
        code = error.exit_code if error is not None else JournalError.exit_code if problems else 0
        codes.append(code)
        if as_json:
            told.append(
                {
                    "run": run.name,
                    "exit_code": code,
                    **_verdict(problems, reading, records=records, error=error),
                }
            )
        else:
            put(f"{run.name}: {_in_a_word(records, problems, error)}")
    if as_json:
        put_json(told)
    else:
        put(f"{counted(len(codes), 'run')}: {codes.count(0)} verified, {len(codes) - codes.count(0)} not")
    return min((code for code in codes if code), default=0)


def _in_a_word(records: int | None, problems: Sequence[Problem], error: TrialogueError | None) -> str:
    match error:
        case None:
            amiss = f", but {safe_text(problems[0].text)}" if problems else ""
            return f"verified {records} records{amiss}"
        case ReplayDivergence(seq=seq):
            return f"record {seq} was decided otherwise"
        case _:
            return safe_text(str(error))


def _all_problems(reading: Reading | None) -> tuple[Problem, ...]:
    """Damage of a journal to its end, as far as it can be read."""
    if reading is None:
        return ()
    whole = evolve(reading, salvage=True)
    for _ in whole:
        pass
    return tuple(whole.problems)


def _verdict(
    problems: Sequence[Problem],
    reading: Reading | None,
    *,
    records: int | None = None,
    error: TrialogueError | None = None,
) -> dict[str, object]:
    """The same for machines, whatever came of it."""
    divergence = error if isinstance(error, ReplayDivergence) else None
    return {
        "records": records,
        "of": None if reading is None else reading.header.of.value,
        "closed": reading is not None and reading.end is not None,
        "diverged": divergence is not None,
        "divergence": divergence
        and {
            "seq": divergence.seq,
            "recorded": divergence.recorded.splitlines(),
            "decided": divergence.decided.splitlines(),
            "before": divergence.before,
            "state": divergence.state,
        },
        "other_rules": isinstance(error, OtherRules),
        "error": None if error is None or divergence else str(error),
        "problems": [
            {"kind": each.kind.value, "offset": each.offset, "text": each.text} for each in problems
        ],
    }


def verify_files_of(run: Path, *, as_json: bool) -> int:
    """Compare each file of a run with its digest in the manifest; 4 where any is not what it was."""
    verified = verify_files(journal_of(run).parent)
    if as_json:
        put_json(
            {
                "whole": verified.is_whole,
                "status": verified.status.value,
                "files": {name: state.value for name, state in verified.files.items()},
                "problems": _verdict(verified.problems, None)["problems"],
            }
        )
    else:
        show([line(f"{state.value:<10}", span(name)) for name, state in verified.files.items()])
        _tell_files(verified)
    tell_problems(verified.problems)
    return 0 if verified.is_whole else JournalError.exit_code


def _tell_files(verified: FilesVerified) -> None:
    states = list(verified.files.values())
    if verified.is_whole:
        unknown = states.count(FileState.UNKNOWN)
        beside = f"; the manifest does not know {unknown} more" if unknown else ""
        put(f"{counted(len(states) - unknown, 'file')}: what was written{beside}")
    elif FileState.UNVOUCHED in states:
        is_open = verified.status is not Status.CLOSED
        why = "was never closed" if is_open else "has no digests of them"
        print(f"trialogue: the run {why}: nobody knows what its unvouched files held", file=sys.stderr)


def tell_problems(problems: Sequence[Problem]) -> None:
    """Tell on stderr what is amiss with a journal, one line each."""
    for problem in problems:
        print(f"trialogue: {safe_text(problem.text)} (byte {problem.offset})", file=sys.stderr)
