"""`trialogue report` of an RTTM file: somebody else's meeting, measured as one's own."""

import json
from pathlib import Path

import pytest

from trialogue.cli import main

AMI = Path(__file__).parents[1] / "report" / "ami" / "IS1008a.rttm"


FILES = {
    "a.rttm": "SPEAKER a 1 0.5 2 <NA> <NA> ann <NA> <NA>\n",
    "a.TextGrid": 'File type = "ooTextFile"\nObject class = "TextGrid"\n'
    '0 3 <exists> 1 "IntervalTier" "ann" 0 3 1 0.5 2.5 "one two"',
    "a.cha": "@UTF8\n@Begin\n*ann:\tone two . \x15500_2500\x15\n@End\n",
    "a.vtt": "WEBVTT\n\n00:00.500 --> 00:02.500\n<v ann>One, two - three &amp; four.</v>\n\n"
    "00:03.000 --> 00:04.000\n<v bob>-</v>\n",
}
"""A stretch of two seconds of Ann's, in each format."""


def run(capsys, *words):
    code = main(["report", *map(str, words)])
    return code, capsys.readouterr()


def test_figures_of_a_real_meeting_are_printed(capsys):
    """`report` of a corpus file prints the measures of that meeting."""
    code, said = run(capsys, AMI)
    assert code == 0
    assert "floor transfer 0.36 s (n=91)" in said.out
    assert "unfinished" not in said.out


def test_measures_are_printed_as_json(capsys):
    """`report --json` of a foreign meeting has its measures for programs."""
    code, said = run(capsys, AMI, "--json")
    document = json.loads(said.out)
    assert (code, document["kind"], document["name"]) == (0, "measures", "IS1008a")
    assert document["measures"]["timing"]["transfer"]["n"] == 91


@pytest.mark.parametrize("name", ["a.rttm", "a.TextGrid", "a.cha"])
def test_unknown_figures_of_a_file_are_not_zero(capsys, tmp_path, name):
    """Figures that a foreign file cannot give, such as latency, are unknown and not 0."""
    (tmp_path / name).write_text(FILES[name], "utf-8")
    code, said = run(capsys, tmp_path / name)
    assert code == 0
    (row,) = [line.split() for line in said.out.splitlines() if line.startswith("  Ann")]
    assert row[-3:] == ["-", "-", "-"]
    measured = json.loads(run(capsys, tmp_path / name, "--json")[1].out)["measures"]
    ann = measured["participants"][0]
    assert (ann["spoken_s"], ann["words"], ann["words_per_minute"], ann["interruptions"]) == (2, *[None] * 3)
    assert {measured[each] for each in ("floor", "sessions", "latency", "selectivity")} == {None}


@pytest.mark.parametrize("name", ["a.rttm", "a.TextGrid", "a.cha", "a.vtt"])
@pytest.mark.parametrize(("who", "shown"), [("McKay_DJ", "McKay_DJ"), ("tech_lead", "Tech lead")])
def test_capitals_of_names_stay(capsys, tmp_path, name, who, shown):
    """A speaker has the name by which the file's people know them."""
    (tmp_path / name).write_text(FILES[name].replace("ann", who), "utf-8")
    code, said = run(capsys, tmp_path / name)
    assert code == 0
    assert any(line.startswith(f"  {shown} ") for line in said.out.splitlines())


def test_words_of_captions_are_counted(capsys, tmp_path):
    """`report` of a file with captions counts each speaker's words."""
    (tmp_path / "a.vtt").write_text(FILES["a.vtt"], "utf-8")
    measured = json.loads(run(capsys, tmp_path / "a.vtt", "--json")[1].out)["measures"]
    told = [(each["name"], each["words"], each["words_per_minute"]) for each in measured["participants"]]
    assert told == [("ann", 4, 120), ("bob", None, None)]


def test_a_file_that_is_none_is_told_in_one_line(capsys, tmp_path):
    """`report` of an unreadable transcript prints one line and no traceback."""
    wrong = tmp_path / "x.rttm"
    wrong.write_text("SPEAKER x 1 a b\n", "utf-8")
    code, said = run(capsys, wrong)
    assert code == 4
    assert "is not a valid RTTM file: line 1 is not an RTTM SPEAKER line" in said.err
    code, said = run(capsys, tmp_path / "none.rttm")
    assert code == 4
    assert "No such file" in said.err


def test_a_folder_of_meetings_stands_beside_what_was_published(capsys):
    """`report` of a folder shows the corpus's figures beside the published ones."""
    code, said = run(capsys, AMI.parent)
    assert code == 0
    assert said.out.splitlines()[1].split()[:2] == ["ES2011a", "106"]
    assert "published: overlaps: 41 to 43 %" in said.out
    code, said = run(capsys, AMI.parent, "--json")
    assert json.loads(said.out)["all"]["n"] == 475


def test_files_of_a_folder_that_differ_in_their_endings_are_all_measured(tmp_path, capsys):
    """Two files of one stem are two meetings, by their whole names; another keeps its stem."""
    turns = "SPEAKER a 1 {} 2 <NA> <NA> ann <NA> <NA>\nSPEAKER a 1 {} 2 <NA> <NA> bob <NA> <NA>\n"
    cues = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v ann>One.</v>\n\n00:03.000 --> 00:04.000\n<v bob>Two.</v>\n"
    for name, text in (("a.rttm", turns.format(0, 4)), ("a.vtt", cues), ("b.rttm", turns.format(0, 5))):
        (tmp_path / name).write_text(text)
    code, said = run(capsys, tmp_path, "--json")
    assert code == 0
    found = {each["name"]: each["median_s"] for each in json.loads(said.out)["meetings"]}
    assert found == {"a.rttm": 2.0, "a.vtt": 1.0, "b": 3.0}
