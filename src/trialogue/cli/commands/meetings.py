"""Commands that hold meetings: `run`, `batch`, `resume` and `chaos`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from attrs import evolve
from cyclopts import App, Parameter

from trialogue.cli.options import (
    AS_WRITTEN,
    NO_CODE,
    NOTHING_ALLOWED,
    SHOWN_LIVE,
    AllowOptions,
    CodeOptions,
    Endpoint,
    Flag,
    HowShown,
    Json,
    LogLevelOption,
    OverrideOptions,
    RunOut,
    RunPath,
    Scenario,
)
from trialogue.errors import SetupError
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.batch.jobs import OperatorOptions
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
"""Most repeats of one meeting; all meetings of a batch are listed before the first is held."""

commands: Final = App()
"""Commands that `trialogue.cli.program` adds to the command line."""


@Parameter(name="*")
@frozen
class Repeats:
    """Options for repeats of a meeting, and for the comparison and the reports of its runs."""

    repeat: Annotated[
        int, Parameter(help="How many times to run the meeting; each run uses the next seed.")
    ] = 1
    """Number of times, from 1."""

    junit: Annotated[Path | None, Parameter(help="Write the results to this file as JUnit XML.")] = None
    """File to which JUnit XML is written."""

    github: Annotated[Flag, Parameter(help="Print failures as GitHub annotations.")] = False
    """Whether annotations are printed."""

    baseline: Annotated[
        Path | None, Parameter(help="Compare with this baseline file; exit code 8 if any figure got worse.")
    ] = None
    """Baseline to compare with."""

    save_baseline: Annotated[
        Path | None, Parameter(help="Save the figures to this file, as a baseline for later runs.")
    ] = None
    """File in which figures are kept."""

    @property
    def is_wanted(self) -> bool:
        """Whether anything besides one plain meeting is requested."""
        return self != ONCE

    def options(
        self,
        overrides: Overrides,
        operator: OperatorOptions,
        out: Path,
        *,
        html: bool,
    ) -> BatchOptions:
        """The options as a batch takes them; `SetupError` for an invalid number of repeats."""
        from trialogue.batch.jobs import BatchRequest  # noqa: PLC0415 - the scenario comes with it
        from trialogue.cli.batch import BatchOptions  # noqa: PLC0415 - likewise

        if not 1 <= self.repeat <= MOST_REPEATS:
            raise SetupError(f"--repeat must be a number from 1 to {MOST_REPEATS:,}, not {self.repeat}")
        return BatchOptions(
            asked=BatchRequest(overrides, operator, self.repeat, html=html),
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
        operator: OperatorOptions,
        *,
        out: Path | None,
        html: bool,
        as_json: bool,
    ) -> int:
        """Run the meeting of one file that many times; returns the exit code."""
        from trialogue.cli.batch import hold_batch, new_out  # noqa: PLC0415 - the scenario comes with it

        options = self.options(overrides, operator, out or new_out(file.stem), html=html)
        return hold_batch([file], evolve(options, as_json=as_json))


ONCE: Final = Repeats()
"""One meeting, without further reports."""


@Parameter(name="*")
@frozen
class Spreading:
    """Options for which meetings a batch runs, and on which processes."""

    workers: Annotated[int | None, Parameter(help="Number of processes (default: one per core).")] = None
    """Number of processes of this machine."""

    matrix: Annotated[Flag, Parameter(help="Run every cell of each scenario's matrix.")] = False
    """Whether cells are held."""

    dry_run: Annotated[
        Flag, Parameter(help="Print the number of meetings, their minutes and their cost; run none of them.")
    ] = False
    """Whether nothing is held."""

    resume: Annotated[Flag, Parameter(help="Continue meetings that were interrupted.")] = False
    """Whether meetings that were cut off are continued."""

    on: Annotated[
        str | None, Parameter(help="Run on the Dask scheduler at this address, e.g. tcp://10.0.0.5:8786.")
    ] = None
    """Cluster of the meetings."""

    dask_local: Annotated[
        int | None, Parameter(help="Run on a Dask cluster on this machine, with this many processes.")
    ] = None
    """Size of the cluster that is started for them."""

    bring: Annotated[
        Literal["result", "journal", "run"] | None,
        Parameter(
            help="What Dask workers send back if they share no directory with this machine (virtual clock "
            "only)."
        ),
    ] = None
    """Part of a run that comes back from a cluster without a shared directory."""

    def over(self, options: BatchOptions) -> BatchOptions:
        """The batch options with these added; `SetupError` if they contradict each other."""
        if self.on is not None and self.dask_local is not None:
            raise SetupError("use either --on or --dask-local, not both")
        if self.bring is not None and self.on is None and self.dask_local is None:
            raise SetupError("--bring needs a Dask cluster: give --on as well")
        for option, count in (("--workers", self.workers), ("--dask-local", self.dask_local)):
            if count is not None and count < 1:
                raise SetupError(f"{option} must be 1 or more, not {count}")
        return evolve(
            options,
            asked=evolve(options.asked, matrix=self.matrix, resume=self.resume),
            workers=self.workers,
            cluster=self.on if self.on is not None else self.dask_local,
            bring=self.bring,
            dry_run=self.dry_run,
        )


HERE: Final = Spreading()
"""Each file as written, on this machine."""


@commands.command(sort_key=1, help_epilogue=RUN_EXAMPLES)
def run(  # noqa: PLR0913 - one parameter per option
    file: Scenario,
    /,
    *,
    override: OverrideOptions = AS_WRITTEN,
    out: RunOut = None,
    endpoint: Endpoint = None,
    showing: HowShown = SHOWN_LIVE,
    record_models: Annotated[
        Path | None, Parameter(help="Cache model answers in this file: each question is asked only once.")
    ] = None,
    no_code: Annotated[Flag, Parameter(help="Refuse a scenario whose tools run code.")] = False,
    repeats: Repeats = ONCE,
    allow: AllowOptions = NOTHING_ALLOWED,
    log_level: LogLevelOption = "warning",
) -> int:
    """Run a meeting: show it live, record it, and print a summary at the end.

    The first Ctrl-C ends the meeting in order and writes all files; the second one ends it at once.
    """
    if repeats.is_wanted:
        _refuse_recording(record_models)
        operator = _operator_options(allow, endpoint, code=not no_code)
        return repeats.hold(
            file, override.overrides(), operator, out=out, html=showing.html, as_json=showing.json
        )
    from trialogue.cli.run import hold  # noqa: PLC0415 - the scenario comes with it

    return hold(
        file,
        evolve(
            _run_options(showing, allow),
            overrides=override.overrides(),
            out=out,
            endpoint=endpoint,
            record_models=record_models,
            allows_code=not no_code,
            log_level=log_level,
        ),
    )


@commands.command(sort_key=1, help_epilogue=BATCH_EXAMPLES)
def batch(  # noqa: PLR0913 - one parameter per option
    place: Annotated[str, Parameter(help="A scenario file, a directory, or a pattern.")],
    /,
    *more: Annotated[str, Parameter(help="Further ones.")],
    spread: Spreading = HERE,
    override: OverrideOptions = AS_WRITTEN,
    repeats: Repeats = ONCE,
    out: Annotated[
        Path | None, Parameter(help="Directory for the runs (default: a new one under runs/).")
    ] = None,
    endpoint: Endpoint = None,
    json: Annotated[Json, Parameter(help="Print the outcome of each meeting as JSON.")] = False,
    html: Annotated[Flag, Parameter(help="Write report.html for each run.")] = False,
    no_code: Annotated[Flag, Parameter(help="Refuse a scenario whose tools run code.")] = False,
    allow: AllowOptions = NOTHING_ALLOWED,
) -> int:
    """Run many meetings in parallel, one process per core, and count the outcomes.

    With the --out of an earlier batch, it keeps the finished runs and runs only the missing meetings.
    The first Ctrl-C starts no more meetings and waits for the running ones; the second one kills them.
    """
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.batch.jobs import files_in  # noqa: PLC0415 - the scenario comes with it
    from trialogue.cli.batch import hold_batch, new_out  # noqa: PLC0415 - likewise

    operator = _operator_options(allow, endpoint, code=not no_code)
    options = repeats.options(override.overrides(), operator, out or new_out("batch"), html=html)
    return hold_batch(files_in((place, *more)), spread.over(evolve(options, as_json=json)))


@commands.command(sort_key=6, help_epilogue=RESUME_EXAMPLES)
def resume(
    run: RunPath,
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="Directory for the new run (default: a new one under runs/).")
    ] = None,
    endpoint: Endpoint = None,
    showing: HowShown = SHOWN_LIVE,
    allow_changed_scenario: Annotated[
        Flag, Parameter(help="Continue even if the scenario file in the run was changed.")
    ] = False,
    no_code: Annotated[Flag, Parameter(help="Refuse a scenario whose tools run code.")] = False,
    allow: AllowOptions = NOTHING_ALLOWED,
    log_level: LogLevelOption = "warning",
) -> int:
    """Continue a meeting whose process died, in a new run.

    Everything heard and decided is kept. Tool calls without a result are not run again.
    """
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
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
def chaos(  # noqa: PLR0913 - one parameter per option
    file: Annotated[Path | None, Parameter(help="The scenario file.")] = None,
    /,
    *,
    list_: Annotated[Flag, Parameter(name="--list", help="List all faults.")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(
            show_default=False,
            help="Fault to inject: NAME, NAME@PARTICIPANT or NAME@PARTICIPANT:SESSION; may be repeated.",
        ),
    ] = (),
    random: Annotated[int | None, Parameter(help="Number of faults to draw at random from the seed.")] = None,
    seed: Annotated[int | None, Parameter(help="Seed of all random choices.")] = None,
    clock: Annotated[
        Literal["real", "virtual"],
        Parameter(help="Real time, or virtual time (as fast as the machine can compute)."),
    ] = "virtual",
    out: Annotated[
        Path | None, Parameter(help="Directory for the run (default: a new one under runs/).")
    ] = None,
    json: Annotated[Json, Parameter(help="Print the list or the result as JSON.")] = False,
    allow: CodeOptions = NO_CODE,
) -> int:
    """Run a meeting with injected faults, and list every broken promise (exit code 1)."""
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.cli import chaos as trials  # noqa: PLC0415 - heavy: the server comes with it
    from trialogue.scenario.schema import Clock  # noqa: PLC0415 - YAML comes with it
    from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - likewise

    if list_:
        return trials.list_faults(as_json=json)
    if file is None:
        raise SetupError("chaos needs a scenario file, or --list. Try: trialogue chaos --help")
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
        raise SetupError(
            "--record-models works for a single meeting: leave out --repeat and the options that go with it"
        )


def _operator_options(allow: AllowOptions, endpoint: str | None, *, code: bool) -> OperatorOptions:
    from trialogue.batch.jobs import OperatorOptions  # noqa: PLC0415 - the scenario comes with it

    return OperatorOptions(
        allow.allow_import,
        allow.allow_command,
        allow.allow_host,
        code=code,
        endpoint=endpoint,
        faults=allow.allow_faults,
    )
