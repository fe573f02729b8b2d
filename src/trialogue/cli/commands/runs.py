"""Commands that read a run: `replay`, `why`, `watch`, `expect`, `report`, `export` and their like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from cyclopts import App, Parameter

from trialogue.cli.options import Flag, Json, RunPath
from trialogue.errors import SetupError
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.meeting.edges import Edges

WHY_EXAMPLES: Final = """\
Example:
  trialogue why runs/edge-cache-20250131-101500
"""

REPLAY_EXAMPLES: Final = """\
Examples:
  trialogue replay runs/edge-cache-20250131-101500
  trialogue replay runs/edge-cache-20250131-101500 --verify
  trialogue replay runs --verify
  trialogue replay runs/edge-cache-20250131-101500 --what-if floor.policy=auction --html
  trialogue replay runs/edge-cache-20250131-101500 --speed 4 --from "turn 3"
"""

SCENARIO_FROM_EXAMPLES: Final = """\
Examples:
  trialogue scenario-from runs/edge-cache-20250131-101500 --check
  trialogue scenario-from runs/edge-cache-20250131-101500 --out again/edge-cache.yaml
  trialogue scenario-from ES2011a.rttm --sound ES2011a.wav --check
  trialogue scenario-from meeting.vtt --out again/meeting.yaml
"""

WATCH_EXAMPLES: Final = """\
Example:
  trialogue watch runs/edge-cache-20250131-101500
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

CustomPolicies: TypeAlias = Annotated[
    tuple[str, ...],
    Parameter(
        negative="",
        show_default=False,
        help="Custom policies that may be asked, as my_floor.*; may be repeated.",
    ),
]
"""Patterns of custom policies, as an option."""

commands: Final = App()
"""They are merged into the one command line by `trialogue.cli.program`."""


@commands.command(sort_key=5, help_epilogue=WHY_EXAMPLES)
def why(
    run: RunPath,
    /,
    *,
    json: Annotated[Json, Parameter(help="Print the turns as JSON.")] = False,
) -> int:
    """Show who got the floor at each turn, and why, from the journal."""
    from trialogue.cli.authors import tell_why  # noqa: PLC0415 - the scenario comes with it

    return tell_why(run, as_json=json)


@Parameter(name="*")
@frozen
class Playing:
    """Way in which a run is shown again."""

    speed: Annotated[
        str | None,
        Parameter(help="The pace to play it at: 1 is real time, 4 four times that; max prints all at once."),
    ] = None
    """Factor of real time, or `max`."""

    from_: Annotated[
        str, Parameter(name="--from", help="The place to begin at: seconds, M:SS, or 'turn N'.")
    ] = "0"
    """Place at which it begins."""

    step: Annotated[Flag, Parameter(help="Print a line, and wait for Enter.")] = False
    """Whether each line waits."""

    audio: Annotated[Flag, Parameter(help="Play its sound, too, in real time.")] = False
    """Whether it is heard, too."""


AT_ONCE: Final = Playing()


@commands.command(sort_key=5, help_epilogue=REPLAY_EXAMPLES)
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
            negative="",
            show_default=False,
            help="What this setting would have decided, as floor.policy=auction.",
        ),
    ] = (),
    out: Annotated[
        Path | None, Parameter(help="With --what-if: the directory of the meeting that is made of it.")
    ] = None,
    html: Annotated[
        Flag, Parameter(help="With --what-if: write a page of both, what-if.html in --out or in the run.")
    ] = False,
    allow_import: CustomPolicies = (),
) -> int:
    """Print what was heard in a meeting, play it as it looked, or verify its decisions."""
    if what_if:
        from trialogue.cli.what_if import WhatIfTold, ask_what_if  # noqa: PLC0415 - a meeting comes with it

        return ask_what_if(run, what_if, WhatIfTold(out, html=html, as_json=json), _edges(allow_import))
    if html:
        raise SetupError("--html is of a what-if here: a run's own page is written by report --html")
    if verify:
        from trialogue.cli.verify import verify_runs  # noqa: PLC0415 - the journal comes with it

        return verify_runs(run, allow_import, as_json=json)
    from trialogue.cli.replay import Played, play_run, print_transcript  # noqa: PLC0415 - likewise

    if (playing.audio or playing.speed not in {None, "max"}) and not (json or playing.step):
        return play_run(run, Played(playing.speed, playing.from_, audio=playing.audio))
    return print_transcript(run, as_json=json, start=playing.from_, steps=playing.step)


@commands.command(name="scenario-from", sort_key=5, help_epilogue=SCENARIO_FROM_EXAMPLES)
def scenario_from(
    run: Annotated[
        Path, Parameter(help="A run's directory or journal, or a meeting as RTTM, WebVTT, TextGrid or CHAT.")
    ],
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="The scenario's file; else scenario.yaml in a new folder NAME-again.")
    ] = None,
    sound: Annotated[
        Path | None,
        Parameter(help="With a file: its recording, or a folder with one of each speaker, NAME.wav."),
    ] = None,
    check: Annotated[Flag, Parameter(help="Hold it, and tell the first turn that differs.")] = False,
    json: Annotated[Json, Parameter(help="Print the file's path, and what differs, as JSON.")] = False,
    allow_import: CustomPolicies = (),
) -> int:
    """Make a scenario of a run, or of a meeting that others recorded: it gives the same turns again."""
    from trialogue.cli.scenario_from import (  # noqa: PLC0415 - a meeting comes with it
        MadeScenario,
        print_scenario_from,
    )

    return print_scenario_from(run, MadeScenario(out, sound, check=check, as_json=json), _edges(allow_import))


@commands.command(sort_key=5, help_epilogue=WATCH_EXAMPLES)
def watch(run: RunPath, /) -> int:
    """Watch a meeting that another process holds, as it looks there, until it is over."""
    from trialogue.cli.replay import watch_run  # noqa: PLC0415 - the journal comes with it

    return watch_run(run)


@commands.command(sort_key=6, help_epilogue=EXPECT_EXAMPLES)
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
            negative="", show_default=False, help="A host at which the judge's model may be asked, as in run."
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


@commands.command(name="verify-files", sort_key=6, help_epilogue=VERIFY_FILES_EXAMPLES)
def verify_files(
    run: RunPath,
    /,
    *,
    json: Annotated[Json, Parameter(help="Print the verdict on each file as JSON.")] = False,
) -> int:
    """Compare every file of a run with the digest that its manifest keeps: exit code 4 if any was changed.

    A file that the manifest does not know is named. Of a run that was never closed it says what nobody can
    vouch for.
    """
    from trialogue.cli.verify import verify_files_of  # noqa: PLC0415 - the journal comes with it

    return verify_files_of(run, as_json=json)


@commands.command(sort_key=6, help_epilogue=REPORT_EXAMPLES)
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
        Literal["inside", "linked", "none"],
        Parameter(help="The place of the page's sound: in the page, in files beside it, or nowhere."),
    ] = "inside",
    by_sound: Annotated[
        Flag, Parameter(help="Print the figures from the recordings, beside those from the records.")
    ] = False,
    json: Annotated[Json, Parameter(help="Print the measures, or the page's path, as JSON.")] = False,
) -> int:
    """Measure a meeting again, from its journal and its sound; or any, from files of who spoke when.

    With --html write its page: one file with lanes, sound, transcript and measures, that needs no network. Of
    a folder of runs, a table of them.
    """
    if html:
        from trialogue.cli.report import print_page  # noqa: PLC0415 - the journal comes with it

        return print_page(run, out=out, sound=sound, as_json=json)
    if out is not None or sound != "inside":
        raise SetupError("--out and --sound are of the page: give --html, too")
    if by_sound:
        from trialogue.cli.by_sound import print_by_sound  # noqa: PLC0415 - numpy comes with it

        return print_by_sound(run, as_json=json)
    from trialogue.cli.report import print_report  # noqa: PLC0415 - the journal comes with it

    return print_report(run, as_json=json)


@commands.command(sort_key=6, help_epilogue=EXPORT_EXAMPLES)
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


def _edges(imports: tuple[str, ...]) -> Edges:
    """The edges of a meeting that is held again, which may ask these policies."""
    from trialogue.meeting.edges import Edges  # noqa: PLC0415 - a meeting comes with it
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded
    from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - likewise

    limit_threads()
    return Edges(permissions=Permissions(imports=imports))
