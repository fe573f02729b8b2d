"""`trialogue batch` and `run --repeat`: many meetings, counted."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from trialogue.batch.annotations import github_lines
from trialogue.batch.estimate import estimate
from trialogue.batch.jobs import BatchRequest, Job, jobs_of, prepared_job
from trialogue.batch.junit import is_junit, junit
from trialogue.batch.local_workers import HandPool
from trialogue.batch.outcomes import Outcome, encoded_outcome
from trialogue.batch.tally import (
    Baseline,
    GroupTally,
    Regression,
    baseline_of,
    read_baseline,
    regressions,
    tallied,
)
from trialogue.cli.endings import INTERRUPTED
from trialogue.cli.view_batch import open_progress, table
from trialogue.cli.view_screens import note, put, put_json, show
from trialogue.errors import JournalError, SetupError
from trialogue.journal.records import on_local_clock
from trialogue.model.json_text import read_json, write_json
from trialogue.overwriting import refuse_other, refuse_unwritable
from trialogue.regular_files import read_bounded, replace_content
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.batch.file_transfer import Bring

__all__ = ["BatchOptions", "hold_batch", "new_out"]

WORSE: Final = 8
"""Exit code where a figure is worse than its baseline, though all meetings passed."""

MOST_NAMES = 6
"""Most names that one message lists."""

BASELINE_MIB: Final = 64
"""Most MiB of a baseline: figures of tens of thousands of scenarios."""

GRAVEST: Final = (70, 4, 2, 3, 5, 1, 7, 6)
"""Exit codes of meetings, the most severe first, which decides a batch's."""


@frozen
class BatchOptions:
    """Options of a batch, apart from its scenarios."""

    asked: BatchRequest
    """Request from which meetings are made."""

    out: Path
    """Directory of their runs."""

    workers: int | None = None
    """Number of processes; None for one on each core."""

    cluster: str | int | None = None
    """Address of a Dask scheduler, or the number of processes of a new one; None for none."""

    bring: Bring | None = None
    """Part of each run that comes back from workers without a shared directory; None with one."""

    dry_run: bool = False
    """Whether meetings are only counted."""

    as_json: bool = False
    """Whether outcomes are printed as JSON."""

    junit: Path | None = None
    """File to which JUnit XML is written."""

    github: bool = False
    """Whether GitHub's annotations are printed."""

    baseline: Path | None = None
    """Baseline that the figures are compared with."""

    save_baseline: Path | None = None
    """File in which the figures are kept, to be compared with."""


def hold_batch(files: Sequence[Path], options: BatchOptions) -> int:
    """Run all meetings of these files; returns the exit code. Raises `TrialogueError`.

    The first Ctrl-C starts no more meetings and waits for the running ones; the second one kills them.
    """
    before = _baseline(options.baseline)
    _refuse_to_overwrite(options.save_baseline)
    if options.junit is not None:
        refuse_other(options.junit, "--junit", "JUnit XML file", is_junit)
    jobs = jobs_of(files, options.out, options.asked)
    if options.baseline is not None:
        _tell_uncompared(options.baseline, before, jobs)
    if options.dry_run:
        return _count(jobs, as_json=options.as_json)
    _make(options.out)
    outcomes, is_whole = _held(jobs, options)
    tallies = tallied(outcomes)
    worse = regressions(before, tallies)
    _tell(options, tallies, outcomes, worse)
    if not is_whole:
        if options.save_baseline is not None:
            note(f"{options.save_baseline} is not written: meetings are missing")
        return INTERRUPTED
    if options.save_baseline is not None:
        _write(options.save_baseline, write_json(baseline_of(tallies), orjson.OPT_INDENT_2) + b"\n")
    return _code(outcomes) or (WORSE if worse else 0)


def _held(jobs: Sequence[Job], options: BatchOptions) -> tuple[list[Outcome], bool]:
    """Outcomes of the jobs in order, and whether the batch ran to its end."""
    found: dict[str, Outcome] = {}
    is_shown = not options.as_json
    with open_progress(len(jobs), is_shown=is_shown) as told, _stream(jobs, options) as outcomes:
        for outcome in outcomes:
            found[outcome.name] = outcome
            told(outcome)
    return [found[job.name] for job in jobs if job.name in found], len(found) == len(jobs)


@contextmanager
def _stream(jobs: Sequence[Job], options: BatchOptions) -> Generator[Iterator[Outcome]]:
    if options.cluster is not None:
        from trialogue.batch.cluster import hold_on_cluster  # noqa: PLC0415 - only where it is asked for

        yield hold_on_cluster(jobs, options.out, options.cluster, options.bring)
        return
    yield HandPool(jobs, options.workers or os.cpu_count() or 1).outcomes()


def new_out(name: str) -> Path:
    """Default directory of a batch, named after the time of day."""
    return Path("runs") / f"{name}-{on_local_clock(datetime.now(UTC)):%Y%m%d-%H%M%S}"


def _make(out: Path) -> None:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(f"cannot make {out}: {error.strerror}", path=str(out)) from error


def _count(jobs: Sequence[Job], *, as_json: bool) -> int:
    found = estimate(prepared_job(job).plan for job in jobs)
    if as_json:
        put_json(
            {
                "meetings": found.meetings,
                "minutes": round(found.minutes, 3),
                "unlimited": found.unlimited,
                "usd": round(found.usd, 6),
                "boundless": found.boundless,
                "unpriced": list(found.unpriced),
            }
        )
        return 0
    beyond = f", and {found.unlimited} without a time limit" if found.unlimited else ""
    put(f"{found.meetings} meetings, {found.minutes:.0f} minutes at most{beyond}")
    unpriced = f"; without a known price: {', '.join(found.unpriced)}" if found.unpriced else ""
    boundless = f", and {found.boundless} without a limit of time or cost" if found.boundless else ""
    put(f"{found.usd:.2f} USD at most{boundless}{unpriced}")
    return 0


def _tell(
    options: BatchOptions,
    tallies: Sequence[GroupTally],
    outcomes: Sequence[Outcome],
    worse: Sequence[Regression],
) -> None:
    if options.junit is not None:
        _write(options.junit, junit(outcomes, worse))
    if options.as_json:
        put_json(_document(tallies, outcomes, worse))
    else:
        show(list(table(tallies, outcomes, worse)))
    if options.github:
        for each in github_lines(outcomes, worse):
            put(each)


def _document(
    tallies: Sequence[GroupTally], outcomes: Sequence[Outcome], worse: Sequence[Regression]
) -> dict[str, object]:
    return {
        "trialogue": 1,
        "kind": "batch",
        "passed": sum(each.passed for each in outcomes),
        "meetings": [{**encoded_outcome(each), "passed": each.passed} for each in outcomes],
        "groups": [
            {
                "group": each.group,
                "runs": each.runs,
                "passed": each.passed,
                "rate": round(each.rate, 6),
                "between": [round(end, 6) for end in each.between],
            }
            for each in tallies
        ],
        "worse": [{"group": each.group, "name": each.name, "text": each.text} for each in worse],
    }


def _code(outcomes: Sequence[Outcome]) -> int:
    """The most severe of the meetings' exit codes."""
    codes = {each.exit_code for each in outcomes}
    return next((code for code in GRAVEST if code in codes), max(codes, default=0))


def _baseline(path: Path | None) -> Baseline:
    if path is None:
        return {}
    try:
        return read_baseline(read_json(read_bounded(path, BASELINE_MIB)))
    except OSError as error:
        raise SetupError(f"cannot read the baseline {path}: {error.strerror}") from error
    except ValueError as error:
        raise SetupError(f"{path} is {error}") from error


def _tell_uncompared(path: Path, before: Baseline, jobs: Sequence[Job]) -> None:
    """Print which meetings the baseline lacks; `SetupError` where it has none of them."""
    groups = list(dict.fromkeys(job.group for job in jobs))
    lacking = [group for group in groups if group not in before]
    if not lacking:
        return
    if len(lacking) == len(groups):
        raise SetupError(f"the baseline {path} has none of these meetings: it has {_some(list(before))}")
    note(f"not in the baseline, so not compared: {_some(lacking)}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}" if names else "nothing"


def _refuse_to_overwrite(path: Path | None) -> None:
    """Refuse to overwrite a file that is no baseline, before any meeting runs."""
    if path is None:
        return
    refuse_unwritable(path)
    try:
        if not path.is_file():
            return
        read_baseline(read_json(read_bounded(path, BASELINE_MIB)))
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise SetupError(
            f"{path} exists and is not a baseline: choose another file for --save-baseline"
        ) from error


def _write(path: Path, content: bytes) -> None:
    """Write an output; a file that exists is replaced whole or not at all, where its folder allows it."""
    try:
        if path.is_file() and os.access(path.resolve().parent, os.W_OK) and not path.is_mount():
            replace_content(path, content)
        else:
            path.write_bytes(content)
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
