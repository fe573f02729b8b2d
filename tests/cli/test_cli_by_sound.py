"""`trialogue report RUN --by-sound`: both reckonings of a meeting, side by side."""

import json
import re
import shutil
from pathlib import Path

import pytest

from trialogue.cli.by_sound import print_by_sound
from trialogue.cli.report import print_report
from trialogue.errors import SetupError
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines

SMALLEST = Path(__file__).parents[2] / "scenarios" / "smallest.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose voices are tones from their first to their last sample."""
    folder = tmp_path_factory.mktemp("by-sound") / "run"
    scenario = prepare(SMALLEST, Overrides(clock=Clock.VIRTUAL))
    return run_meeting(scenario, out=folder, edges=Edges(engines=murmuring_engines())).folder


def test_both_are_told_with_their_difference(run, capsys):
    """`report --by-sound` of a simulated run shows both measurements, which agree."""
    assert print_by_sound(run, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "records       sound   difference" in shown
    assert "spoken by tech" in shown
    assert "ms apart" in shown


def test_as_json_it_has_both_whole(run, capsys):
    """The JSON has both measurements in full, and whether they agree."""
    print_by_sound(run, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "by-sound"
    assert told["records"]["transfer"]["n"] == 4
    loud, known = (told[each]["spoken_s"]["tech"] for each in ("sound", "records"))
    assert known - 0.8 < loud <= known  # a murmur is silent between its sentences
    assert told["agrees"] == (abs(told["apart_s"]) <= 0.05)


def test_a_report_has_the_second_reckoning_where_sound_is(run, capsys, tmp_path):
    """`report` compares with the recordings where there are any."""
    assert print_report(run, as_json=False) == 0
    assert re.search(
        r"^  by sound  floor transfer \S+ s \(\S+ s\); overlap", capsys.readouterr().out, re.MULTILINE
    )
    print_report(run, as_json=True)
    assert json.loads(capsys.readouterr().out)["by_sound"]["records"]["transfer"]["n"] == 4
    shutil.copy(run / "journal.jsonl", tmp_path)
    print_report(tmp_path, as_json=False)
    assert "by sound" not in capsys.readouterr().out
    print_report(tmp_path, as_json=True)
    assert json.loads(capsys.readouterr().out)["by_sound"] is None


def test_a_recording_that_cannot_be_read_takes_no_report(run, capsys, tmp_path):
    """`report` with an unreadable recording has the journal's figures, and why the others are missing."""
    shutil.copy(run / "journal.jsonl", tmp_path)
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "tech.wav").write_bytes(b"no sound" * 20)
    assert print_report(tmp_path, as_json=False) == 0
    told = capsys.readouterr()
    assert "failures" in told.out
    assert "the recordings were not measured" in told.err


def test_a_run_without_recordings_has_no_second_reckoning(run, tmp_path):
    """`report --by-sound` of a run without recordings is an error that says so."""
    shutil.copy(run / "journal.jsonl", tmp_path)
    with pytest.raises(SetupError, match="has no recordings"):
        print_by_sound(tmp_path, as_json=False)
