"""Commands that hold meetings: `run`, `batch`, `resume` and `chaos`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from attrs import evolve
from cyclopts import App, Parameter

from trialogue.cli.options import (
    AS_WRITTEN,
    NOTHING_ALLOWED,
    SHOWN_LIVE,
    AllowOptions,
    Endpoint,
    Flag,
    HowShown,
    Json,
    LogLevelOption,
    Otherwise,
    RunOut,
    RunPath,
    Scenario,
)
from trialogue.errors import SetupError
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.batch.jobs import Leeway
    from trialogue.cli.batch import BatchOptions
    from trialogue.cli.run import RunOptions
    from trialogue.scenario.defaults import Overrides

RUN_EXAMPLES: Final = """\
Examples:
  trialogue run scenarios/edge-cache.yaml
  trialogue run scenarios/ten-minutes.yaml --clock virtual --seed 3
  DEEPGRAM_API_KEY=... trialogue run scenarios/edge-cache.yaml --via deepgram
"""

BATCH_EXAMPLES: Final = """\
Examples:
  trialogue batch 'scenarios/*.yaml' --clock virtual
  trialogue batch 'scenarios/*.yaml' --matrix --repeat 5 --out runs/nightly
  trialogue batch 'scenarios/*.yaml' --clock virtual --dry-run
"""

RESUME_EXAMPLES: Final = """\
Examples:
  trialogue resume runs/edge-cache-20250131-101500
  trialogue resume runs/edge-cache-20250131-101500 --out runs/edge-cache-again
"""

CHAOS_EXAMPLES: Final = """\
Examples:
  trialogue chaos --list
  trialogue chaos scenarios/edge-cache.yaml --fault half-open@ann --fault too-many
  trialogue chaos scenarios/edge-cache.yaml --random 5 --seed 7
"""

MOST_REPEATS: Final = 100_000
"""Repeats of one meeting at most; all meetings of a batch are listed before the first is held."""

commands: Final = App()
"""They are merged into the one command line by `trialogue.cli.program`."""


@Parameter(name="*")
@frozen
class Repeats:
    """Repeats of a meeting, and what its runs are compared with and told by."""

    repeat: Annotated[int, Parameter(help="The number of times to hold it, with one seed after another.")] = 1
    """Number of times, from 1."""

    junit: Annotated[Path | None, Parameter(help="Write JUnit XML to this file.")] = None
    """File to which JUnit XML is written."""

    github: Annotated[Flag, Parameter(help="Print GitHub's annotations.")] = False
    """Whether annotations are printed."""

    baseline: Annotated[
        Path | None, Parameter(help="Compare with this baseline: exit code 8 where anything got worse.")
    ] = None
    """Baseline to compare with."""

    save_baseline: Annotated[
        Path | None, Parameter(help="Write the figures to this file, as a baseline for later.")
    ] = None
    """File in which figures are kept."""

    @property
    def is_wanted(self) -> bool:
        """Whether one plain meeting does not do."""
        return self != ONCE

    def options(
        self,
        overrides: Overrides,
        leeway: Leeway,
        out: Path,
        *,
        html: bool,
    ) -> BatchOptions:
        """The same, as batches take it; `SetupError` for a number of repeats that is none."""
        from trialogue.batch.jobs import BatchRequest  # noqa: PLC0415 - the scenario comes with it
        from trialogue.cli.batch import BatchOptions  # noqa: PLC0415 - likewise

        if not 1 <= self.repeat <= MOST_REPEATS:
            raise SetupError(f"--repeat wants a number from 1 to {MOST_REPEATS:,}, not {self.repeat}")
        return BatchOptions(
            asked=BatchRequest(overrides, leeway, self.repeat, html=html),
            out=out,
            junit=self.junit,
            github=self.github,
            baseline=self.baseline,
            save_baseline=self.save_baseline,
        )

    def hold(
        self,
        file: Path,
        overrides: Overrides,
        leeway: Leeway,
        *,
        out: Path | None,
        html: bool,
        as_json: bool,
    ) -> int:
        """Hold the meeting of one file so often; the exit code."""
        from trialogue.cli.batch import hold_batch, new_out  # noqa: PLC0415 - the scenario comes with it

        options = self.options(overrides, leeway, out or new_out(file.stem), html=html)
        return hold_batch([file], evolve(options, as_json=as_json))


ONCE: Final = Repeats()
"""One meeting, told by nobody else."""


@Parameter(name="*")
@frozen
class Spreading:
    """Spread of a batch: which meetings are held, and by which processes."""

    workers: Annotated[int | None, Parameter(help="The number of processes; one a core if absent.")] = None
    """Number of processes of this machine."""

    matrix: Annotated[Flag, Parameter(help="Hold each cell of a scenario's matrix.")] = False
    """Whether cells are held."""

    dry_run: Annotated[Flag, Parameter(help="Count meetings, minutes and money, and hold none.")] = False
    """Whether nothing is held."""

    resume: Annotated[Flag, Parameter(help="Go on with meetings that were cut off.")] = False
    """Whether what was cut off is gone on with."""

    on: Annotated[str | None, Parameter(help="The address of a Dask scheduler, as tcp://10.0.0.5:8786.")] = (
        None
    )
    """Cluster that carries the meetings."""

    dask_local: Annotated[
        int | None, Parameter(help="The number of processes of a Dask cluster on this machine.")
    ] = None
    """Size of the cluster that is begun for them."""

    bring: Annotated[
        Literal["result", "journal", "run"] | None,
        Parameter(
            help="The part of a run that comes back where no directory is shared; virtual meetings on Dask."
        ),
    ] = None
    """Part of a run that comes back from a cluster that shares no directory."""

    def over(self, options: BatchOptions) -> BatchOptions:
        """The options with this said; `SetupError` where it contradicts itself."""
        if self.on is not None and self.dask_local is not None:
            raise SetupError("--on or --dask-local, not both")
        if self.bring is not None and self.on is None and self.dask_local is None:
            raise SetupError("--bring says what comes back from a Dask cluster: name it with --on")
        for option, count in (("--workers", self.workers), ("--dask-local", self.dask_local)):
            if count is not None and count < 1:
                raise SetupError(f"{option} wants a number from 1, not {count}")
        return evolve(
            options,
            asked=evolve(options.asked, matrix=self.matrix, resume=self.resume),
            workers=self.workers,
            cluster=self.on if self.on is not None else self.dask_local,
            bring=self.bring,
            dry_run=self.dry_run,
        )


HERE: Final = Spreading()
"""Each file as it stands, on this machine."""


@commands.command(sort_key=1, help_epilogue=RUN_EXAMPLES)
def run(  # noqa: PLR0913 - one an option
    file: Scenario,
    /,
    *,
    otherwise: Otherwise = AS_WRITTEN,
    out: RunOut = None,
    endpoint: Endpoint = None,
    showing: HowShown = SHOWN_LIVE,
    record_models: Annotated[
        Path | None, Parameter(help="The file that keeps models' answers: each question is asked once.")
    ] = None,
    no_code: Annotated[Flag, Parameter(help="Refuse scenarios whose tools run code.")] = False,
    repeats: Repeats = ONCE,
    allow: AllowOptions = NOTHING_ALLOWED,
    log_level: LogLevelOption = "warning",
) -> int:
    """Hold a meeting: spoken, shown as it goes, recorded, and summed up at its end.

    Ctrl-C ends it gracefully, with all of its files; once more ends it at once.
    """
    if repeats.is_wanted:
        _refuse_recording(record_models)
        leeway = _leeway(allow, endpoint, code=not no_code)
        return repeats.hold(
            file, otherwise.overrides(), leeway, out=out, html=showing.html, as_json=showing.json
        )
    from trialogue.cli.run import hold  # noqa: PLC0415 - the scenario comes with it

    return hold(
        file,
        evolve(
            _run_options(showing, allow),
            overrides=otherwise.overrides(),
            out=out,
            endpoint=endpoint,
            record_models=record_models,
            allows_code=not no_code,
            log_level=log_level,
        ),
    )


@commands.command(sort_key=1, help_epilogue=BATCH_EXAMPLES)
def batch(  # noqa: PLR0913 - one an option
    place: Annotated[str, Parameter(help="A directory, a pattern, or a scenario file.")],
    /,
    *more: Annotated[str, Parameter(help="Further ones.")],
    spread: Spreading = HERE,
    otherwise: Otherwise = AS_WRITTEN,
    repeats: Repeats = ONCE,
    out: Annotated[
        Path | None, Parameter(help="The directory of the runs; a new one under runs/ if absent.")
    ] = None,
    endpoint: Endpoint = None,
    json: Annotated[Json, Parameter(help="Print the outcome of each meeting as JSON.")] = False,
    html: Annotated[Flag, Parameter(help="Write the page of each run.")] = False,
    no_code: Annotated[Flag, Parameter(help="Refuse scenarios whose tools run code.")] = False,
    allow: AllowOptions = NOTHING_ALLOWED,
) -> int:
    """Hold many meetings, a process a core, each at most once, and count the outcomes.

    Held again with the same --out, it reads the runs that are there and holds what is missing.
    The first Ctrl-C lets meetings that are under way come to their end; the second one kills them.
    """
    from trialogue.batch.jobs import files_in  # noqa: PLC0415 - the scenario comes with it
    from trialogue.cli.batch import hold_batch, new_out  # noqa: PLC0415 - likewise

    leeway = _leeway(allow, endpoint, code=not no_code)
    options = repeats.options(otherwise.overrides(), leeway, out or new_out("batch"), html=html)
    return hold_batch(files_in((place, *more)), spread.over(evolve(options, as_json=json)))


@commands.command(sort_key=6, help_epilogue=RESUME_EXAMPLES)
def resume(
    run: RunPath,
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="The new run's directory; a new one under runs/ if absent.")
    ] = None,
    endpoint: Endpoint = None,
    showing: HowShown = SHOWN_LIVE,
    allow_changed_scenario: Annotated[
        Flag, Parameter(help="Go on although the scenario in the run was changed.")
    ] = False,
    no_code: Annotated[Flag, Parameter(help="Refuse scenarios whose tools run code.")] = False,
    allow: AllowOptions = NOTHING_ALLOWED,
    log_level: LogLevelOption = "warning",
) -> int:
    """Go on with a meeting whose process died, in a run of its own.

    What was heard and decided is kept; tool calls without a result are not run again.
    """
    from trialogue.cli.resume import resume_run  # noqa: PLC0415 - the scenario comes with it

    return resume_run(
        run,
        evolve(
            _run_options(showing, allow),
            out=out,
            endpoint=endpoint,
            allows_code=not no_code,
            log_level=log_level,
        ),
        allow_changed_scenario=allow_changed_scenario,
    )


@commands.command(sort_key=9, help_epilogue=CHAOS_EXAMPLES)
def chaos(  # noqa: PLR0913 - one an option
    file: Annotated[Path | None, Parameter(help="The scenario file.")] = None,
    /,
    *,
    list_: Annotated[Flag, Parameter(name="--list", help="List every fault there is.")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(
            show_default=False, help="NAME, NAME@PARTICIPANT or NAME@PARTICIPANT:SESSION; may be repeated."
        ),
    ] = (),
    random: Annotated[int | None, Parameter(help="The number of faults to draw by the seed.")] = None,
    seed: Annotated[int | None, Parameter(help="The seed from which every chance is drawn.")] = None,
    clock: Annotated[
        Literal["real", "virtual"], Parameter(help="Real time, or virtual: as fast as the machine computes.")
    ] = "virtual",
    out: Annotated[
        Path | None, Parameter(help="The run's directory; a new one under runs/ if absent.")
    ] = None,
    json: Annotated[Json, Parameter(help="Print the list, or the verdict, as JSON.")] = False,
    allow: AllowOptions = NOTHING_ALLOWED,
) -> int:
    """Hold a meeting under faults, and name each promise that was broken (exit code 1)."""
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.cli import chaos as trials  # noqa: PLC0415 - heavy: the server comes with it
    from trialogue.scenario.schema import Clock  # noqa: PLC0415 - YAML comes with it
    from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - likewise

    if list_:
        return trials.list_faults(as_json=json)
    if file is None:
        raise SetupError("chaos wants a scenario file, or --list. Try: trialogue chaos --help")
    allowed = Permissions(allow.allow_import, allow.allow_command, allow.allow_host)
    ordered = trials.Ordered(fault, random, seed, Clock(clock), out, allowed)
    return trials.try_file(file, ordered, as_json=json)


def _run_options(showing: HowShown, allow: AllowOptions) -> RunOptions:
    from trialogue.cli.run import RunOptions  # noqa: PLC0415 - the scenario comes with it

    return RunOptions(
        shown=showing.shown,
        html=showing.html,
        imports=allow.allow_import,
        commands=allow.allow_command,
        hosts=allow.allow_host,
        faults=allow.allow_faults,
    )


def _refuse_recording(record_models: Path | None) -> None:
    if record_models is not None:
        raise SetupError("--record-models keeps what one meeting asks: leave out --repeat and its like")


def _leeway(allow: AllowOptions, endpoint: str | None, *, code: bool) -> Leeway:
    from trialogue.batch.jobs import Leeway  # noqa: PLC0415 - the scenario comes with it

    return Leeway(
        allow.allow_import,
        allow.allow_command,
        allow.allow_host,
        code=code,
        endpoint=endpoint,
        faults=allow.allow_faults,
    )
