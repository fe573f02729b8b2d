"""`trialogue run`: holds a meeting, shows it, and summarizes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from attrs import evolve, field

from trialogue.cli.diagnostics import LogLevel, configure
from trialogue.cli.forced_exit import open_leaving
from trialogue.cli.key_masking import hide
from trialogue.cli.view_desk import open_desk
from trialogue.cli.view_lines import line
from trialogue.cli.view_live import Sounds, no_sounds
from trialogue.cli.view_screens import note, open_screen, open_waiting, put, put_json, show
from trialogue.cli.view_summary import Ended, in_brief, summary
from trialogue.cli.view_watcher import Watched, Watcher
from trialogue.errors import JournalError, SetupError
from trialogue.fixed_paths import from_here
from trialogue.report.result import Result
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.scenario.schema import Clock
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.meeting.run import Owner
    from trialogue.tools.permissions import Permissions

Shown = Literal["live", "line", "json"]
"""Kind of output on stdout: the meeting and its summary; one line; or only the result as JSON."""


class Held(Protocol):
    """Outcome of a meeting."""

    @property
    def result(self) -> Result:
        """Result, as in `result.json`."""
        ...

    @property
    def folder(self) -> Path:
        """The run's directory."""
        ...

    @property
    def machine_s(self) -> float:
        """Seconds of real time that the meeting took."""
        ...

    @property
    def exit_code(self) -> int:
        """Exit code of the command that ran it."""
        ...


class Hold(Protocol):
    """Function that runs a meeting to its end: `trialogue.meeting.run.run_meeting`, or a test's own."""

    def __call__(
        self,
        resolved: Resolved,
        asked: RunOptions,
        watch: Callable[[Watched], Awaitable[None]],
        progress: Callable[[str], None],
    ) -> Held:
        """Run the meeting, show it to `watch`, and report the progress of the preparation."""
        ...


@frozen
class RunOptions:
    """Options of `trialogue run`, apart from the scenario."""

    overrides: Overrides = field(factory=Overrides)
    """Overrides of the file's values."""

    out: Path | None = None
    """The run's directory; None for a new one under `runs/`."""

    endpoint: str | None = None
    """Address of the hosted service; None for the vendor's."""

    shown: Shown = "live"
    """Output on stdout."""

    record_models: Path | None = None
    """File for the recorded answers of models; None for none."""

    html: bool = False
    """Whether the run's page is written at its end."""

    allows_code: bool = True
    """Whether tools may run code."""

    faults: bool = False
    """Whether the faults in the scenario strike."""

    imports: tuple[str, ...] = ()
    """Patterns of functions that tools may run."""

    commands: tuple[str, ...] = ()
    """Patterns of programs that tools may start."""

    hosts: tuple[str, ...] = ()
    """Hosts besides this machine that tools may contact."""

    log_level: LogLevel = "warning"
    """Lowest level of diagnostics on stderr."""

    def permissions(self) -> Permissions:
        """Permissions of the scenario's tools."""
        from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - heavy: only for a meeting

        return Permissions(self.imports, self.commands, self.hosts, code=self.allows_code, faults=self.faults)


def hold(file: Path, asked: RunOptions, hold_it: Hold | None = None) -> int:
    """Run the meeting of a scenario file; returns the exit code. Raises `TrialogueError`."""
    resolved = prepare(file, asked.overrides)
    if asked.shown == "live":
        _put_notes(resolved)
    return hold_resolved(resolved, asked, hold_it or _run)


def _put_notes(resolved: Resolved) -> None:
    """Print to stderr what `trialogue check` notes on a valid scenario."""
    from trialogue.scenario.notes import notes  # noqa: PLC0415 - it loads the list of voices

    for each in notes(resolved):
        note(f"{resolved.source}: note: {each}")


def hold_resolved(resolved: Resolved, asked: RunOptions, hold_it: Hold) -> int:
    """Run a resolved scenario with `hold_it`; returns the exit code. Raises `TrialogueError`."""
    hide(resolved.secrets)
    _judge_code(resolved, asked)
    _judge_endpoint(resolved, asked)
    configure(asked.log_level, in_real_time=resolved.clock is Clock.REAL)
    waiting = open_waiting(is_silent=asked.shown != "live")
    watcher = Watcher(
        open_screen(is_shown=asked.shown == "live"),
        resolved.clock is Clock.VIRTUAL,
        waiting.done,
        open_desk(resolved) if asked.shown == "live" and resolved.clock is Clock.REAL else None,
        _sounds(resolved) if asked.shown == "live" else no_sounds,
    )
    try:
        held = hold_it(resolved, asked, watcher, waiting)
    finally:
        waiting.done()
    try:
        _sum_up(resolved, asked, held)
        if asked.html:
            _write_page(asked, held)
    except (BrokenPipeError, SetupError, JournalError):
        if not held.exit_code:
            raise
        # The meeting's own end takes precedence over a closed terminal; its files are written.
    return held.exit_code


def _write_page(asked: RunOptions, held: Held) -> None:
    from trialogue.meeting.paging import write_page  # noqa: PLC0415 - only where it is asked for

    path = write_page(held.folder)
    if asked.shown == "live":
        put(f"  {as_requested(path, asked.out)}")


def _judge_code(resolved: Resolved, asked: RunOptions) -> None:
    if not resolved.code:
        return
    names = ", ".join(resolved.code)
    if not asked.allows_code:
        raise SetupError(f"{resolved.source} runs code ({names}), which --no-code forbids")
    note(f"{resolved.source} runs code: {names}")


def _judge_endpoint(resolved: Resolved, asked: RunOptions) -> None:
    """Print that an address has no effect, where every agent is at the embedded server."""
    if asked.endpoint is None:
        return
    from trialogue.services import EMBEDDED, HOSTED  # noqa: PLC0415 - only beside the option

    seats = [seat for seat in resolved.document.cast.values() if not seat.is_person]
    if all(seat.via == EMBEDDED for seat in seats):
        note(f"--endpoint has no effect: every agent is at the embedded server; add --via {HOSTED}")


def _run(
    resolved: Resolved,
    asked: RunOptions,
    watch: Callable[[Watched], Awaitable[None]],
    progress: Callable[[str], None],
) -> Held:
    from trialogue.speech import limit_threads  # noqa: PLC0415 - heavy: only for a meeting

    limit_threads()
    from trialogue.meeting.edges import Edges  # noqa: PLC0415 - likewise
    from trialogue.meeting.run import run_meeting  # noqa: PLC0415 - likewise

    edges = Edges(
        endpoint=asked.endpoint,
        progress=progress,
        models=asked.record_models,
        permissions=asked.permissions(),
    )
    with owned(resolved, asked) as owner:
        return run_meeting(resolved, out=asked.out, edges=edges, watch=watch, owner=owner)


@contextmanager
def owned(resolved: Resolved, asked: RunOptions) -> Generator[Owner]:
    """Handle signals, and requests to exit the process, while a meeting runs in it."""
    from trialogue.meeting.run import Owner  # noqa: PLC0415 - heavy: only for a meeting

    with open_leaving(partial(_sum_up, resolved, asked)) as leaving:
        yield Owner(leaving.asked, leaving.at_once, leaving.behind)


def as_requested(path: Path, out: Path | None) -> str:
    """A path of the run as the person named its directory: from here, unless `out` is from the root."""
    if out is not None and out.is_absolute():
        return str(path)
    return str(from_here(path))


def _sounds(resolved: Resolved) -> Sounds:
    """Fold of records into the recordings that clips play."""
    if not any(clip.file for person in resolved.people for clip in person.clips):
        return no_sounds
    from trialogue.meeting.played_sounds import PlayedSounds  # noqa: PLC0415 - only where there are clips

    return PlayedSounds.of(resolved).take


def _unplayed(resolved: Resolved, held: Held) -> tuple[str, ...]:
    """Clips that a good meeting never played."""
    if not held.result.ok or all(person.via != "clips" for person in resolved.people):
        return ()
    from trialogue.journal.files import journal_of  # noqa: PLC0415 - only where there are clips
    from trialogue.journal.reader import read  # noqa: PLC0415 - likewise
    from trialogue.meeting.unplayed import unplayed_clips  # noqa: PLC0415 - likewise

    return tuple(unplayed_clips(resolved, tuple(read(journal_of(held.folder)))))


def _never_came(resolved: Resolved, held: Held) -> tuple[str, ...]:
    """Conditions of `end` that never came, where a limit ended the meeting."""
    from trialogue.meeting.never_came import BY_LIMIT, ends_that_never_came  # noqa: PLC0415 - only at the end

    if held.result.reason not in BY_LIMIT or ("end",) not in resolved.places.known:
        return ()
    from trialogue.journal.files import journal_of  # noqa: PLC0415 - only where one is of interest
    from trialogue.journal.reader import read  # noqa: PLC0415 - likewise

    records = tuple(read(journal_of(held.folder)))
    return tuple(ends_that_never_came(resolved, held.result, records))


def _sum_up(resolved: Resolved, asked: RunOptions, held: Held) -> None:
    folder = as_requested(held.folder, asked.out)
    ended = Ended(resolved.plan, held.result, folder, held.machine_s, resolved.places.line_of)
    if asked.shown != "json":
        ended = evolve(ended, never_came=_never_came(resolved, held))
    match asked.shown:
        case "live":
            show([line(), *summary(evolve(ended, unplayed=_unplayed(resolved, held)))])
        case "line":
            for told in in_brief(ended):
                put(told)
        case "json":
            whole = {
                **held.result.document(),
                "folder": folder,
                "machine_s": held.machine_s,
                "exit_code": held.exit_code,
            }
            put_json(whole)
