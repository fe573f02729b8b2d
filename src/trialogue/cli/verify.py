"""`trialogue replay --verify` and `verify-files`: check that a run is unchanged, and report its problems."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from attrs import evolve

from trialogue.cli.view_lines import counted, line, span
from trialogue.cli.view_screens import note, put, put_json, show
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
    """Replay a journal into a new brain and print all problems; returns the exit code.

    0 means no problem; 4 means that parts are lost, foreign or unknown, while all other decisions agree.
    Raises `ReplayDivergence` for a different decision, `OtherRules` for a journal of other rules, and
    `JournalError` for one that cannot be replayed.
    """
    from trialogue.meeting.policy_loading import brain_for  # noqa: PLC0415 - loads the brain, which only this needs

    began = time.perf_counter()
    reading: Reading | None = None
    try:
        reading = read(journal_of(run))
        verified = verify(reading, partial(brain_for, imports=imports))
    except JournalError as error:
        problems = _all_problems(reading)
        if as_json:
            put_json(_as_values(problems, reading, error=error))
        tell_problems(problems)
        raise
    if as_json:
        put_json(_as_values(verified.problems, reading, records=verified.records))
    elif not verified.was_decided:
        put(f"read {verified.records} records of a session; a session has no decisions to verify")
    else:
        took = time.perf_counter() - began
        put(f"verified {verified.records} records in {took:.2f} s: no divergence")
    tell_problems(verified.problems)
    return JournalError.exit_code if verified.problems else 0


def verify_all(folder: Path, imports: tuple[str, ...], *, as_json: bool) -> int:
    """Replay every run in a folder; prints one line per run and returns the most severe exit code.

    The order is divergence (1), damage (4), other rules (5); 0 if all runs are verified.
    """
    from trialogue.meeting.policy_loading import brain_for  # noqa: PLC0415 - loads the brain, which only this needs

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
                    **_as_values(problems, reading, records=records, error=error),
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
            return f"record {seq} was decided differently"
        case _:
            return safe_text(str(error))


def _all_problems(reading: Reading | None) -> tuple[Problem, ...]:
    """All problems of a journal, as far as it can be read."""
    if reading is None:
        return ()
    whole = evolve(reading, salvage=True)
    for _ in whole:
        pass
    return tuple(whole.problems)


def _as_values(
    problems: Sequence[Problem],
    reading: Reading | None,
    *,
    records: int | None = None,
    error: TrialogueError | None = None,
) -> dict[str, object]:
    """Result of the verification as JSON values, also after an error."""
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
    """Compare each file of a run with its digest in the manifest; returns 4 if a file was changed or lost."""
    verified = verify_files(journal_of(run).parent)
    if as_json:
        put_json(
            {
                "whole": verified.is_whole,
                "status": verified.status.value,
                "files": {name: state.value for name, state in verified.files.items()},
                "problems": _as_values(verified.problems, None)["problems"],
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
        beside = f"; {unknown} more not in the manifest" if unknown else ""
        put(f"{counted(len(states) - unknown, 'file')}: unchanged{beside}")
    elif FileState.UNVOUCHED in states:
        is_open = verified.status is not Status.CLOSED
        why = "was never closed" if is_open else "has no digests for some files"
        note(f"the run {why}: its other files cannot be checked")


def tell_problems(problems: Sequence[Problem]) -> None:
    """Print a journal's problems to stderr, one line each."""
    for problem in problems:
        note(f"{safe_text(problem.text)} (byte {problem.offset})")
