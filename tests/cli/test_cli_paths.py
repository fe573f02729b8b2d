"""Paths and values in the lines of commands: whatever they are named, they steer no terminal."""

import pytest

from trialogue.cli import main
from trialogue.cli.view_screens import note, put, put_lines

ODD = "a\x1b[31m\u202e\x85\x9b2J  b"
"""A name with a colour, an order to read from right to left, a line break, a second CSI, and two spaces."""

SHOWN = "a[31m 2J  b"


@pytest.mark.parametrize("command", ["fmt", "new"])
def test_a_written_file_is_named_without_steering(command, tmp_path, capsys):
    """The printed name of a written file is one line without control characters."""
    file = tmp_path / f"{ODD}.yaml"
    if command == "fmt":
        file.write_text("trialogue:   1\nname: x\ncast: {ann: {lines: [One.]}}\n")
    assert main([command, str(file)]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith(f"{tmp_path / SHOWN}.yaml: ")
    assert out.count("\n") == 1


def test_a_line_is_one_line(capsys):
    """A path with a line break does not add a line to the output."""
    put(f"in {ODD}\nx")
    put_lines(f"in {ODD}\nx")
    note(f"in {ODD}\nx")
    out, told = capsys.readouterr()
    assert out == f"in {SHOWN} x\nin {SHOWN}\nx\n"
    assert told == f"trialogue: in {SHOWN} x\n"
