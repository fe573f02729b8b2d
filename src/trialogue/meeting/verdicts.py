"""Verdicts on meetings that were held: what a run's result says, and what its journal says of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import cattrs
import orjson

from trialogue.brain.words.transcript import utterances
from trialogue.journal.reader import Reading
from trialogue.meeting.outputs import RESULT, judged
from trialogue.meeting.resumption import last_words
from trialogue.model.expectations import Expectations, Findings
from trialogue.report.cast import with_everybody
from trialogue.report.result import Result, Run, result

_CONVERTER: Final = cattrs.Converter()


def verdict_of(folder: Path) -> Findings | None:
    """What a run's `result.json` says of its expectations; None where it says nothing of any."""
    try:
        told: object = orjson.loads((folder / RESULT).read_bytes())
    except (OSError, ValueError):
        return None  # a run that was killed has none; whoever reads the result itself tells of damage
    found = cast("dict[str, object]", told).get("expectations") if isinstance(told, dict) else None
    if not isinstance(found, dict):
        return None
    try:
        return _CONVERTER.structure(found, Findings)
    except cattrs.BaseValidationError:
        return None  # of another version: its page shows the rest


def judge_run(reading: Reading, expected: Expectations) -> Result:
    """The result of a run by its journal alone, judged by these expectations."""
    records = (*reading, *last_words(reading))
    plan = with_everybody(reading.header.plan, records)
    outcome = result(plan, records, utterances(records), Run(clock=reading.header.clock.value))
    return judged(outcome, records, expected)
