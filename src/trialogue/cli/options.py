"""Options that several commands take: the scenario, its overrides, permissions, and how much is shown."""

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
LogLevelOption: TypeAlias = Annotated[
    Level, Parameter(help="The least severe diagnostics that go to stderr.")
]
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
    """Overrides of the scenario."""

    via: Annotated[ServiceName | None, Parameter(help="The service of every agent.")] = None
    """Service of every agent."""

    clock: Annotated[
        Literal["real", "virtual"] | None,
        Parameter(help="Real time, or virtual: as fast as the machine computes."),
    ] = None
    """Real or virtual time."""

    seed: Annotated[int | None, Parameter(help="The seed from which every chance is drawn.")] = None
    """Seed from which every chance is drawn."""

    limit_time: Annotated[
        str | None, Parameter(help="The longest time, as 90s or 10m; none for no limit.")
    ] = None
    """The limit of time, as scenarios write it."""

    limit_turns: Annotated[int | None, Parameter(help="The largest number of turns.")] = None
    """The limit of turns."""

    limit_silence: Annotated[
        str | None, Parameter(help="The longest silence, as 20s; none for no limit.")
    ] = None
    """The limit of silence, as scenarios write it."""

    me: Annotated[
        str | None,
        Parameter(help="The person's seat that you take, at the keyboard; NAME:microphone to speak."),
    ] = None
    """The seat in which the operator sits, and how."""

    profile: Annotated[str | None, Parameter(help="The profile of the scenario to lay over it.")] = None
    """The profile that is laid over the file."""

    cell: Annotated[
        str | None, Parameter(help="The cell of its matrix, by name or number; `check` lists them.")
    ] = None
    """The cell that is laid over the file."""

    def overrides(self) -> Overrides:
        """The same, as scenarios take it; `SetupError` for what is no stretch of time."""
        from trialogue.cli.overriding import overrides_of  # noqa: PLC0415 - YAML comes with it

        return overrides_of(
            via=self.via,
            clock=self.clock,
            seed=self.seed,
            limits=(self.limit_time, self.limit_turns, self.limit_silence),
            me=self.me,
            variant=(self.profile, self.cell),
        )


AS_WRITTEN: Final = Otherwise()
"""Nothing is said otherwise."""


@Parameter(name="*")
@frozen
class AllowOptions:
    """Permissions for a scenario: the code that may run, and the hosts that its agents may ask."""

    allow_import: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Tools and policies whose code may run, as prices.*; may be repeated.",
        ),
    ] = ()
    """Patterns over `module.function`."""

    allow_command: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Programs that tools may start, as ./look_up; may be repeated.",
        ),
    ] = ()
    """Patterns over programs."""

    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Hosts beside this machine that tools, models and voices may be at; may be repeated.",
        ),
    ] = ()
    """Names of hosts."""

    allow_faults: Annotated[Flag, Parameter(help="Let the faults of the scenario strike.")] = False
    """Whether a scenario's faults strike."""


NOTHING_ALLOWED: Final = AllowOptions()
"""Options that allow nothing beyond mocks, registered tools, and addresses of this machine."""


@Parameter(name="*")
@frozen
class HowShown:
    """Way in which a meeting is shown while it is held, and what is written of it at its end."""

    quiet: Annotated[Flag, Parameter(help="Print one line, at the end.")] = False
    """Whether one line does."""

    json: Annotated[Json, Parameter(help="Print the result as JSON, and nothing else.")] = False
    """Whether a program reads it."""

    html: Annotated[Flag, Parameter(help="Write the run's page at its end, as report --html does.")] = False
    """Whether the page is written."""

    @property
    def shown(self) -> Literal["json", "line", "live"]:
        """The same in one word; JSON before a line."""
        return "json" if self.json else "line" if self.quiet else "live"


SHOWN_LIVE: Final = HowShown()
"""Shown as it goes."""
