"""The files of a run that are made after its end, from its records: transcripts and `result.json`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson
from attrs import evolve

from trialogue.diagnostics import Log
from trialogue.errors import JournalError, MeetingStopped
from trialogue.expect import HeldRecords, judge
from trialogue.journal.reader import read
from trialogue.journal.records import EPOCH, HeaderClock, on_local_clock
from trialogue.meeting.folder import write_private
from trialogue.meeting.resumption import CLIPS
from trialogue.meeting.stage import Stage
from trialogue.model.expectations import NOTHING_EXPECTED, Advice, Expectations, Findings, Kind
from trialogue.model.json_text import write_json
from trialogue.model.records import Record
from trialogue.model.secrets import Secrets
from trialogue.model.text import steerless_json
from trialogue.report import EXPORTS, KEPT, HeldMeeting, Result, Run, result
from trialogue.report.cast import with_everybody
from trialogue.report.shortfall import Shortfall, shortfall
from trialogue.values import frozen

RESULT: Final = "result.json"

SIGNAL_CODES: Final = {"interrupted": 130, "terminated": 143, "hung-up": 129}
"""Exit codes of a command whose meeting ended by a signal: 128 and the signal's number."""

EXIT_CODES = {
    **SIGNAL_CODES,
    "refused": 3,
    "all-failed": 3,
}
"""Exit codes of a command by a meeting's end; 0 for all other reasons."""

SHORTFALL_CODES = {Shortfall.UNSPOKEN: 3, Shortfall.UNRECORDED: 4}
"""Exit codes for a shortfall: as for a refusal, and as for a lost file."""

VERDICT_CODES: Final[Mapping[Kind, int]] = {"behaviour": 1, "infrastructure": 7, "timing": 6}
"""Exit codes for unmet expectations: the first that applies."""

FAILURES = frozenset({"journal-failed", "brain-failed", "actor-failed"})
"""Ends without a decision: the meeting raises its failure; its files hold what is known."""

diagnostics: Final = Log("trialogue.outputs")


@frozen
class MeetingResult:
    """Outcome of a meeting, and its folder."""

    result: Result
    """Result, as in `result.json`: reason, measures, failures."""

    folder: Path
    """The run's directory."""

    machine_s: float
    """Seconds of real time that the meeting itself took, without loading."""

    shortfall: Shortfall | None = None
    """Shortfall of a meeting with an ordinary end; None for none."""

    @property
    def exit_code(self) -> int:
        """Exit code of the meeting: from its end, its incomplete files, its expectations, or 0."""
        by_reason = EXIT_CODES.get(self.result.reason, 0)
        by_shortfall = SHORTFALL_CODES[self.shortfall] if self.shortfall else 0
        return by_reason or by_shortfall or verdict_code(self.result.expectations)

    def check_whole(self) -> None:
        """Check that the meeting was not ended by a signal; raises `MeetingStopped` if it was."""
        code = SIGNAL_CODES.get(self.result.reason)
        if code is not None:
            raise MeetingStopped("the meeting was stopped, so it is not compared", exit_code=code)


def verdict_code(verdict: Findings | None) -> int:
    """Exit code by a meeting's expectations; 0 where all were met."""
    if verdict is not None and verdict.unjudged:
        return VERDICT_CODES["infrastructure"]
    kinds = verdict.kinds if verdict is not None else frozenset[Kind]()
    return next((code for kind, code in VERDICT_CODES.items() if kind in kinds), 0)


def write_outputs(stage: Stage, advice: tuple[Advice, ...] = ()) -> MeetingResult:
    """Write the transcripts and the result of a meeting that has ended, with a model's advice on it."""
    machine_s = time.perf_counter() - stage.began
    records = tuple(read(stage.folder / "journal.jsonl"))
    plan = with_everybody(stage.brain.plan, records)
    started = None if stage.started == EPOCH else on_local_clock(stage.started)
    held = HeldMeeting(plan, stage.brain.utterances(), records, started)
    virtual = stage.journal.header.clock is HeaderClock.VIRTUAL
    run = Run(
        clock="virtual" if virtual else "real",
        speed=round(stage.sequencer.ended_at / machine_s, 2) if virtual else None,
        files=files_of(stage.folder),
        reason=stage.end_reason if stage.end_reason in FAILURES else None,
        expected=stage.resolved.expectations,
        advice=advice,
    )
    outcome = write_files(held, run, stage.folder, stage.secrets)
    return MeetingResult(outcome, stage.folder, machine_s, shortfall(plan, records))


def write_files(held: HeldMeeting, run: Run, folder: Path, secrets: Secrets) -> Result:
    """Write the transcripts and the result into a run's directory."""
    for each in EXPORTS.values():
        if each.is_kept:
            write_private(folder / each.file, each.content(held), secrets)
    outcome = judged(result(held.plan, held.records, held.utterances, run), held.records, run.expected)
    if run.advice and outcome.expectations is not None:
        outcome = evolve(outcome, expectations=evolve(outcome.expectations, advice=run.advice))
    document = steerless_json(write_json(outcome.document(), orjson.OPT_INDENT_2))
    write_private(folder / RESULT, document, secrets)
    return outcome


def judged(outcome: Result, records: Sequence[Record], expected: Expectations) -> Result:
    """Result with its expectations checked; unchanged without any."""
    if expected == NOTHING_EXPECTED:
        return outcome
    return evolve(outcome, expectations=judge(expected, HeldRecords(records, outcome)))


def files_of(folder: Path) -> tuple[str, ...]:
    """Files of a run's directory at the end, by their paths in it."""
    return ("journal.jsonl", "manifest.json", "scenario.yaml", *_sounds(folder), *KEPT, RESULT)


def write_what_can_be(stage: Stage) -> None:
    """Write the same files for a failed meeting; a full disk may take none of them, or a part."""
    try:
        write_outputs(stage)
    except JournalError as error:
        diagnostics.warning("the outputs could not be written", error=str(error))


def _sounds(folder: Path) -> list[str]:
    """Files of sound: recordings, and files that were played."""
    found = [*(folder / "audio").glob("*.wav"), *(folder / CLIPS).glob("*")]
    return sorted(path.relative_to(folder).as_posix() for path in found)
