"""Options of several commands: overrides of a scenario, permissions, and the kind of output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from cyclopts import Parameter

from trialogue.services import SERVICES
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.scenario.defaults import Overrides

if TYPE_CHECKING:
    ServiceName: TypeAlias = str
else:
    ServiceName = Literal[tuple(SERVICES)]

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Flag: TypeAlias = Annotated[bool, Parameter(negative="", show_default=False)]
Json: TypeAlias = Annotated[bool, Parameter(name="--json", negative="", show_default=False)]
LogLevelOption: TypeAlias = Annotated[Level, Parameter(help="Lowest level of diagnostics printed to stderr.")]
Endpoint: TypeAlias = Annotated[
    str | None, Parameter(help="wss:// address of Deepgram's service in another region.")
]
Scenario: TypeAlias = Annotated[Path, Parameter(help="The scenario file.")]
RunOut: TypeAlias = Annotated[
    Path | None, Parameter(help="Directory for the run (default: a new one under runs/).")
]
RunPath: TypeAlias = Annotated[Path, Parameter(help="A run's directory or journal.")]


@Parameter(name="*")
@frozen
class OverrideOptions:
    """Options that override the scenario."""

    via: Annotated[ServiceName | None, Parameter(help="Service for all agents.")] = None
    """Service of every agent."""

    clock: Annotated[
        Literal["real", "virtual"] | None,
        Parameter(help="Real time, or virtual time (as fast as the machine can compute)."),
    ] = None
    """Real or virtual time."""

    seed: Annotated[int | None, Parameter(help="Seed of all random choices.")] = None
    """Seed of all random numbers."""

    limit_time: Annotated[str | None, Parameter(help="Time limit, e.g. 90s or 10m; none for no limit.")] = (
        None
    )
    """Limit of time, as in scenarios."""

    limit_turns: Annotated[int | None, Parameter(help="Maximum number of turns.")] = None
    """Limit of turns."""

    limit_silence: Annotated[
        str | None, Parameter(help="End after a silence of this length, e.g. 20s; none for no limit.")
    ] = None
    """Limit of silence, as in scenarios."""

    me: Annotated[
        str | None,
        Parameter(help="Take the seat of this person: NAME to type, NAME:microphone to speak."),
    ] = None
    """Seat of the operator, and the way of speaking."""

    profile: Annotated[str | None, Parameter(help="Apply this profile of the scenario.")] = None
    """Profile that is applied to the file."""

    cell: Annotated[
        str | None,
        Parameter(help="Use this cell of the scenario's matrix, by name or number; `check` lists them."),
    ] = None
    """Cell that is applied to the file."""

    def overrides(self) -> Overrides:
        """The options as a scenario takes them; `SetupError` for an invalid duration."""
        from trialogue.cli.overriding import overrides_of  # noqa: PLC0415 - YAML comes with it

        return overrides_of(
            via=self.via,
            clock=self.clock,
            seed=self.seed,
            limits=(self.limit_time, self.limit_turns, self.limit_silence),
            me=self.me,
            variant=(self.profile, self.cell),
        )


AS_WRITTEN: Final = OverrideOptions()
"""No overrides."""


@Parameter(name="*")
@frozen
class CodeOptions:
    """Options that permit a scenario to run code and to reach hosts."""

    allow_import: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Allow code of these tools and policies, e.g. prices.*; may be repeated.",
        ),
    ] = ()
    """Patterns over `module.function`."""

    allow_command: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Allow tools to start this program, e.g. ./look_up; may be repeated.",
        ),
    ] = ()
    """Patterns over programs."""

    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Allow tools, models and voices to use this host; this machine is always allowed; may be "
            "repeated.",
        ),
    ] = ()
    """Names of hosts."""


@Parameter(name="*")
@frozen
class AllowOptions(CodeOptions):
    """Options that permit whatever a scenario needs permission for."""

    allow_faults: Annotated[Flag, Parameter(help="Inject the faults that the scenario defines.")] = False
    """Whether a scenario's faults strike."""


NO_CODE: Final = CodeOptions()
"""Options that allow nothing beyond mocks, registered tools, and addresses of this machine."""

NOTHING_ALLOWED: Final = AllowOptions()
"""The same, and no faults."""


@Parameter(name="*")
@frozen
class HowShown:
    """Options for how a meeting is shown while it runs, and what is written at its end."""

    quiet: Annotated[
        Flag, Parameter(help="Print only the result, at the end: one line, and unmet expectations.")
    ] = False
    """Whether the output is one line."""

    json: Annotated[Json, Parameter(help="Print only the result, as JSON.")] = False
    """Whether the output is JSON, for a program."""

    html: Annotated[Flag, Parameter(help="Write report.html at the end, like report --html.")] = False
    """Whether the page is written."""

    @property
    def shown(self) -> Literal["json", "line", "live"]:
        """The chosen way as one word; JSON wins over one line."""
        return "json" if self.json else "line" if self.quiet else "live"


SHOWN_LIVE: Final = HowShown()
"""Output of the live view."""
