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
        help="Custom policies that may run, e.g. my_floor.*; may be repeated.",
    ),
]
"""Patterns of custom policies, as an option."""

commands: Final = App()
"""Commands that `trialogue.cli.program` adds to the command line."""


@commands.command(sort_key=5, help_epilogue=WHY_EXAMPLES)
def why(
    run: RunPath,
    /,
    *,
    json: Annotated[Json, Parameter(help="Print the turns as JSON.")] = False,
) -> int:
    """Show from the journal who got the floor at each turn, and why."""
    from trialogue.cli.authors import tell_why  # noqa: PLC0415 - the scenario comes with it

    return tell_why(run, as_json=json)


@Parameter(name="*")
@frozen
class Playing:
    """Options for how a run is played back."""

    speed: Annotated[
        str | None,
        Parameter(
            help="Playback speed: 1 is real time, 4 is four times faster; max prints everything at once."
        ),
    ] = None
    """Factor of real time, or `max`."""

    from_: Annotated[str, Parameter(name="--from", help="Start: seconds, M:SS, H:MM:SS, or 'turn N'.")] = "0"
    """Place at which the playback begins."""

    step: Annotated[Flag, Parameter(help="Print one line at a time, and wait for Enter.")] = False
    """Whether it waits after each line."""

    audio: Annotated[Flag, Parameter(help="Play the sound as well, in real time.")] = False
    """Whether sound is played, too."""


AT_ONCE: Final = Playing()


@commands.command(sort_key=5, help_epilogue=REPLAY_EXAMPLES)
def replay(
    run: RunPath,
    /,
    *,
    playing: Playing = AT_ONCE,
    verify: Annotated[Flag, Parameter(help="Make all decisions again, and compare them.")] = False,
    json: Annotated[Json, Parameter(help="Print the turns or the result as JSON.")] = False,
    what_if: Annotated[
        tuple[str, ...],
        Parameter(negative="", show_default=False, help="Try another setting, e.g. floor.policy=auction."),
    ] = (),
    out: Annotated[
        Path | None, Parameter(help="With --what-if: the directory for the alternative meeting.")
    ] = None,
    html: Annotated[
        Flag, Parameter(help="With --what-if: write a page that compares both meetings, what-if.html.")
    ] = False,
    allow_import: CustomPolicies = (),
) -> int:
    """Print what was heard in a meeting, play it back, or verify its decisions."""
    if what_if:
        from trialogue.cli.what_if import WhatIfTold, ask_what_if  # noqa: PLC0415 - a meeting comes with it

        return ask_what_if(run, what_if, WhatIfTold(out, html=html, as_json=json), _edges(allow_import))
    if html:
        raise SetupError("--html needs --what-if here; use report --html for the run's own page")
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
        Path, Parameter(help="A run's directory or journal, or an RTTM, WebVTT, TextGrid or CHAT file.")
    ],
    /,
    *,
    out: Annotated[
        Path | None,
        Parameter(help="The scenario file to write (default: scenario.yaml in a new folder NAME-again)."),
    ] = None,
    sound: Annotated[
        Path | None,
        Parameter(help="Sound for a file: its recording, or a folder with NAME.wav for each speaker."),
    ] = None,
    check: Annotated[
        Flag, Parameter(help="Run the new scenario, and report the first turn that differs.")
    ] = False,
    json: Annotated[Json, Parameter(help="Print the file's path and the differences as JSON.")] = False,
    allow_import: CustomPolicies = (),
) -> int:
    """Write a scenario that repeats the turns of a run, or of a meeting recorded elsewhere."""
    from trialogue.cli.scenario_from import (  # noqa: PLC0415 - a meeting comes with it
        MadeScenario,
        print_scenario_from,
    )

    return print_scenario_from(run, MadeScenario(out, sound, check=check, as_json=json), _edges(allow_import))


@commands.command(sort_key=5, help_epilogue=WATCH_EXAMPLES)
def watch(run: RunPath, /) -> int:
    """Watch a meeting that another process runs, until it ends."""
    from trialogue.cli.replay import watch_run  # noqa: PLC0415 - the journal comes with it

    return watch_run(run)


@commands.command(sort_key=6, help_epilogue=EXPECT_EXAMPLES)
def expect(
    run: RunPath,
    scenario: Annotated[
        Path | None, Parameter(help="The scenario whose expectations to check (default: the run's own).")
    ] = None,
    /,
    *,
    allow_host: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Host that the judge's model may be on, as for run; may be repeated.",
        ),
    ] = (),
    json: Annotated[Json, Parameter(help="Print the result as JSON.")] = False,
) -> int:
    """Check a run's journal against expectations: what was expected, what happened, and when.

    If the scenario's judge names a model, the model is asked about the transcript, as after run.
    Exit code 1 if an expectation of behaviour fails, else 7 for infrastructure, else 6 for timing.
    """
    from trialogue.cli.expect import expect_of_run  # noqa: PLC0415 - the journal comes with it

    return expect_of_run(run, scenario, allow_host, as_json=json)


@commands.command(name="verify-files", sort_key=6, help_epilogue=VERIFY_FILES_EXAMPLES)
def verify_files(
    run: RunPath,
    /,
    *,
    json: Annotated[Json, Parameter(help="Print the result for each file as JSON.")] = False,
) -> int:
    """Compare every file of a run with its digest in the manifest; exit code 4 if a file was changed.

    Files that are missing from the manifest are listed. If the run was never closed, the files without a
    digest are listed.
    """
    from trialogue.cli.verify import verify_files_of  # noqa: PLC0415 - the journal comes with it

    return verify_files_of(run, as_json=json)


@commands.command(sort_key=6, help_epilogue=REPORT_EXAMPLES)
def report(
    run: Annotated[
        Path,
        Parameter(help="A run's directory or journal, or an RTTM, WebVTT, TextGrid or CHAT file."),
    ],
    /,
    *,
    html: Annotated[Flag, Parameter(help="Write an HTML page with timeline, sound and transcript.")] = False,
    out: Annotated[Path | None, Parameter(help="The page's file (default: report.html in the run).")] = None,
    sound: Annotated[
        Literal["inside", "linked", "none"],
        Parameter(help="Where the page's sound is stored: in the page, in files next to it, or nowhere."),
    ] = "inside",
    by_sound: Annotated[
        Flag, Parameter(help="Measure the recordings as well, and print those figures next to the journal's.")
    ] = False,
    json: Annotated[Json, Parameter(help="Print the measures or the page's path as JSON.")] = False,
) -> int:
    """Measure a meeting from its journal and recordings, or from a file that says who spoke when.

    With --html, write a page: one file with timeline, sound, transcript and measures; it needs no network.
    For a folder of runs, the page is a table of the runs.
    """
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    if html:
        from trialogue.cli.report import print_page  # noqa: PLC0415 - the journal comes with it

        return print_page(run, out=out, sound=sound, as_json=json)
    if out is not None or sound != "inside":
        raise SetupError("--out and --sound need --html")
    if by_sound:
        from trialogue.cli.by_sound import print_by_sound  # noqa: PLC0415 - numpy comes with it

        return print_by_sound(run, as_json=json)
    from trialogue.cli.report import print_report  # noqa: PLC0415 - the journal comes with it

    return print_report(run, as_json=json)


@commands.command(sort_key=6, help_epilogue=EXPORT_EXAMPLES)
def export(
    run: RunPath,
    /,
    *formats: Annotated[
        str, Parameter(help="Formats to write; without one, the list of formats is printed.")
    ],
    out: Annotated[Path | None, Parameter(help="Directory for the files (default: the run's own).")] = None,
    json: Annotated[Json, Parameter(help="Print the list or the files' paths as JSON.")] = False,
) -> int:
    """Export a meeting for spreadsheets, Praat, ELAN, CLAN, Audacity, Perfetto or media players."""
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.cli.export import export_run  # noqa: PLC0415 - the journal comes with it

    return export_run(run, formats, out=out, as_json=json)


def _edges(imports: tuple[str, ...]) -> Edges:
    """The edges of a meeting that runs again, with permission for these policies."""
    from trialogue.speech import limit_threads  # noqa: PLC0415 - before numpy is loaded

    limit_threads()
    from trialogue.meeting.edges import Edges  # noqa: PLC0415 - a meeting comes with it
    from trialogue.tools.permissions import Permissions  # noqa: PLC0415 - likewise

    return Edges(permissions=Permissions(imports=imports))
