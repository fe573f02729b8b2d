"""Jobs of a batch on a Dask cluster, which only distributes them.

1. Dask repeats a task, finished or not, when the worker with its result is lost. So it only distributes jobs,
   and the runs' directories record which meetings were held.
2. The batch's directory must be on a disk that all workers share. Each worker checks that before the first
   meeting, and each job checks it again.
3. A task only hands its job to a process of its worker, since a meeting needs a main thread of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from trialogue.batch.file_transfer import Bring, brought_home, held_away, packed_scenario
from trialogue.batch.holding import found
from trialogue.batch.jobs import Job, decoded, encoded
from trialogue.batch.local_workers import Hand
from trialogue.batch.outcomes import Outcome, decoded_outcome, encoded_outcome
from trialogue.errors import SetupError
from trialogue.importing import import_extra
from trialogue.regular_files import read_regular

__all__ = ["hold_on_cluster"]

MARK: Final = ".batch"
"""File by which a worker recognizes the batch's directory."""

WORKERS_S: Final = 60.0
"""Seconds of waiting for a cluster without workers."""

_own = threading.local()
"""Hand of each thread of a worker."""


def hold_on_cluster(
    jobs: Sequence[Job], out: Path, where: str | int, bring: Bring | None = None
) -> Iterator[Outcome]:
    """Hold jobs on the cluster at an address, or on a new one of so many processes; yields outcomes.

    With `bring` no directory is shared: each meeting's files come back with its result, as far as they are
    wanted. `SetupError` where the cluster cannot be reached, its workers do not share the directory, or a
    meeting that is to come back runs on the real clock.
    """
    dask: Any = import_extra("distributed", "a batch on Dask", "dask")
    mark = _marked(out) if bring is None else ""
    with _client(dask, where) as client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError as error:
            raise SetupError(f"no worker connected to {where} within {WORKERS_S:g} s") from error
        if bring is not None:
            yield from _fetched(dask, client, jobs, bring)
            return
        _check_shared(client, out, mark)
        futures = {
            client.submit(_carry, encoded(job), str(out), mark, key=f"{job.name}-{mark}", pure=False): job
            for job in jobs
        }
        for future in dask.as_completed(futures):
            fault = future.exception()
            yield decoded_outcome(future.result()) if fault is None else _after(futures[future], fault)


def _fetched(dask: Any, client: Any, jobs: Sequence[Job], bring: Bring) -> Iterator[Outcome]:  # noqa: ANN401 - Dask has no types
    """Hold jobs whose runs are not here yet, and put their files into the runs' directories."""
    here = [job for job in jobs if Path(job.folder).exists()]
    yield from map(found, here)
    futures = {
        client.submit(
            _carry_away, encoded(job), packed_scenario(job), bring, key=f"{job.name}-{uuid4().hex}"
        ): job
        for job in jobs
        if job not in here
    }
    for future in dask.as_completed(futures):
        job, fault = futures[future], future.exception()
        if fault is not None:
            yield _after(job, fault)
        else:
            raw, files = future.result()
            yield brought_home(job, decoded_outcome(raw), files)
        future.release()


def _carry_away(raw: dict[str, Any], scenario: bytes, bring: Bring) -> tuple[dict[str, Any], bytes]:
    """Run on a worker: hold a job in a directory of the worker's machine."""
    outcome, files = held_away(decoded(raw), scenario, bring, _hand())
    return encoded_outcome(outcome), files


def _hand() -> Hand:
    """Process of this thread."""
    if not hasattr(_own, "hand"):
        _own.hand = Hand()
    hand: Hand = _own.hand
    return hand


def _client(dask: Any, where: str | int) -> Any:  # noqa: ANN401 - Dask has no types
    if isinstance(where, int):
        own = {"n_workers": where, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
        return dask.Client(**own)
    try:
        return dask.Client(where, timeout=WORKERS_S)
    except (OSError, ValueError) as error:
        raise SetupError(f"cannot reach a Dask scheduler at {where}: {error}") from error


def _after(job: Job, error: BaseException) -> Outcome:
    """Outcome of a job that Dask gave up, from its directory."""
    if Path(job.folder).exists():
        return found(job)
    text = f"Dask gave up on it: {type(error).__name__}"
    return Outcome(job.name, job.group, job.file, job.folder, "failed", SetupError.exit_code, text)


def _marked(out: Path) -> str:
    """Leave a mark in the batch's directory that only this batch knows."""
    mark = uuid4().hex
    (out / MARK).write_text(mark, encoding="ascii")
    return mark


def _check_shared(client: Any, out: Path, mark: str) -> None:  # noqa: ANN401 - Dask has no types
    # A worker that dies during the check does not report; each job checks its successor.
    seen: dict[str, bool] = client.run(_sees, str(out), mark, on_error="ignore")
    blind = [address for address, sees in seen.items() if not sees]
    if blind:
        raise SetupError(f"{out} is not a directory that all workers share: {', '.join(blind)} cannot see it")


def _sees(out: str, mark: str) -> bool:
    """Whether a worker sees the directory of this batch, and may write in it."""
    try:
        is_it = read_regular(Path(out) / MARK) == mark.encode()
        probe = Path(out) / f"{MARK}-{uuid4().hex}"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return is_it


def _carry(raw: dict[str, Any], out: str, mark: str) -> dict[str, Any]:
    """Run on a worker: hold a job in this thread's process."""
    job = decoded(raw)
    if not _sees(out, mark):
        text = f"its worker cannot see {out}"
        lost = Outcome(job.name, job.group, job.file, job.folder, "failed", SetupError.exit_code, text)
        return encoded_outcome(lost)
    return encoded_outcome(_hand().hold(job))
