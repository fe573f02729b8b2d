"""Files without an end, where a command reads one that somebody named: told in one line, with its bound."""

import os
import threading
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


def test_a_pipe_that_somebody_named_is_read_to_its_end(tmp_path):
    """`--expect <(...)` works: a pipe from the shell is read."""
    os.mkfifo(tmp_path / "pipe")
    writes = threading.Thread(target=(tmp_path / "pipe").write_text, args=["expect: [{type: Settings}]"])
    writes.start()
    assert len(read_expectations(tmp_path / "pipe").each) == 1
    writes.join(10)
