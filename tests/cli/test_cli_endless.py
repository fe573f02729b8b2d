"""Files without an end, where a command reads one that somebody named: told in one line, with its bound."""

import os
from pathlib import Path

import pytest

from trialogue.cli import main
from trialogue.report.foreign import READERS
from trialogue.serving.expecting import read_expectations

ZEROS = Path("/dev/zero")

pytestmark = pytest.mark.skipif(not ZEROS.exists(), reason="there is no such device")

BEHIND = """
trialogue: 1
name: small
cast: {ann: {lines: [Hello.]}, bob: {lines: [Hello.]}}
"""


@pytest.fixture
def tell(tmp_path, monkeypatch, capsys):
    """Run a command in a folder of its own: its exit code, and what it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(BEHIND)

    def told(*tokens):
        code = main([str(each) for each in tokens])
        return code, capsys.readouterr().err

    return told


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full"])
@pytest.mark.parametrize(
    ("tokens", "mib"),
    [
        (("serve", "--port", "0", "--expect"), 1),
        (("run", "small.yaml", "--repeat", "2", "--baseline"), 64),
        (("batch", "small.yaml", "--baseline"), 64),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_an_endless_file_is_not_read_for_ever(tell, tokens, mib, device):
    """A device in the place of a file is refused, and does not fill the memory."""
    code, told = tell(*tokens, device)
    assert code == 2
    (line,) = told.splitlines()
    assert f"{device}: it is larger than {mib} MiB" in line


@pytest.mark.parametrize(
    ("command", "ending"), [("scenario-from", ".vtt"), *(("report", each) for each in READERS)]
)
def test_an_endless_meeting_of_others_is_not_read_for_ever(tell, tmp_path, command, ending):
    """A transcript without an end is refused at 64 MiB, whatever its suffix."""
    (tmp_path / f"meeting{ending}").symlink_to(ZEROS)
    code, told = tell(command, f"meeting{ending}")
    assert code == 4
    assert told.endswith(f"cannot read meeting{ending}: it is larger than 64 MiB\n")


def test_a_pipe_in_a_folder_of_meetings_is_told(tell, tmp_path):
    """`report` of a folder with a named pipe is one line with its name, and does not wait."""
    (tmp_path / "all").mkdir()
    os.mkfifo(tmp_path / "all" / "meeting.rttm")
    code, told = tell("report", "all")
    assert (code, told.splitlines()) == (
        4,
        ["trialogue: cannot read all/meeting.rttm: it is a named pipe, not a file"],
    )


def test_a_pipe_of_the_shell_is_read_to_its_end():
    """`--expect <(...)` works: a pipe from the shell is read."""
    reading, writing = os.pipe()
    os.write(writing, b"expect: [{type: Settings}]")
    os.close(writing)
    assert len(read_expectations(Path(f"/dev/fd/{reading}")).each) == 1
    os.close(reading)


@pytest.mark.parametrize(
    "tokens",
    [
        ("check", "pipe"),
        ("run", "pipe"),
        ("fmt", "--check", "pipe"),
        ("serve", "--port", "0", "--script", "pipe"),
        ("serve", "--port", "0", "--expect", "pipe"),
        ("batch", "SMALL", "--baseline", "pipe"),
    ],
    ids=" ".join,
)
def test_a_pipe_with_a_name_is_refused(small, tmp_path, monkeypatch, capsys, tokens):
    """A named pipe in the place of a scenario is one line, and no command waits for its writer."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    assert main([str(small) if each == "SMALL" else each for each in tokens]) == 2
    assert "it is a named pipe, not a file" in "".join(capsys.readouterr())
