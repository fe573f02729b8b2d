"""Results of expectations on finished meetings: from a run's result, or from its journal."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import cattrs
import trio
from attrs import evolve

from trialogue.brain.words.transcript import utterances
from trialogue.expect.unjudged import MASKED, reads_words
from trialogue.journal.reader import Reading
from trialogue.meeting.advising import advice_on
from trialogue.meeting.endpoints import why_forbidden
from trialogue.meeting.outputs import RESULT, judged
from trialogue.meeting.resumption import last_words
from trialogue.model.expectations import Advice, Expectations, Findings
from trialogue.model.json_text import read_json
from trialogue.model.records import Record
from trialogue.regular_files import read_regular
from trialogue.report.cast import with_everybody
from trialogue.report.result import Result, Run, result
from trialogue.scenario.resolve import Resolved

_CONVERTER: Final = cattrs.Converter()

RESULT_MIB: Final = 64
"""MiB of a `result.json` at most."""


def verdict_of(folder: Path) -> Findings | None:
    """Findings on a run's expectations from its `result.json`; None where it has none."""
    found = _result_in(folder).get("expectations")
    if not isinstance(found, dict):
        return None
    try:
        return _CONVERTER.structure(found, Findings)
    except cattrs.BaseValidationError:
        return None  # from another version: its page shows the rest


def reason_of(folder: Path) -> str | None:
    """Reason for a meeting's end from its run's `result.json`; None where it has none."""
    reason = _result_in(folder).get("reason")
    return reason if isinstance(reason, str) else None


def _result_in(folder: Path) -> dict[str, object]:
    """A run's `result.json`; empty where it is missing (a killed run) or damaged (its readers report it)."""
    try:
        told: object = read_json(read_regular(folder / RESULT, RESULT_MIB))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, object]", told) if isinstance(told, dict) else {}


def judge_run(reading: Reading, expected: Expectations) -> Result:
    """Result of a run from its journal alone, with these expectations checked.

    If one of them is about words, and the journal is redacted, none is judged.
    """
    records = _records(reading)
    plan = with_everybody(reading.header.plan, records)
    outcome = result(plan, records, utterances(records), Run(clock=reading.header.clock.value))
    if reading.header.redacted and reads_words(expected):
        return evolve(outcome, expectations=Findings(expected.count, unjudged=MASKED))
    return judged(outcome, records, expected)


def advise_on(reading: Reading, resolved: Resolved, hosts: tuple[str, ...]) -> tuple[Advice, ...]:
    """Answers of the scenario's model about a finished run, in real time; the model may also be at `hosts`.

    Each question is skipped, with the reason, where its host is not permitted or the journal is redacted.
    """
    expect = resolved.document.expect
    judge = expect.judge if expect else None
    wrong = why_forbidden(judge.endpoint.url, hosts) if judge and judge.endpoint else ""
    if reading.header.redacted:
        wrong = MASKED
    if wrong:
        return tuple(Advice(each.place, "skipped", wrong) for each in resolved.expectations.questions)
    return trio.run(advice_on, resolved, utterances(_records(reading)))


def _records(reading: Reading) -> tuple[Record, ...]:
    return (*reading, *last_words(reading))
