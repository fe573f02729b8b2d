"""`trialogue scenario-from`: makes a scenario of a run, or of a meeting recorded by another tool."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from trialogue.cli.verify import tell_problems
from trialogue.cli.view_screens import put, put_json
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import first_difference
from trialogue.meeting.run import run_meeting
from trialogue.meeting.scenario_from import retell, who_moved
from trialogue.meeting.scenario_from.foreign import is_foreign, named, read_whole, slug
from trialogue.meeting.scenario_from.people_again import agreement, retell_sound, speech_of
from trialogue.meeting.scenario_from.words_again import cues_told, retell_cues, utterances_of
from trialogue.model.clock_time import clock
from trialogue.report.exports import HeldMeeting
from trialogue.report.foreign import read_cues
from trialogue.report.stretches import Stretch, stretches
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.values import frozen

__all__ = ["MadeScenario", "print_scenario_from"]

SAME: Final = "the same turns in the same order"
ENOUGH: Final = 0.8
"""Least share of people's speech that must be heard at its times: any detector misses quiet words."""


LONGEST_CHECK_S: Final = 100 * 3600.0
"""Longest meeting that `--check` holds again, in seconds: minutes of computing."""


@frozen
class MadeScenario:
    """Options for the scenario that is made from a recorded meeting."""

    out: Path | None = None
    """File of the scenario; None for one in a new folder."""

    sound: Path | None = None
    """Recording of a meeting from another tool, or a folder with one for each speaker."""

    check: bool = False
    """Whether the scenario is held and compared."""

    as_json: bool = False
    """Whether the output is JSON."""


def print_scenario_from(meeting: Path, wanted: MadeScenario, edges: Edges) -> int:
    """Write the scenario of a meeting; with `check`, run it and print the first difference."""
    if is_foreign(meeting):
        return _print_foreign(meeting, wanted, edges)
    if wanted.sound is not None:
        raise SetupError(
            "--sound is only for RTTM, WebVTT, TextGrid and CHAT files: a run has its own recordings"
        )
    reading = read(journal_of(meeting))
    path = retell(reading, wanted.out or Path(f"{reading.header.plan.name}-again") / "scenario.yaml")
    differs: str | None = None
    if wanted.check:
        differs = _run_differs(held_meeting(reading), _held(path, edges))
    _tell(wanted, path, differs, SAME)
    tell_problems(reading.problems)
    return 0 if differs is None else 1


def _run_differs(then: HeldMeeting, now: HeldMeeting) -> str | None:
    """The first turn that differs, with a note if participants came or left in the run."""
    found = first_difference(then.utterances, now.utterances)
    if found is None or not (names := who_moved(then.records)):
        return None if found is None else str(found)
    return (
        f"{found}; in the recorded meeting, {', '.join(names)} came or left, but "
        "in the scenario all stay "
        "to the end"
    )


def _print_foreign(file: Path, wanted: MadeScenario, edges: Edges) -> int:
    """Make people from the sound if there is any, else agents from the words."""
    path = wanted.out or Path(f"{slug(file.stem)}-again") / "scenario.yaml"
    sound = wanted.sound or _beside(file)
    if wanted.check:
        _check_length(file)
    if sound is not None:
        retell_sound(file, path, sound)
        differs, same = _people_differ(file, path, edges) if wanted.check else (None, SAME)
    elif file.suffix.lower() == ".vtt":
        retell_cues(file, path)
        differs, same = (_words_differ(file, path, edges) if wanted.check else None), SAME
    else:
        raise SetupError(f"{file} has no words: give its recording with --sound")
    _tell(wanted, path, differs, same)
    return 0 if differs is None else 1


def _check_length(file: Path) -> None:
    """Raise SetupError for a meeting that is too long to hold again."""
    last_s = max(each.end_s for each in speech_of(file))
    if last_s > LONGEST_CHECK_S:
        raise SetupError(
            f"{file} ends after {clock(last_s)}: --check holds a meeting of at most "
            f"{clock(LONGEST_CHECK_S)} again; leave it out"
        )


def _beside(file: Path) -> Path | None:
    """The recording of the same name."""
    found = (file.with_suffix(ending) for ending in (".wav", ".flac"))
    return next((each for each in found if each.is_file()), None)


def _people_differ(file: Path, path: Path, edges: Edges) -> tuple[str | None, str]:
    """Agreement of people's speech in the new run: the difference, or None, and the figures in words."""
    heard = speech_of(file)
    names = named(each.participant for each in heard)
    then = [Stretch(names[each.participant], None, each.start_s, each.end_s) for each in heard]
    found = agreement(then, stretches(_held(path, edges).records))
    told = f"{found.heard:.0%} of the speech is heard at its recorded times; {found.more:.0%} is additional"
    return (told if found.heard < ENOUGH else None), told


def _words_differ(file: Path, path: Path, edges: Edges) -> str | None:
    then = utterances_of(cues_told(read_whole(file, read_cues)))
    found = first_difference(then, _held(path, edges).utterances)
    return None if found is None else str(found)


def _held(path: Path, edges: Edges) -> HeldMeeting:
    """The meeting of a scenario, from the journal of a new run."""
    with tempfile.TemporaryDirectory(prefix="trialogue-") as folder:
        held = run_meeting(prepare(path, Overrides()), out=Path(folder) / "run", edges=edges.of_a_retold_run)
        held.check_whole()
        return held_meeting(read(held.folder / "journal.jsonl"))


def _tell(wanted: MadeScenario, path: Path, differs: str | None, same: str) -> None:
    if wanted.as_json:
        told = {"scenario": str(path), "checked": wanted.check, "differs": differs}
        put_json(told | ({"held": same} if wanted.check and differs is None else {}))
        return
    put(str(path))
    if wanted.check:
        put(f"check: {differs or same}")
