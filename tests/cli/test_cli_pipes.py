"""Files of a run that are named pipes, devices or directories: told at once, for opening them would wait."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trialogue.cli import main
from trialogue.errors import JournalError
from trialogue.journal.following import Following
from trialogue.journal.repair import repair
from trialogue.regular_files import open_regular

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in directories")

READS = {
    "report": ("report", "RUN"),
    "report --html": ("report", "RUN", "--html", "--sound", "none"),
    "report --by-sound": ("report", "RUN", "--by-sound"),
    "export": ("export", "RUN", "vtt"),
    "replay": ("replay", "RUN"),
    "replay --verify": ("replay", "RUN", "--verify"),
    "why": ("why", "RUN"),
    "verify-files": ("verify-files", "RUN"),
    "journal print": ("journal", "print", "RUN"),
    "journal filter": ("journal", "filter", "RUN"),
    "journal split": ("journal", "split", "RUN", "pieces", "--every", "5"),
    "journal redact": ("journal", "redact", "RUN", "redacted.jsonl"),
    "watch": ("watch", "RUN"),
    "expect": ("expect", "RUN"),
    "resume": ("resume", "RUN", "--out", "later"),
    "scenario-from": ("scenario-from", "RUN", "--out", "again/scenario.yaml"),
}
"""Commands that take a run."""

OTHERS = ("manifest.json", "scenario.yaml", "result.json", "audio/mix.wav", "audio/ann.wav")
"""Files of a run beside its journal."""


@pytest.fixture
def tell(run_folder, tmp_path, monkeypatch, capsys):
    """Run a command on the run with one of its files in another form: its exit code, and what it says."""
    monkeypatch.chdir(tmp_path)

    def told(command, name, make=os.mkfifo):
        path = run_folder / name
        path.unlink(missing_ok=True)
        make(path)
        code = main([str(run_folder) if each == "RUN" else each for each in READS[command]])
        return code, capsys.readouterr().err

    return told


@pytest.mark.parametrize("command", READS)
def test_a_journal_that_is_a_pipe_ends_every_command_with_one_line(command, tell):
    """A journal that is a named pipe ends each command with one line, and none waits."""
    code, told = tell(command, "journal.jsonl")
    assert code == 4
    assert told.endswith("journal.jsonl: it is a named pipe, not a file\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize("command", READS)
@pytest.mark.parametrize(
    "name", ["manifest.json", "scenario.yaml", "result.json", "audio/mix.wav", "audio/ann.wav"]
)
def test_another_file_that_is_a_pipe_keeps_no_command_waiting(command, name, tell):
    """A named pipe in a run does not keep a command waiting, and causes no traceback."""
    code, told = tell(command, name)
    assert code in {0, 2, 4}
    assert "Traceback" not in told


def test_a_manifest_that_is_a_pipe_vouches_for_nothing(tell):
    """`verify-files` of a run whose manifest is a named pipe is one line that says so."""
    code, told = tell("verify-files", "manifest.json")
    assert (code, told.count("\n")) == (4, 1)
    assert "manifest.json cannot be read: it is a named pipe, not a file" in told


def test_a_scenario_of_a_run_is_no_pipe(tell):
    """A named pipe in a run is refused in one line instead of waiting for ever."""
    code, told = tell("expect", "scenario.yaml")
    assert (code, told.count("\n")) == (4, 1)
    assert "scenario.yaml: it is a named pipe, not a file" in told


def test_an_export_is_not_written_into_a_pipe_of_the_run(tell):
    """An export does not wait for ever on a pipe in the run's directory."""
    code, told = tell("export", "transcript.vtt")
    assert (code, told.count("\n")) == (4, 1)
    assert "transcript.vtt: it is a named pipe, not a file" in told


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: path.symlink_to("/dev/zero"), "it is a device, not a file"),
        (lambda path: path.mkdir(), "it is a directory, not a file"),
        (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
    ],
    ids=["device", "directory", "loop"],
)
def test_a_manifest_of_any_other_kind_is_told(make, kind, tell):
    """A manifest that is a device or a directory is an error that says so."""
    code, told = tell("verify-files", "manifest.json", make)
    assert (code, told.count("\n")) == (4, 1)
    assert kind in told


def test_a_journal_that_becomes_a_pipe_while_it_is_read_is_told(run_folder):
    """A journal that is replaced by a named pipe is an error that says so, and nothing waits."""
    journal = run_folder / "journal.jsonl"
    following = Following(journal)
    journal.unlink()
    os.mkfifo(journal)
    for act in (following.news, lambda: repair(journal), lambda: Following(journal)):
        with pytest.raises(JournalError, match="it is a named pipe, not a file"):
            act()


def test_a_file_that_becomes_a_pipe_before_it_is_opened_is_refused(tmp_path, monkeypatch):
    """A file that is replaced by a pipe at the last moment does not stop the command."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    regular = Path(__file__).stat()
    monkeypatch.setattr(Path, "stat", lambda _: regular)
    with pytest.raises(OSError, match="it is a named pipe, not a file"):
        open_regular(pipe)


def test_a_scenario_comes_from_a_pipe_on_purpose(small, capsys):
    """`check <(...)` works: a pipe from the shell is read."""
    reading, writing = os.pipe()
    os.write(writing, small.read_bytes())
    os.close(writing)
    assert main(["check", f"/dev/fd/{reading}"]) == 0
    os.close(reading)
    assert "Traceback" not in capsys.readouterr().err


def test_a_scenario_comes_from_a_named_pipe_that_the_shell_opened(small, tmp_path):
    """`check /dev/stdin < pipe` reads what the shell has opened; opened again it waited."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open(pipe, os.O_WRONLY)
    os.set_blocking(reading, True)
    os.write(writing, small.read_bytes())
    os.close(writing)
    command = [sys.executable, "-m", "trialogue", "check", "/dev/stdin"]
    told = subprocess.run(command, stdin=reading, capture_output=True, text=True, timeout=30, check=False)
    os.close(reading)
    assert (told.returncode, told.stderr) == (0, "")
