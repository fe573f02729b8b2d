"""The scenario in a run's directory: an old one may have keys without effect, which are refused elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialogue.errors import ScenarioError
from trialogue.scenario import check, load, prepare, resolve
from trialogue.scenario.joining import with_seat

OLD = """\
trialogue: 1
name: old
cast:
  ann: {via: deepgram, prompt: You are Ann., speak: {model: aura-2-thalia-en, voice: cleo}}
  ben: {lines: [Hi.], restart: {when: never, max: 3}}
expect:
  at_end:
    - {turns: {min: 1}, by: ben}
    - {participant: ben, event: heard, nth: 2}
"""
TOLD = [
    "cast.ben.restart.max: has no effect with when: never, which retries nothing",
    "expect.at_end[0].by: has no effect beside turns: to measure ben alone, name it in each",
    (
        "expect.at_end[1].nth: has no effect under at_end, which counts all occurrences: "
        "write how often it happens"
    ),
    "cast.ann.speak.voice: deepgram has no voice: write model: cleo",
]


@pytest.fixture
def of_run(tmp_path):
    """A scenario in the directory of a run."""
    (tmp_path / "journal.jsonl").touch()
    file = tmp_path / "scenario.yaml"
    file.write_text(OLD)
    return file


def test_what_has_no_effect_is_noted_in_a_runs_own_file(of_run):
    """A run's own scenario with keys without effect is read in every way, with notes."""
    assert check(of_run) == []
    assert [each for each in prepare(of_run).notes if each in TOLD] == TOLD
    assert resolve(load(of_run)).document == prepare(of_run).document


def test_the_same_file_is_refused_anywhere_else(of_run):
    """An author's scenario with keys without effect is refused."""
    (of_run.parent / "journal.jsonl").unlink()
    told = [each.text for each in check(of_run)]
    assert told == [each.partition(": ")[2] for each in TOLD[:3]]
    with pytest.raises(ScenarioError):
        prepare(of_run)


def test_other_faults_of_a_runs_file_are_told(of_run):
    """A run's own scenario with an unknown key is refused like any other."""
    of_run.write_text(OLD.replace("lines:", "lnies:"))
    assert [each.code.value for each in check(of_run)] == ["E-KEY-UNKNOWN"]


def test_somebody_who_joins_an_old_meeting_is_checked_as_an_author_s(of_run):
    """A new seat in an old meeting is checked strictly, and the seats of the run are not."""
    resolved = prepare(of_run)
    assert with_seat(resolved, "cleo", {"lines": ["Hi."]}).participant.name == "cleo"
    with pytest.raises(ScenarioError, match=r"cast\.cleo\.restart\.within: has no effect"):
        with_seat(resolved, "cleo", {"lines": ["Hi."], "restart": {"max": 0, "within": "2m"}})


def test_a_scenario_beside_a_journal_is_a_runs_only_by_its_name(of_run):
    """An author's own file in a run's directory is checked strictly."""
    other = Path(of_run.parent / "mine.yaml")
    other.write_text(OLD)
    assert len(check(other)) == 3
