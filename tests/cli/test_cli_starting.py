"""Commands in the processes that cron, supervisors, containers and hasty people give them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import trialogue
from trialogue.cli import main
from trialogue.cli.starting import drop_wrong_sizes

PROGRAM = str(Path(__file__).parents[1] / "process" / "program.py")
LOADING = """
import os, signal, sys

class Interrupted:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupted())
from trialogue.cli import main
sys.exit(main([{command!r}, {file!r}]))
"""

ENGINE_STARTING = """
import signal, sys, threading
from trialogue.cli import main
from trialogue.meeting import edges
from trialogue.testing import murmuring_engines

edges.open_engines = murmuring_engines
start = threading.Thread.start

def interrupted(thread):
    start(thread)
    if thread.name.startswith("engine"):
        signal.raise_signal(signal.SIGINT)

threading.Thread.start = interrupted
sys.exit(main(["run", {file!r}, "--clock", "real", "--out", {out!r}]))
"""

ENGINE_AT_WORK = """
import os, signal, sys, threading, time
from attrs import evolve
from trialogue.cli import main
from trialogue.meeting import edges
from trialogue.testing import murmuring_engines

is_over = threading.Event()

def load():
    os.kill(os.getpid(), signal.SIGINT)
    is_over.wait()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)

edges.open_engines = lambda: evolve(murmuring_engines(), warm=load)
sys.argv[1:] = ["run", {file!r}, "--clock", "real", "--out", {out!r}]
code = main()
is_over.set()
sys.exit(code)
"""


def shell(command, **options):
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize(
    "closed", [*(pytest.param(each, marks=pytest.mark.long) for each in (">&-", "2>&-")), "<&- >&- 2>&-"]
)
def test_closed_streams_are_written_nowhere(closed, small, tmp_path):
    """A meeting with closed standard streams has all its files, without words for the terminal in them."""
    out = tmp_path / "run"
    done = shell(f"exec '{sys.executable}' '{PROGRAM}' run '{small}' --out '{out}' {closed}")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert json.loads((out / "result.json").read_text())["ok"] is True
    assert not [path for path in out.rglob("*") if path.is_file() and b"preparing" in path.read_bytes()]


@pytest.mark.parametrize(
    "command",
    [
        "--version",
        "check '{small}'",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("--help", "explain '{small}'", "voices")),
    ],
)
def test_nobody_reads_what_a_command_prints(command, small):
    """A command whose stdout is closed does its work and ends well."""
    command = command.format(small=small)
    assert shell(f"exec '{sys.executable}' '{PROGRAM}' {command} >&-").returncode == 0


@pytest.mark.parametrize("command", [["new", "{out}"], ["check", "{small}"]])
def test_a_command_without_stdin_asks_nothing(command, small, tmp_path, monkeypatch):
    """A command whose stdin is closed treats it as empty."""
    monkeypatch.setattr(sys, "stdin", None)
    out = tmp_path / "out.yaml"
    assert main([each.format(small=small, out=out) for each in command]) == 0
    with sys.stdin as ended:
        assert ended.read() == ""


def test_a_fault_that_nobody_reads_has_its_code():
    """With stdout and stderr closed, an error still sets the exit code."""
    assert shell(f"exec '{sys.executable}' '{PROGRAM}' replay nowhere >&- 2>&-").returncode == 4


@pytest.mark.parametrize(
    ("command", "module"), [("explain", "cyclopts"), ("check", "yaml"), ("check", "uuid")]
)
def test_ctrl_c_at_the_start_leaves_no_traceback(command, module, small):
    """Ctrl-C while a command loads ends it without a traceback.

    orjson imports uuid while it is set up, in C that fails with a segmentation fault if an exception comes.
    """
    code = LOADING.format(module=module, command=command, file=str(small))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode in (-signal.SIGINT, 130), done.stderr) == (True, "")


def test_ctrl_c_in_the_start_of_an_engines_thread_ends_the_process(small, tmp_path):
    """Ctrl-C while an engine's thread starts ends the process, and leaves no run."""
    out = tmp_path / "run"
    code = ENGINE_STARTING.format(file=str(small), out=str(out))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, "trialogue: preparing voices and recognizer\n")
    assert not out.exists()


def test_a_second_ctrl_c_while_a_model_loads_ends_the_process_at_once(small, tmp_path):
    """A second Ctrl-C while a model loads ends the process at once, without a traceback."""
    out = tmp_path / "run"
    code = ENGINE_AT_WORK.format(file=str(small), out=str(out))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stderr) == (
        -signal.SIGINT,
        "trialogue: preparing voices and recognizer\n",
    )
    assert not out.exists()


@pytest.mark.parametrize(
    "size",
    ["\N{SUPERSCRIPT TWO}", *(pytest.param(each, marks=pytest.mark.long) for each in ("0", "99999999"))],
)
def test_a_size_that_no_terminal_has_is_asked_of_the_terminal(size):
    """A command with an impossible COLUMNS or LINES prints as usual."""
    done = shell(f"COLUMNS={size} LINES={size} exec '{sys.executable}' '{PROGRAM}' batch --help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: trialogue batch" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_size_that_a_terminal_can_have_is_kept(monkeypatch):
    """A possible COLUMNS is kept, and an impossible LINES is dropped."""
    monkeypatch.setenv("COLUMNS", "132")
    monkeypatch.setenv("LINES", "0")
    drop_wrong_sizes()
    assert (os.environ["COLUMNS"], os.environ.get("LINES")) == ("132", None)


def test_a_command_ends_without_a_search_for_garbage(small):
    """A command ends without a last garbage collection of what it has loaded."""
    code = (
        "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count())); "
        f"from trialogue.cli import main; main(['check', {str(small)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) > 10_000


def test_an_extension_has_nothing_to_tell_of_at_the_end(small):
    """A command with an extension loaded prints no report of leaks at its end."""
    code = (
        "import soxr; held = []; held.append((held, soxr.ResampleStream(24000, 16000, 1))); "
        f"from trialogue.cli import main; main(['check', {str(small)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_next_to_nothing_is_loaded_before_ctrl_c_is_silent():
    """Only the package itself is loaded before Ctrl-C is handled."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules); import trialogue.cli; "
        "print(*sorted(set(sys.modules) - before))"
    )
    source = Path(trialogue.__file__).parents[1]
    bare = [sys.executable, "-I", "-S", "-c", code, str(source)]
    loaded = subprocess.run(bare, capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["__future__", "trialogue", "trialogue.cli"]
