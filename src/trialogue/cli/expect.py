"""`trialogue expect`: checks a scenario's expectations on a finished run, by its journal alone."""

from __future__ import annotations

from pathlib import Path

from attrs import asdict, evolve

from trialogue.cli.verify import tell_problems
from trialogue.cli.view_screens import note, put_json, show
from trialogue.cli.view_verdict import verdict_lines
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of, scenario_of
from trialogue.journal.reader import read
from trialogue.meeting.judging import advise_on, judge_run
from trialogue.meeting.outputs import verdict_code
from trialogue.model.expectations import NOTHING_EXPECTED, Findings
from trialogue.report.result import rounded
from trialogue.scenario.resolve import prepare


def expect_of_run(run: Path, scenario: Path | None, hosts: tuple[str, ...], *, as_json: bool) -> int:
    """Check a run against the expectations of a scenario (None: the run's own); returns the exit code.

    If the scenario's judge names a model, the model is asked; it must be on this machine or one of `hosts`.

    Raises `ScenarioError` for an invalid scenario, `SetupError` for one without expectations, and
    `JournalError` for a damaged journal.
    """
    reading = read(journal_of(run))
    file = scenario_of(reading.path.parent) if scenario is None else scenario
    resolved = prepare(file)
    for each in resolved.noted:
        note(f"{file}: note: {each}")
    expected = resolved.expectations
    if expected == NOTHING_EXPECTED:
        raise SetupError(f"{file} has no expectations: the key expect is missing")
    verdict = judge_run(reading, expected).expectations or Findings(0)
    advice = advise_on(reading, resolved, hosts) if expected.questions else ()
    verdict = evolve(verdict, advice=advice or verdict.advice)
    code = verdict_code(verdict)
    if as_json:
        put_json({"trialogue": 1, "kind": "verdict", **_plain(verdict), "exit_code": code})
    else:
        show(list(verdict_lines(verdict, resolved.places.line_of)))
    tell_problems(reading.problems)
    return code


def _plain(verdict: Findings) -> dict[str, object]:
    return {name: rounded(value) for name, value in asdict(verdict).items()}
