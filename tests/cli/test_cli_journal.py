"""`trialogue journal`: each of its commands, on a run."""

import json
from pathlib import Path

import pytest

from trialogue.cli import main


def test_lines_are_printed_with_what_was_decided(run_folder, capsys):
    """`print` shows each record's number, time and event, with its commands below."""
    assert main(["journal", "print", str(run_folder), "--type", "GrantFloor", "--of", "bob"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.lstrip().startswith("-> GrantFloor bob") for line in lines)
    assert lines[0].split()[0].isdigit()


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--of", "bobb", "--of: nothing in JOURNAL is called 'bobb'; did you mean \"bob\"?"),
        ("--of", "nobody", "--of: nothing in JOURNAL is called 'nobody'; there are ann, bob"),
        (
            "--type",
            "GrantFlor",
            "--type: nothing in JOURNAL is called 'GrantFlor'; did you mean \"GrantFloor\"?",
        ),
    ],
)
@pytest.mark.parametrize("command", ["print", "filter"])
def test_a_name_that_is_nowhere_is_said(run_folder, capsys, command, option, name, told):
    """`journal print` with an unknown name or type is an error, and not with a type that did not occur."""
    assert main(["journal", command, str(run_folder), option, name]) == 2
    assert told.replace("JOURNAL", str(run_folder / "journal.jsonl")) in capsys.readouterr().err
    assert main(["journal", command, str(run_folder), "--type", "WallClockJumped", "--of", "ann"]) == 0
    assert capsys.readouterr() == ("", "")


def test_lines_are_filtered_as_json(run_folder, capsys):
    """`filter` prints one JSON object a line, for other programs."""
    assert main(["journal", "filter", str(run_folder), "--from", "1", "--to", "2"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines
    assert all(1 <= line["at"] <= 2 for line in lines)


def test_a_pattern_that_is_none_is_said(run_folder, capsys):
    """An invalid `--search` is one line that says what is wrong with the pattern."""
    assert main(["journal", "filter", str(run_folder), "--search", "("]) == 2
    assert "--search" in capsys.readouterr().err


def test_a_run_is_as_itself(run_folder, capsys):
    """`compare` of a run with itself exits with 0 and prints the number of lines."""
    assert main(["journal", "compare", str(run_folder), str(run_folder)]) == 0
    assert capsys.readouterr().out.startswith("the same: ")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_where_two_part_is_told(run_folder, tmp_path, capsys, options):
    """`compare` of two runs exits with 1, and shows the first line that differs."""
    other = tmp_path / "other.jsonl"
    assert main(["journal", "redact", str(run_folder), str(other)]) == 0
    assert capsys.readouterr().out == f"{other}\n"
    assert main(["journal", "compare", str(run_folder), str(other), *options]) == 1
    out = capsys.readouterr().out
    if options:
        told = json.loads(out)
        assert (told["equal"], told["differs_in"]) == (False, ["commands"])
    else:
        assert "then they differ in commands" in out
        assert out.splitlines()[1].startswith("- record ")


def test_a_journal_is_split(run_folder, tmp_path, capsys):
    """`split` prints the names of the files that it wrote."""
    assert main(["journal", "split", str(run_folder), str(tmp_path / "parts"), "--largest", "5000"]) == 0
    paths = capsys.readouterr().out.splitlines()
    whole = b"".join(Path(path).read_bytes() for path in paths)
    assert whole == (run_folder / "journal.jsonl").read_bytes()
