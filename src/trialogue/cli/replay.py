"""`trialogue replay` and `watch`: a journal printed at once, played back, or followed while it grows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import asdict, evolve

from trialogue.cli.verify import tell_problems
from trialogue.cli.view_screens import note, open_screen, put_json, show, writing
from trialogue.cli.view_story import Sort, Story, StoryMoment
from trialogue.cli.view_story_lines import Seating, StoryLines
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.lock import is_written
from trialogue.journal.reader import Reading, read
from trialogue.journal.repair import CRASHED
from trialogue.model.commands import GrantFloor
from trialogue.model.records import Record
from trialogue.report.cast import with_everybody
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.cli.view_watcher import Viewed
    from trialogue.devices.driver import Driver

_TIME: Final = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")
_TURN: Final = re.compile(r"turn\s*(\d{1,18})", re.IGNORECASE)


@frozen
class Played:
    """Options for playback of a run."""

    speed: str | None = None
    """Factor of real time, or `max`; None to print all at once."""

    start: str = "0"
    """Beginning: seconds, `M:SS`, `H:MM:SS`, or `turn N`."""

    audio: bool = False
    """Whether its sound is played, too."""


def print_transcript(run: Path, *, as_json: bool, start: str = "0", steps: bool = False) -> int:
    """Print what was heard and when, in order; problems of the journal follow at the end."""
    reading = read(journal_of(run))
    if as_json:
        from trialogue.brain.words.transcript import utterances  # noqa: PLC0415 - only for JSON

        heard = utterances(to_the_end(reading))
        put_json([{**asdict(each), "was_cut": each.was_cut} for each in heard])
        tell_problems(reading.problems)
        return 0
    plan, start_s = with_everybody(reading.header.plan, reading), _start_s(start, reading)
    story_lines = StoryLines(Seating(plan))
    moments = sorted(_moments(reading, Story(plan)), key=lambda moment: moment.at)
    for moment in moments:
        if moment.at < start_s:
            continue
        show([story_lines.line(moment)])
        if steps and not sys.stdin.readline():
            break
    tell_problems(reading.problems)
    return 0


def play_run(run: Path, played: Played, driver: Driver | None = None) -> int:
    """Play a meeting back in the live view, at any speed; SetupError for a start that does not exist."""
    from trialogue.cli.view_playback import Playback  # noqa: PLC0415 - numpy, for levels

    reading = read(journal_of(run))
    records = tuple(to_the_end(reading))
    plan = reading.header.plan
    last_s = records[-1].at if records else 0.0
    start_s, audio = min(_start_s(played.start, records), last_s), reading.path.parent / "audio"
    with ExitStack() as closing:
        playback = Playback(plan, records, audio, _speed(played), start_s)
        if played.audio:
            from trialogue.devices.driver import open_driver  # noqa: PLC0415 - a package of an extra
            from trialogue.devices.player import RecordingPlayer  # noqa: PLC0415 - likewise
            from trialogue.report.recordings import parts_of  # noqa: PLC0415 - numpy

            player = RecordingPlayer(driver or open_driver(), parts_of(audio, "mix"), start_s)
            closing.callback(player.close)
            playback = evolve(playback, begin=player.start)
        _watch(playback)
    tell_problems(reading.problems)
    return 0


def watch_run(run: Path) -> int:
    """Show a meeting that another process runs, until it ends or that process is gone."""
    from trialogue.cli.view_playback import GrowingRun  # noqa: PLC0415 - numpy, for levels
    from trialogue.journal.following import Following  # noqa: PLC0415 - only for a journal that grows

    path = journal_of(run)
    following = Following(path)
    _watch(GrowingRun(following, lambda: is_written(path)))
    if following.end is None:
        note("no process writes this journal, and it was never closed")
    return 0


def _watch(meeting: Viewed) -> None:
    """Show the meeting on this terminal; Ctrl-C and a closed output stop watching."""
    import trio  # noqa: PLC0415 - only to watch in real time

    from trialogue.cli.view_watcher import Watcher  # noqa: PLC0415 - likewise
    from trialogue.supervise import lone_error  # noqa: PLC0415 - likewise

    watcher = Watcher(open_screen(is_shown=True), is_virtual=False, goes_on_unseen=False)
    with writing(), lone_error():
        trio.run(watcher, meeting)


def _speed(played: Played) -> float:
    try:
        speed = float(played.speed or 1)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise SetupError(f"--speed takes a factor such as 2 or 0.5, or max, not {played.speed!r}")
    if played.audio and speed != 1:
        raise SetupError("--audio plays in real time: leave out --speed")
    return speed


def _start_s(start: str, records: Iterable[Record]) -> float:
    """A place in a meeting, in seconds; SetupError for an invalid or unknown place."""
    if found := _TURN.fullmatch(start.strip()):
        turn = int(found[1])
        granted = (
            record.at
            for record in records
            for command in record.commands
            if isinstance(command, GrantFloor) and command.turn == turn
        )
        at = next(granted, None)
        if at is None:
            raise SetupError(f"the meeting has no turn {turn}")
        return at
    if found := _TIME.fullmatch(start.strip()):
        hours, minutes, seconds = (float(each or 0) for each in found.groups())
        return 3600 * hours + 60 * minutes + seconds
    raise SetupError(f"--from takes seconds, M:SS, H:MM:SS or 'turn N', not {start!r}")


def _moments(reading: Reading, story: Story) -> Iterator[StoryMoment]:
    """Moments that were heard, in order; without sentences that a crash cut off."""
    for record in to_the_end(reading):
        story.take(record)
        yield from story.due(record.at)
    was_closed = reading.end is not None and reading.end.reason != CRASHED
    for moment in story.due(float("inf")):
        if moment.kind is not Sort.SAID or not was_closed:
            yield moment


def to_the_end(reading: Reading) -> Iterator[Record]:
    """The records, plus an end for each playout that a crash cut off."""
    yield from reading
    if reading.end is None or reading.end.reason == CRASHED:
        from trialogue.meeting.resumption import last_words  # noqa: PLC0415 - only after a crash

        yield from last_words(evolve(reading))
