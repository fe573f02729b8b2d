"""Journals that earlier rules decided: read, measured and shown as ever; never decided again."""

import shutil
from pathlib import Path

import pytest

from trialogue.brain.meeting import Brain
from trialogue.brain.words.transcript import utterances
from trialogue.errors import OtherRules
from trialogue.journal import read
from trialogue.journal.verify import verify
from trialogue.meeting.resumption import open_resumption
from trialogue.model.records import RULES
from trialogue.report.result import Run, result

KEPT = sorted((Path(__file__).parent / "kept").glob("rules-*-*.jsonl"))


def kept_ids(path):
    return path.stem


@pytest.fixture(params=KEPT, ids=kept_ids)
def old(request, tmp_path):
    """An old journal, where a run would have it."""
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(request.param, run / "journal.jsonl")
    return run / "journal.jsonl"


def test_there_are_some():
    """Kept journals of old rules include agents by text and by ear, tools and a person."""
    assert {kept_ids(path) for path in KEPT} >= {
        "rules-1-edge-cache",
        "rules-1-people",
        "rules-2-unknown-named",
        "rules-3-unspoken",
        "rules-4-no-words-after-a-filler",
        "rules-5-late-warning",
        "rules-6-numbers-in-words",
    }


def test_it_is_read_whole(old):
    """A journal of earlier rules is read without problems, and its header names its rules."""
    reading = read(old)
    records = tuple(reading)
    assert reading.header.rules < RULES == 7
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert reading.problems == []


def test_it_is_measured_and_its_words_are_told(old):
    """A journal of earlier rules has its transcript and its measures."""
    reading = read(old)
    records = tuple(reading)
    heard = utterances(records)
    assert all(each.heard for each in heard)
    assert [each.turn for each in heard] == sorted(each.turn for each in heard)
    measured = result(reading.header.plan, records, heard, Run(clock="virtual"))
    assert measured.reason == reading.end.reason
    assert measured.measures.duration_s > 0


def test_it_is_not_decided_again(old):
    """Verifying a journal of other rules is an error of its own, with exit code 5, and no divergence."""
    with pytest.raises(
        OtherRules, match=r"was decided by rules [123456], not by the current rules 7"
    ) as refused:
        verify(old, Brain)
    assert refused.value.exit_code == 5


def test_it_is_not_gone_on_with(old):
    """Resuming a run of other rules is refused in words."""
    with pytest.raises(OtherRules, match="not verified or resumed"):
        open_resumption(old.parent, policies={"unk_policy:choose": print}, allow_changed_scenario=True)
