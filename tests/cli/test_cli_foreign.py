"""`trialogue report` of an RTTM file: somebody else's meeting, measured as one's own."""

import json
from pathlib import Path

from trialogue.cli import main

AMI = Path(__file__).parents[1] / "report" / "ami" / "IS1008a.rttm"


def run(capsys, *words):
    code = main(["report", *map(str, words)])
    return code, capsys.readouterr()


def test_figures_of_a_real_meeting_are_printed(capsys):
    code, said = run(capsys, AMI)
    assert code == 0
    assert "floor transfer 0.36 s (n=91)" in said.out
    assert "unfinished" not in said.out


def test_measures_are_printed_as_json(capsys):
    code, said = run(capsys, AMI, "--json")
    document = json.loads(said.out)
    assert (code, document["kind"], document["name"]) == (0, "measures", "IS1008a")
    assert document["measures"]["timing"]["transfer"]["n"] == 91


def test_a_file_that_is_none_is_told_in_one_line(capsys, tmp_path):
    wrong = tmp_path / "x.rttm"
    wrong.write_text("SPEAKER x 1 a b\n", "utf-8")
    code, said = run(capsys, wrong)
    assert code == 4
    assert "is no RTTM: line 1 is no SPEAKER line" in said.err
    code, said = run(capsys, tmp_path / "none.rttm")
    assert code == 4
    assert "No such file" in said.err


def test_a_folder_of_meetings_stands_beside_what_was_published(capsys):
    code, said = run(capsys, AMI.parent)
    assert code == 0
    assert said.out.splitlines()[1].split()[:2] == ["ES2011a", "106"]
    assert "published: overlaps: 41 to 43 %" in said.out
    code, said = run(capsys, AMI.parent, "--json")
    assert json.loads(said.out)["all"]["n"] == 475
