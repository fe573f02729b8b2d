"""`trialogue chaos`: runs a meeting under faults, and reports whether it kept its promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import asdict

from trialogue.chaos.catalogue import FAULTS, Fault, Signal
from trialogue.chaos.plan import MOST_DRAWN, FaultPlan, drawn, planned
from trialogue.chaos.promises import PROMISES, Judged, Row, judge
from trialogue.chaos.trial import Trial, try_meeting
from trialogue.cli.diagnostics import configure
from trialogue.cli.run import as_requested
from trialogue.cli.view_lines import Line, Span, Tone, line, padded, span
from trialogue.cli.view_screens import put_json, show
from trialogue.errors import SetupError
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.scenario.schema import Clock
from trialogue.services import EMBEDDED
from trialogue.tools.permissions import NOTHING_MORE, Permissions
from trialogue.values import frozen

_NAME = max(len(fault.name) for fault in FAULTS) + 2


@frozen
class Ordered:
    """Options of `trialogue chaos`, apart from the scenario."""

    faults: tuple[str, ...] = ()
    """Faults by name, with or without a participant."""

    random: int | None = None
    """Number of faults that are drawn instead."""

    seed: int | None = None
    """Seed of all random numbers; None for the scenario's."""

    clock: Clock = Clock.VIRTUAL
    """Clock of the meeting."""

    out: Path | None = None
    """Directory of the run; None for a new one under `runs/`."""

    permissions: Permissions = NOTHING_MORE
    """Permissions of the scenario's tools."""


def list_faults(*, as_json: bool) -> int:
    """Print every fault: its name, its row in the catalogue, what injects it, and what it does."""
    if as_json:
        keys = ("name", "row", "made_by", "what")
        put_json([{key: getattr(fault, key) for key in keys} for fault in FAULTS])
        return 0
    head = line(Span(f"{'fault':{_NAME}}row  made by  what", Tone.FAINT))
    show([head, *map(_listed, FAULTS)])
    return 0


def try_file(file: Path, ordered: Ordered, *, as_json: bool = False) -> int:
    """Run the meeting of a scenario with faults; returns 0 if every promise was kept, else 1."""
    resolved = prepare(file, Overrides(via=EMBEDDED, clock=ordered.clock, seed=ordered.seed))
    plan = _plan(resolved, ordered)
    configure("error")
    trial = try_meeting(resolved, plan, out=ordered.out, permissions=ordered.permissions)
    is_signalled = any(isinstance(each.planned.fault.effect, Signal) for each in trial.strikes)
    if trial.held is not None and not is_signalled:
        trial.held.check_whole()
    judged = judge(trial)
    if as_json:
        put_json({"ended": _ended(trial), "exit_code": trial.exit_code, **asdict(judged)})
    else:
        show([*matrix(judged.rows), line(), *_closing_lines(trial, judged, ordered.out)])
    return 1 if judged.broken else 0


def matrix(rows: Iterable[Row]) -> list[Line]:
    """The rows as a table: fault, struck, survived, recovery, lost."""
    head = f"{'fault':{_NAME}}row  {'whom':12}{'struck':>8}  {'survived':14}{'recovered':>10}  lost"
    return [line(Span(head, Tone.FAINT)), *map(_told, rows)]


def _plan(resolved: Resolved, ordered: Ordered) -> FaultPlan:
    if (ordered.random is None) == (not ordered.faults):
        raise SetupError("choose faults: either --fault NAME (may be repeated) or --random N")
    if ordered.random is None:
        return planned(ordered.faults, resolved, resolved.plan.seed)
    if not 1 <= ordered.random <= MOST_DRAWN:
        raise SetupError(f"--random must be a number from 1 to {MOST_DRAWN:,}, not {ordered.random}")
    return drawn(ordered.random, resolved, resolved.plan.seed)


def _listed(fault: Fault) -> Line:
    number = f"{fault.row or '-':>3}  {fault.made_by:9}"
    return line(Span(padded(fault.name, _NAME), Tone.STRONG), number, fault.what, hang=_NAME + 14)


def _told(row: Row) -> Line:
    struck = "-" if row.at is None else f"{row.at:.2f} s"
    back = "-" if row.recovery_s is None else f"{row.recovery_s:.2f} s"
    return line(
        Span(padded(row.fault, _NAME), Tone.STRONG),
        f"{row.row or '-':>3}  ",
        span(padded(row.whom, 12)),
        f"{struck:>8}  {row.survived:14}{back:>10}  ",
        span(", ".join(row.lost) or "nothing"),
    )


def _ended(trial: Trial) -> str:
    return trial.held.result.reason if trial.held is not None else f"{trial.error}"


def _closing_lines(trial: Trial, judged: Judged, out: Path | None) -> Sequence[Line]:
    told = f"the meeting ended: {_ended(trial)} (exit code {trial.exit_code})"
    head = line(span(f"{told}; its files are in {as_requested(trial.folder, out)}"))
    if not judged.broken:
        return [head, line(Span(f"all {len(PROMISES)} promises were kept", Tone.STRONG))]
    return [head, *(line(span(f"broken: {each}", Tone.WARNING)) for each in judged.broken)]
