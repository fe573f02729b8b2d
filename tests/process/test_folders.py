"""Where a run's files cannot go: told in one line, before anything is loaded."""

import pytest


@pytest.mark.parametrize("name", ["taken", "taken/run", "full"])
def test_what_is_in_the_way_is_told_before_voices_are_loaded(command, endless, tmp_path, name):
    """A file, a file on the way, a directory with something in it: one line, exit 2, and all is as it was."""
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note").write_text("mine")
    with command("run", endless, "--out", tmp_path / name) as process:
        output, told = process.communicate(timeout=20)
    assert process.returncode == 2
    assert output == ""
    (line,) = told.splitlines()
    assert line.startswith(f"trialogue: {tmp_path / name.split('/')[0]} is ")
    assert "--out" in line
    assert (tmp_path / "taken").read_text() == "mine"
