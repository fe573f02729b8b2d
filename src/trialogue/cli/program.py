"""The command line: which commands there are, what they take, and what `--help` teaches.

Everything that a command needs is imported when it is called: `trialogue --help` loads none of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from attrs import evolve, frozen
from cyclopts import App, CycloptsError, Parameter

from trialogue.cli.dialling import BY_ADDRESS, Dialling
from trialogue.cli.endings import concluded
from trialogue.cli.handling import LOOKED_AT, Handling
from trialogue.cli.journal import journal
from trialogue.errors import SetupError
from trialogue.services import SERVICES

if TYPE_CHECKING:
    from trialogue.batch.jobs import Leeway
    from trialogue.cli.batch import BatchOptions
    from trialogue.cli.serve import Answers, Manners
    from trialogue.meeting.edges import Edges
    from trialogue.scenario.defaults import Overrides, Sitting

ABOUT: Final = """\
Spoken meetings of several voice agents: moderated, recorded, replayable.

Begin with:  trialogue run scenarios/edge-cache.yaml
"""

EXIT_CODES: Final = """\
Exit codes:
  0    it went as asked; a meeting ended by its own rules
  1    something failed on the way, as code of the scenario's author; replay --verify found a divergence;
       an expectation of behaviour was not met
  2    wrong use: an option, a file, a scenario, a missing package or key; too little memory
  3    a service refused, or no agent could be reached any more, or none could say a word
  4    a journal is damaged, lost, or cannot be written; a recording is not whole
  5    other rules decided the journal: it can be read, but neither verified nor gone on with
  6    only expectations of timing were not met
  7    expectations were not met, none of behaviour, for a part of the meeting broke (infrastructure)
  8    something got worse than the baseline, though everything passed
  70   a fault of trialogue itself, shown with its traceback
  129  SIGHUP   130  Ctrl-C   141  nobody reads the output   143  SIGTERM
"""

RUN_EXAMPLES: Final = """\
Examples:
  trialogue run scenarios/edge-cache.yaml
  trialogue run scenarios/ten-minutes.yaml --clock virtual --seed 3
  DEEPGRAM_API_KEY=... trialogue run scenarios/edge-cache.yaml --via deepgram
"""

CHECK_EXAMPLES: Final = """\
Example:
  trialogue check scenarios/*.yaml
"""

EXPLAIN_EXAMPLES: Final = """\
Examples:
  trialogue explain scenarios/smallest.yaml --clock virtual
  trialogue explain E-KEY-UNKNOWN
"""

SCHEMA_EXAMPLES: Final = """\
Example:
  trialogue schema > scenario.schema.json

In an editor with the YAML language server (VS Code: the extension redhat.vscode-yaml), write as the first
line of a scenario beside it:
  # yaml-language-server: $schema=scenario.schema.json
"""

NEW_EXAMPLES: Final = """\
Examples:
  trialogue new review.yaml
  trialogue new review.yaml --agents 3 --policy moderated --think local
"""

FMT_EXAMPLES: Final = """\
Examples:
  trialogue fmt review.yaml
  trialogue fmt scenarios/*.yaml --check
"""

GRAPH_EXAMPLES: Final = """\
Examples:
  trialogue graph scenarios/edge-cache.yaml
  trialogue graph scenarios/edge-cache.yaml --svg > edge-cache.svg
"""

WHY_EXAMPLES: Final = """\
Example:
  trialogue why runs/edge-cache-20250131-101500
"""

REPLAY_EXAMPLES: Final = """\
Examples:
  trialogue replay runs/edge-cache-20250131-101500
  trialogue replay runs/edge-cache-20250131-101500 --verify
  trialogue replay runs --verify
  trialogue replay runs/edge-cache-20250131-101500 --what-if floor.policy=auction
  trialogue replay runs/edge-cache-20250131-101500 --speed 4 --from "turn 3"
"""

SCENARIO_FROM_EXAMPLES: Final = """\
Examples:
  trialogue scenario-from runs/edge-cache-20250131-101500 --check
  trialogue scenario-from runs/edge-cache-20250131-101500 --out again/edge-cache.yaml
"""

WATCH_EXAMPLES: Final = """\
Example:
  trialogue watch runs/edge-cache-20250131-101500
"""

RESUME_EXAMPLES: Final = """\
Examples:
  trialogue resume runs/edge-cache-20250131-101500
  trialogue resume runs/edge-cache-20250131-101500 --out runs/edge-cache-again
"""

REPORT_EXAMPLES: Final = """\
Examples:
  trialogue report runs/edge-cache-20250131-101500
  trialogue report a-real-meeting.rttm
  trialogue report runs/edge-cache-20250131-101500 --html
  trialogue report runs --html
"""

EXPORT_EXAMPLES: Final = """\
Examples:
  trialogue export runs/edge-cache-20250131-101500 textgrid eaf
  trialogue export runs/edge-cache-20250131-101500 csv --out .
"""

BATCH_EXAMPLES: Final = """\
Examples:
  trialogue batch 'scenarios/*.yaml' --clock virtual
  trialogue batch 'scenarios/*.yaml' --matrix --repeat 5 --out runs/nightly
  trialogue batch 'scenarios/*.yaml' --clock virtual --dry-run
"""

EXPECT_EXAMPLES: Final = """\
Examples:
  trialogue expect runs/edge-cache-20250131-101500
  trialogue expect runs/edge-cache-20250131-101500 scenarios/edge-cache.yaml
"""

VERIFY_FILES_EXAMPLES: Final = """\
Example:
  trialogue verify-files runs/edge-cache-20250131-101500
"""

SERVE_EXAMPLES: Final = """\
Examples:
  trialogue serve --port 8090
  trialogue serve --script answers.yaml
  trialogue serve --tls-self-signed --tls-ca ca.pem --allow-name voice.test
  LLM_KEY=... trialogue serve --think https://llm.example/v1 --think-model small --think-key-env LLM_KEY
"""

VOICES_EXAMPLES: Final = """\
Examples:
  trialogue voices
  trialogue voices --say "Good morning." --voice ben --out ben.wav
"""

CHAOS_EXAMPLES: Final = """\
Examples:
  trialogue chaos --list
  trialogue chaos scenarios/edge-cache.yaml --fault half-open@ann --fault too-many
  trialogue chaos scenarios/edge-cache.yaml --random 5 --seed 7
"""

app = App(
    name="trialogue",
    help=ABOUT,
    help_format="plaintext",
    help_epilogue=EXIT_CODES,
    version=lambda: version("trialogue"),
)
app.command(journal)

if TYPE_CHECKING:
    ServiceName: TypeAlias = str
else:
    ServiceName = Literal[tuple(SERVICES)]

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Flag: TypeAlias = Annotated[bool, Parameter(negative="", show_default=False)]
Json: TypeAlias = Annotated[bool, Parameter(name="--json", negative="", show_default=False)]
LogLevelOption: TypeAlias = Annotated[Level, Parameter(help="The least diagnostics on stderr.")]
Endpoint: TypeAlias = Annotated[
    str | None, Parameter(help="The wss:// address of Deepgram's service, if it is another region.")
]
Scenario: TypeAlias = Annotated[Path, Parameter(help="The scenario file.")]
RunOut: TypeAlias = Annotated[
    Path | None, Parameter(help="The run's directory; a new one under runs/ if absent.")
]
RunPath: TypeAlias = Annotated[Path, Parameter(help="The run's directory, or its journal.")]


@Parameter(name="*")
@frozen
class Otherwise:
    """What is said otherwise than in the scenario."""

    via: Annotated[ServiceName | None, Parameter(help="At which service every agent is.")] = None
    """At which service every agent is."""

    clock: Annotated[
        Literal["real", "virtual"] | None, Parameter(help="In life's time, or as fast as it computes.")
    ] = None
    """Real or virtual time."""

    seed: Annotated[int | None, Parameter(help="What every chance is drawn from.")] = None
    """What every chance is drawn from."""

    limit_time: Annotated[str | None, Parameter(help="The most time, as 90s or 10m; none for no limit.")] = (
        None
    )
    """The limit of time, as scenarios write it."""

    limit_turns: Annotated[int | None, Parameter(help="The most turns.")] = None
    """The limit of turns."""

    limit_silence: Annotated[str | None, Parameter(help="The most silence, as 20s; none for no limit.")] = (
        None
    )
    """The limit of silence, as scenarios write it."""

    me: Annotated[
        str | None,
        Parameter(help="Sit in this person's seat yourself, at the keyboard; NAME:microphone to speak."),
    ] = None
    """The seat in which the operator sits, and how."""

    profile: Annotated[str | None, Parameter(help="Lay this profile of the scenario's over it.")] = None
    """The profile that is laid over the file."""

    cell: Annotated[
        str | None, Parameter(help="The cell of its matrix, by name or number; `check` lists them.")
    ] = None
    """The cell that is laid over the file."""

    def overrides(self) -> Overrides:
        """The same, as scenarios take it; `SetupError` for what is no stretch of time."""
        from trialogue.scenario.defaults import Overrides  # noqa: PLC0415 - YAML comes with it
        from trialogue.scenario.schema import Clock  # noqa: PLC0415 - likewise
        from trialogue.scenario.variants import Variant  # noqa: PLC0415 - likewise

        return Overrides(
            via=self.via,
            clock=Clock(self.clock) if self.clock else None,
            seed=self.seed,
            time_s=_seconds("--limit-time", self.limit_time),
            turns=self.limit_turns,
            silence_s=_seconds("--limit-silence", self.limit_silence),
            me=_sitting(self.me),
            variant=Variant(self.profile, self.cell),
        )


AS_WRITTEN: Final = Otherwise()
"""Nothing is said otherwise."""


@Parameter(name="*")
@frozen
class Leave:
    """What code of a scenario's the operator lets run, and whom its agents may ask."""

    allow_import: Annotated[
        tuple[str, ...],
        Parameter(negative="", help="Tools and policies whose code may run, as prices.*; may be repeated."),
    ] = ()
    """Patterns over `module.function`."""

    allow_command: Annotated[
        tuple[str, ...],
        Parameter(negative="", help="Programs that tools may start, as ./look_up; may be repeated."),
    ] = ()
    """Patterns over programs."""

    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            help="Hosts beside this machine that tools, models and voices may be at; may be repeated.",
        ),
    ] = ()
    """Names of hosts."""


NO_LEAVE: Final = Leave()
"""What needs none: mocks, registered tools, addresses of this machine."""


@Parameter(name="*")
@frozen
class StandingIn:
    """Who answers in the place of the providers that clients name."""

    script: Annotated[
        Path | None,
        Parameter(help="A YAML file with agents and their scripts, matched by prompt, tag or key."),
    ] = None
    """The operator's file."""

    think: Annotated[
        str | None, Parameter(help="An address that speaks OpenAI's chat completions, for every provider.")
    ] = None
    """The operator's model."""

    think_model: Annotated[str, Parameter(help="Its model; else the one that each client names.")] = ""
    """The model's name."""

    think_key_env: Annotated[
        str | None, Parameter(help="The environment variable with the key that --think wants.")
    ] = None
    """Where its key is."""

    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="", help="Hosts beside this machine at which clients' models may be; may be repeated."
        ),
    ] = ()
    """Names of hosts."""

    def answers(self) -> Answers:
        """The same, as the server's side of the command line takes it."""
        from trialogue.cli.serve import Answers  # noqa: PLC0415 - heavy: the server comes with it

        return Answers(self.script, self.think, self.think_model, self.think_key_env, self.allow_host)


@Parameter(name="*")
@frozen
class Repeats:
    """How often a meeting is held, and what its runs are compared with and told by."""

    repeat: Annotated[int, Parameter(help="Hold it so often, with one seed after another.")] = 1
    """How often, from 1."""

    junit: Annotated[Path | None, Parameter(help="Write JUnit XML to this file.")] = None
    """Where JUnit XML is written."""

    github: Annotated[Flag, Parameter(help="Print GitHub's annotations.")] = False
    """Whether annotations are printed."""

    baseline: Annotated[
        Path | None, Parameter(help="Compare with this baseline: exit code 8 where anything got worse.")
    ] = None
    """What is compared with."""

    save_baseline: Annotated[Path | None, Parameter(help="Keep the figures in this file.")] = None
    """Where figures are kept."""

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

        if self.repeat < 1:
            raise SetupError(f"--repeat wants a number from 1, not {self.repeat}")
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
    """Which meetings of a batch are held, and by whom."""

    workers: Annotated[int | None, Parameter(help="How many processes; one a core if absent.")] = None
    """How many processes of this machine."""

    matrix: Annotated[Flag, Parameter(help="Hold each cell of a scenario's matrix.")] = False
    """Whether cells are held."""

    dry_run: Annotated[Flag, Parameter(help="Count meetings, minutes and money, and hold none.")] = False
    """Whether nothing is held."""

    resume: Annotated[Flag, Parameter(help="Go on with meetings that were cut off.")] = False
    """Whether what was cut off is gone on with."""

    on: Annotated[str | None, Parameter(help="The address of a Dask scheduler, as tcp://10.0.0.5:8786.")] = (
        None
    )
    """Which cluster carries the meetings."""

    dask_local: Annotated[
        int | None, Parameter(help="So many processes of a Dask cluster on this machine.")
    ] = None
    """How large a cluster is begun for them."""

    def over(self, options: BatchOptions) -> BatchOptions:
        """The options with this said; `SetupError` where it contradicts itself."""
        if self.on is not None and self.dask_local is not None:
            raise SetupError("--on or --dask-local, not both")
        for option, count in (("--workers", self.workers), ("--dask-local", self.dask_local)):
            if count is not None and count < 1:
                raise SetupError(f"{option} wants a number from 1, not {count}")
        return evolve(
            options,
            asked=evolve(options.asked, matrix=self.matrix, resume=self.resume),
            workers=self.workers,
            cluster=self.on if self.on is not None else self.dask_local,
            dry_run=self.dry_run,
        )


HERE: Final = Spreading()
"""Each file as it stands, on this machine."""


def _refuse_recording(record_models: Path | None) -> None:
    if record_models is not None:
        raise SetupError("--record-models keeps what one meeting asks: leave out --repeat and its like")


def _leeway(leave: Leave, endpoint: str | None, *, code: bool) -> Leeway:
    from trialogue.batch.jobs import Leeway  # noqa: PLC0415 - the scenario comes with it

    return Leeway(leave.allow_import, leave.allow_command, leave.allow_host, code=code, endpoint=endpoint)


BY_DEFAULT: Final = StandingIn()
"""Nobody but the default answers."""


@Parameter(name="*")
@frozen
class Behaving:
    """How the server behaves towards its clients."""

    voices: Annotated[
        Literal["local", "murmur"], Parameter(help="Real ears and voices, or sound without speech for tests.")
    ] = "local"
    """Whose ears and voices it has."""

    set_: Annotated[
        tuple[str, ...],
        Parameter(name="--set", negative="", help="An option of the server, as idle=30s; may be repeated."),
    ] = ()
    """Its options, each as KEY=VALUE."""

    as_of: Annotated[
        str | None, Parameter(help="Serve clients of that time, as 2025-06: send nothing that came later.")
    ] = None
    """The month or day whose clients are served."""

    lenient: Annotated[
        Flag, Parameter(help="Warn of messages that do not fit the protocol, and take what can be read.")
    ] = False
    """Whether messages that do not fit are warned of; else they end the session."""

    no_latency: Annotated[Flag, Parameter(help="Send no LatencyReport.")] = False
    """Whether latencies stay untold."""

    def manners(self) -> Manners:
        """The same, as the server's side of the command line takes it."""
        from trialogue.cli.serve import Manners  # noqa: PLC0415 - heavy: the server comes with it

        return Manners(self.set_, self.as_of, self.lenient, self.no_latency)


AS_USUAL: Final = Behaving()
"""As the hosted service does."""


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command, of `sys.argv` where no arguments are given, and return its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    return concluded(lambda: _called(tokens))


def _called(tokens: list[str]) -> int:
    try:
        code: object = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        error.verbose = False
        chain = " ".join(["trialogue", *(error.command_chain or ())])
        raise SetupError(f"{' '.join(str(error).split())} Try: {chain} --help") from error
    return code if isinstance(code, int) else 0


def _sitting(text: str | None) -> Sitting | None:
    from trialogue.scenario.defaults import Sitting  # noqa: PLC0415 - YAML comes with it

    if text is None:
        return None
    name, _, way = text.partition(":")
    if way in {"", "text"}:
        return Sitting(name)
    if way == "microphone":
        return Sitting(name, "microphone")
    raise SetupError(f"--me wants a person's name, NAME:text or NAME:microphone, not {text!r}")


def _seconds(option: str, text: str | None) -> float | None:
    from trialogue.scenario.quantities import read_duration  # noqa: PLC0415 - YAML comes with it

    if text is None:
        return None
    seconds = float("inf") if text == "none" else read_duration(text)
    if not seconds:
        raise SetupError(f"{option} wants a stretch of time, as 90s, 10m or none, not {text!r}")
    return seconds


@app.command(sort_key=1, help_epilogue=RUN_EXAMPLES)
def run(  # noqa: PLR0913 - one an option
    file: Scenario,
    /,
    *,
    otherwise: Otherwise = AS_WRITTEN,
    out: RunOut = None,
    endpoint: Endpoint = None,
    quiet: Annotated[Flag, Parameter(help="Show one line, at the end.")] = False,
    json: Annotated[Json, Parameter(help="Print the result as JSON, and nothing else.")] = False,
    html: Annotated[Flag, Parameter(help="Write the run's page at its end, as report --html does.")] = False,
    record_models: Annotated[Path | None, Parameter(help="Keep here what models say, and ask once.")] = None,
    no_code: Annotated[Flag, Parameter(help="Refuse scenarios whose tools run code.")] = False,
    repeats: Repeats = ONCE,
    leave: Leave = NO_LEAVE,
    log_level: LogLevelOption = "warning",
) -> int:
    """Hold a meeting: spoken, shown as it goes, recorded, and summed up at its end.

    Ctrl-C ends it gracefully, with all of its files; once more ends it at once.
    """
    if repeats.is_wanted:
        _refuse_recording(record_models)
        leeway = _leeway(leave, endpoint, code=not no_code)
        return repeats.hold(file, otherwise.overrides(), leeway, out=out, html=html, as_json=json)
    from trialogue.cli.run import RunOptions, hold  # noqa: PLC0415 - the scenario comes with it

    return hold(
        file,
        RunOptions(
            overrides=otherwise.overrides(),
            out=out,
            endpoint=endpoint,
            shown="json" if json else "line" if quiet else "live",
            record_models=record_models,
            html=html,
            allows_code=not no_code,
            imports=leave.allow_import,
            commands=leave.allow_command,
            hosts=leave.allow_host,
            log_level=log_level,
        ),
    )


@app.command(sort_key=6, help_epilogue=RESUME_EXAMPLES)
def resume(  # noqa: PLR0913 - one an option
    run: RunPath,
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="The new run's directory; a new one under runs/ if absent.")
    ] = None,
    endpoint: Endpoint = None,
    quiet: Annotated[Flag, Parameter(help="Show one line, at the end.")] = False,
    json: Annotated[Json, Parameter(help="Print the result as JSON, and nothing else.")] = False,
    html: Annotated[Flag, Parameter(help="Write the run's page at its end, as report --html does.")] = False,
    allow_changed_scenario: Annotated[
        Flag, Parameter(help="Go on with the scenario in the run as it is now, though it was changed.")
    ] = False,
    no_code: Annotated[Flag, Parameter(help="Refuse scenarios whose tools run code.")] = False,
    leave: Leave = NO_LEAVE,
    log_level: LogLevelOption = "warning",
) -> int:
    """Go on with a meeting whose process died, in a run of its own.

    What was heard and decided is kept; tool calls without a result are not run again.
    """
    from trialogue.cli.resume import resume_run  # noqa: PLC0415 - likewise
    from trialogue.cli.run import RunOptions  # noqa: PLC0415 - the scenario comes with it

    return resume_run(
        run,
        RunOptions(
            out=out,
            endpoint=endpoint,
            shown="json" if json else "line" if quiet else "live",
            html=html,
            allows_code=not no_code,
            imports=leave.allow_import,
            commands=leave.allow_command,
            hosts=leave.allow_host,
            log_level=log_level,
        ),
        allow_changed_scenario=allow_changed_scenario,
    )


@app.command(sort_key=2, help_epilogue=CHECK_EXAMPLES)
def check(
    file: Scenario,
    /,
    *more: Annotated[Path, Parameter(help="Further scenario files.")],
    otherwise: Otherwise = AS_WRITTEN,
    file_only: Annotated[
        Flag, Parameter(help="Look at the files alone, and not at which variables this environment has.")
    ] = False,
    json: Annotated[Json, Parameter(help="Print the problems as JSON.")] = False,
) -> int:
    """Tell everything that keeps scenarios from being run, with file, line and column.

    A key or a variable that a scenario needs and this environment lacks is told as well.
    """
    from trialogue.cli.check import check_files  # noqa: PLC0415 - the scenario comes with it

    return check_files((file, *more), otherwise.overrides(), as_json=json, file_only=file_only)


@app.command(sort_key=3, help_epilogue=EXPLAIN_EXAMPLES)
def explain(
    file: Scenario,
    /,
    *,
    otherwise: Otherwise = AS_WRITTEN,
    json: Annotated[Json, Parameter(help="Print the values as JSON.")] = False,
) -> int:
    """Print every value of a scenario, defaults too, and where each comes from; or what a code means."""
    from trialogue.cli.check import explain_file  # noqa: PLC0415 - the scenario comes with it

    return explain_file(file, otherwise.overrides(), as_json=json)


@app.command(sort_key=4, help_epilogue=SCHEMA_EXAMPLES)
def schema() -> int:
    """Print the JSON Schema of scenario files, for editors."""
    from trialogue.cli.check import print_schema  # noqa: PLC0415 - the scenario comes with it

    return print_schema()


@app.command(sort_key=4, help_epilogue=NEW_EXAMPLES)
def new(
    file: Annotated[Path, Parameter(help="The scenario file to write; it must not be there.")],
    /,
    *,
    agents: Annotated[int | None, Parameter(help="How many agents, the chair included.")] = None,
    policy: Annotated[str | None, Parameter(help="Who speaks next: moderated, round-robin, ...")] = None,
    think: Annotated[
        Literal["lines", "local", "open_ai", "deepgram"] | None,
        Parameter(help="How they think: by lines of a script, a model of yours, OpenAI's, or at Deepgram."),
    ] = None,
    topic: Annotated[str | None, Parameter(help="What the meeting is about.")] = None,
    person: Annotated[
        Flag, Parameter(help="Whether you sit at the table yourself, at the keyboard.")
    ] = False,
) -> int:
    """Write a scenario to go on with. Without options it asks, at a terminal."""
    from trialogue.cli.authors import new_file  # noqa: PLC0415 - the scenario comes with it
    from trialogue.scenario.skeleton import HowAgentsThink, NewScenario  # noqa: PLC0415 - likewise

    plain = NewScenario(person=person)
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in file.stem.lower()).strip("-0123456789")
    wanted = NewScenario(
        name=name[:64].strip("-") or plain.name,
        topic=topic or plain.topic,
        agents=plain.agents if agents is None else agents,
        policy=policy or plain.policy,
        think=plain.think if think is None else HowAgentsThink(think),
        person=person,
    )
    return new_file(file, wanted, asks=(agents, policy, think, topic) == (None,) * 4 and not person)


@app.command(sort_key=4, help_epilogue=FMT_EXAMPLES)
def fmt(
    file: Scenario,
    /,
    *more: Annotated[Path, Parameter(help="Further scenario files.")],
    check: Annotated[Flag, Parameter(help="Change nothing; exit code 2 if a file is not in form.")] = False,
) -> int:
    """Bring scenarios into one form; comments, quotes and the order of keys are kept."""
    from trialogue.cli.authors import format_files  # noqa: PLC0415 - the scenario comes with it

    return format_files((file, *more), only_check=check)


@app.command(sort_key=4, help_epilogue=GRAPH_EXAMPLES)
def graph(
    file: Scenario,
    /,
    *,
    otherwise: Otherwise = AS_WRITTEN,
    svg: Annotated[Flag, Parameter(help="As SVG, which any browser shows; else as Mermaid.")] = False,
) -> int:
    """Draw a scenario: who sits at the table and hears how, how the floor goes, and the agenda."""
    from trialogue.cli.authors import draw_file  # noqa: PLC0415 - the scenario comes with it

    return draw_file(file, otherwise.overrides(), as_svg=svg)


@app.command(sort_key=5, help_epilogue=WHY_EXAMPLES)
def why(
    run: RunPath,
    /,
    *,
    json: Annotated[Json, Parameter(help="Print the turns as JSON.")] = False,
) -> int:
    """Tell who got the floor at each turn, and why, from the journal."""
    from trialogue.cli.authors import tell_why  # noqa: PLC0415 - the scenario comes with it

    return tell_why(run, as_json=json)


@Parameter(name="*")
@frozen
class Playing:
    """How a run is shown again."""

    speed: Annotated[
        str | None, Parameter(help="Play it: 1 is life's pace, 4 four times that; max tells all at once.")
    ] = None
    """Times life, or `max`."""

    from_: Annotated[str, Parameter(name="--from", help="From where: seconds, M:SS, or 'turn N'.")] = "0"
    """From where."""

    step: Annotated[Flag, Parameter(help="Tell a line, and wait for Enter.")] = False
    """Whether each line waits."""

    audio: Annotated[Flag, Parameter(help="Play its sound, too, at life's pace.")] = False
    """Whether it is heard, too."""


AT_ONCE: Final = Playing()


@app.command(sort_key=5, help_epilogue=REPLAY_EXAMPLES)
def replay(
    run: RunPath,
    /,
    *,
    playing: Playing = AT_ONCE,
    verify: Annotated[Flag, Parameter(help="Decide everything again, and compare.")] = False,
    json: Annotated[Json, Parameter(help="Print the turns, or the verdict, as JSON.")] = False,
    what_if: Annotated[
        tuple[str, ...],
        Parameter(
            negative="", help="What would have been: as floor.policy=auction, or any setting of the floor."
        ),
    ] = (),
    out: Annotated[Path | None, Parameter(help="With --what-if: where the meeting made of it goes.")] = None,
    allow_import: Annotated[
        tuple[str, ...],
        Parameter(negative="", help="Custom policies that may be asked, as my_floor.*; may be repeated."),
    ] = (),
) -> int:
    """Print what was heard in a meeting, play it as it looked, or prove that it would be decided so again."""
    if what_if:
        from trialogue.cli.what_if import ask_what_if  # noqa: PLC0415 - a meeting comes with it

        return ask_what_if(run, what_if, out=out, as_json=json, edges=_edges(allow_import))
    if verify:
        from trialogue.cli.verify import verify_runs  # noqa: PLC0415 - the journal comes with it

        return verify_runs(run, allow_import, as_json=json)
    from trialogue.cli.replay import Played, play_run, print_transcript  # noqa: PLC0415 - likewise

    if (playing.audio or playing.speed not in {None, "max"}) and not (json or playing.step):
        return play_run(run, Played(playing.speed, playing.from_, audio=playing.audio))
    return print_transcript(run, as_json=json, start=playing.from_, steps=playing.step)


@app.command(name="scenario-from", sort_key=5, help_epilogue=SCENARIO_FROM_EXAMPLES)
def scenario_from(
    run: RunPath,
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="The scenario's file; else scenario.yaml in a new folder NAME-again.")
    ] = None,
    check: Annotated[Flag, Parameter(help="Hold it, and tell the first turn that differs.")] = False,
    json: Annotated[Json, Parameter(help="Print where it is, and what differs, as JSON.")] = False,
    allow_import: Annotated[
        tuple[str, ...],
        Parameter(negative="", help="Custom policies that may be asked, as my_floor.*; may be repeated."),
    ] = (),
) -> int:
    """Make a scenario of a run, from its journal and recordings alone: it gives the same turns again."""
    from trialogue.cli.what_if import print_scenario_from  # noqa: PLC0415 - a meeting comes with it

    return print_scenario_from(run, out=out, check=check, as_json=json, edges=_edges(allow_import))


def _edges(imports: tuple[str, ...]) -> Edges:
    """The edges of a meeting that is held again, which may ask these policies."""
    from trialogue.meeting.edges import Edges  # noqa: PLC0415 - a meeting comes with it
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded
    from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - likewise

    limit_threads()
    return Edges(permissions=Permissions(imports=imports))


@app.command(sort_key=5, help_epilogue=WATCH_EXAMPLES)
def watch(run: RunPath, /) -> int:
    """Watch a meeting that another process holds, as it looks there, until it is over."""
    from trialogue.cli.replay import watch_run  # noqa: PLC0415 - the journal comes with it

    return watch_run(run)


@app.command(sort_key=1, help_epilogue=BATCH_EXAMPLES)
def batch(  # noqa: PLR0913 - one an option
    place: Annotated[str, Parameter(help="A directory, a pattern, or a scenario file.")],
    /,
    *more: Annotated[str, Parameter(help="Further ones.")],
    spread: Spreading = HERE,
    otherwise: Otherwise = AS_WRITTEN,
    repeats: Repeats = ONCE,
    out: Annotated[
        Path | None, Parameter(help="Where the runs are; a new directory under runs/ if absent.")
    ] = None,
    endpoint: Endpoint = None,
    json: Annotated[Json, Parameter(help="Print what came of each meeting as JSON.")] = False,
    html: Annotated[Flag, Parameter(help="Write the page of each run.")] = False,
    no_code: Annotated[Flag, Parameter(help="Refuse scenarios whose tools run code.")] = False,
    leave: Leave = NO_LEAVE,
) -> int:
    """Hold many meetings, a process a core, each at most once, and count what came of them.

    Held again with the same --out, it reads the runs that are there and holds what is missing.
    The first Ctrl-C lets meetings that are under way come to their end; the second one kills them.
    """
    from trialogue.batch.jobs import files_in  # noqa: PLC0415 - the scenario comes with it
    from trialogue.cli.batch import hold_batch, new_out  # noqa: PLC0415 - likewise

    leeway = _leeway(leave, endpoint, code=not no_code)
    options = repeats.options(otherwise.overrides(), leeway, out or new_out("batch"), html=html)
    return hold_batch(files_in((place, *more)), spread.over(evolve(options, as_json=json)))


@app.command(sort_key=6, help_epilogue=EXPECT_EXAMPLES)
def expect(
    run: RunPath,
    scenario: Annotated[
        Path | None, Parameter(help="The scenario whose expectations are meant; else the run's own.")
    ] = None,
    /,
    *,
    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="", help="A host of a model that the scenario's judge may be asked at, as in run."
        ),
    ] = (),
    json: Annotated[Json, Parameter(help="Print the verdict as JSON.")] = False,
) -> int:
    """Tell which expectations a run meets, by its journal alone: what was expected, what happened, and when.

    Where the scenario's judge names a model, it is asked for its advice on the transcript, as after run.
    Exit code 1 where one of behaviour is not met, else 7 for one of infrastructure, else 6 for one of timing.
    """
    from trialogue.cli.expect import expect_of_run  # noqa: PLC0415 - the journal comes with it

    return expect_of_run(run, scenario, allow_host, as_json=json)


@app.command(name="verify-files", sort_key=6, help_epilogue=VERIFY_FILES_EXAMPLES)
def verify_files(
    run: RunPath,
    /,
    *,
    json: Annotated[Json, Parameter(help="Print what is said of each file as JSON.")] = False,
) -> int:
    """Compare every file of a run with the digest that its manifest keeps: exit code 4 if any was changed.

    A file that the manifest does not know is named. Of a run that was never closed it says what nobody can
    vouch for.
    """
    from trialogue.cli.verify import verify_files_of  # noqa: PLC0415 - the journal comes with it

    return verify_files_of(run, as_json=json)


@app.command(sort_key=6, help_epilogue=REPORT_EXAMPLES)
def report(
    run: Annotated[
        Path,
        Parameter(
            help="The run's directory, its journal, or a file of any meeting's (rttm, vtt, TextGrid, cha)."
        ),
    ],
    /,
    *,
    html: Annotated[Flag, Parameter(help="Write a page to look at and to listen to.")] = False,
    out: Annotated[Path | None, Parameter(help="The page's file; else report.html in the run.")] = None,
    sound: Annotated[
        Literal["inside", "linked", "none"], Parameter(help="Where the page has its sound.")
    ] = "inside",
    json: Annotated[Json, Parameter(help="Print the measures, or the page's path, as JSON.")] = False,
) -> int:
    """Measure a meeting again, from its journal alone; or any meetings, from files of who spoke when.

    With --html write its page: one file with lanes, sound, transcript and measures, that needs no network. Of
    a folder of runs, a table of them.
    """
    if html:
        from trialogue.cli.report import print_page  # noqa: PLC0415 - the journal comes with it

        return print_page(run, out=out, sound=sound, as_json=json)
    if out is not None or sound != "inside":
        raise SetupError("--out and --sound are of the page: give --html, too")
    from trialogue.cli.report import print_report  # noqa: PLC0415 - the journal comes with it

    return print_report(run, as_json=json)


@app.command(sort_key=6, help_epilogue=EXPORT_EXAMPLES)
def export(
    run: RunPath,
    /,
    *formats: Annotated[str, Parameter(help="What to write; without any, the list of formats is printed.")],
    out: Annotated[
        Path | None, Parameter(help="The directory that the files go to; else the run's own.")
    ] = None,
    json: Annotated[Json, Parameter(help="Print the list, or the files' paths, as JSON.")] = False,
) -> int:
    """Write a meeting in other formats: for spreadsheets, Praat, ELAN, CLAN, Audacity, Perfetto, players."""
    from trialogue.cli.export import export_run  # noqa: PLC0415 - the journal comes with it

    return export_run(run, formats, out=out, as_json=json)


@app.command(sort_key=7, help_epilogue=SERVE_EXAMPLES)
def serve(
    *,
    dialling: Dialling = BY_ADDRESS,
    standing_in: StandingIn = BY_DEFAULT,
    handling: Handling = LOOKED_AT,
    behaving: Behaving = AS_USUAL,
    quiet: Annotated[Flag, Parameter(help="Print the address, and nothing else.")] = False,
    log_level: LogLevelOption = "info",
) -> int:
    """Run the embedded voice agent server, for any client of Deepgram's voice agent protocol.

    Whatever provider a client names, an agent of --script answers, else the model at --think, else a default
    that repeats what it hears and calls the functions that fit.
    """
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.cli import serve as serving  # noqa: PLC0415 - heavy: the server comes with it

    asked = serving.Serving(
        host=dialling.host,
        port=dialling.port,
        key_variable=dialling.api_key_env,
        is_quiet=quiet,
        log_level=log_level,
        answers=standing_in.answers(),
        voices=behaving.voices,
        manners=behaving.manners(),
        handling=handling,
        dialling=dialling,
    )
    return serving.serve(asked)


@app.command(sort_key=8, help_epilogue=VOICES_EXAMPLES)
def voices(
    *,
    say: Annotated[str | None, Parameter(help="Words to be spoken.")] = None,
    voice: Annotated[
        str, Parameter(help="By which voice: one of the list, or a name of Deepgram's.")
    ] = "heart",
    out: Annotated[Path, Parameter(help="The WAV file that the words go to.")] = Path("voice.wav"),
    json: Annotated[Json, Parameter(help="Print the list as JSON.")] = False,
) -> int:
    """List the local voices; with --say, let one of them be heard."""
    from trialogue.cli import voices as local  # noqa: PLC0415 - its engines load when it speaks

    return local.list_voices(as_json=json) if say is None else local.say(say, voice, out)


@app.command(sort_key=9, help_epilogue=CHAOS_EXAMPLES)
def chaos(  # noqa: PLR0913 - one an option
    file: Annotated[Path | None, Parameter(help="The scenario file.")] = None,
    /,
    *,
    list_: Annotated[Flag, Parameter(name="--list", help="List every fault there is.")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(help="NAME, NAME@PARTICIPANT or NAME@PARTICIPANT:SESSION; may be repeated."),
    ] = (),
    random: Annotated[int | None, Parameter(help="So many faults, drawn by the seed.")] = None,
    seed: Annotated[int | None, Parameter(help="What every chance is drawn from.")] = None,
    clock: Annotated[Literal["real", "virtual"], Parameter(help="What time is made of.")] = "virtual",
    out: Annotated[Path | None, Parameter(help="The run's directory; else a new one under runs/.")] = None,
    json: Annotated[Json, Parameter(help="Print the list, or the verdict, as JSON.")] = False,
    leave: Leave = NO_LEAVE,
) -> int:
    """Hold a meeting under faults: exit code 0 if every promise was kept, 1 and which if not."""
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.cli import chaos as trials  # noqa: PLC0415 - heavy: the server comes with it
    from trialogue.scenario.schema import Clock  # noqa: PLC0415 - YAML comes with it
    from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - likewise

    if list_:
        return trials.list_faults(as_json=json)
    if file is None:
        raise SetupError("chaos wants a scenario file, or --list. Try: trialogue chaos --help")
    allowed = Permissions(leave.allow_import, leave.allow_command, leave.allow_host)
    ordered = trials.Ordered(fault, random, seed, Clock(clock), out, allowed)
    return trials.try_file(file, ordered, as_json=json)
