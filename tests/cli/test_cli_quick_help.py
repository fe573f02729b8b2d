"""What is answered before anything is loaded, and what is then not loaded."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from trialogue.cli import main, quick_help

HELP = (Path(quick_help.__file__).parent / "help.txt").read_text(encoding="utf-8")

LOADED = """
import sys
before = set(sys.modules)
{code}
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""


def loaded_by(code):
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(code=code)], capture_output=True, text=True, check=True
    )
    return done.stderr.split()


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], [], ["--version"]])
def test_nothing_is_loaded_for_an_answer_at_once(arguments):
    """`--help` and `--version` load two modules of ours, and nothing of anybody else's."""
    loaded = loaded_by(f"from trialogue.cli import main; main({arguments})")
    assert loaded == ["__future__", "trialogue", "trialogue.cli", "trialogue.cli.quick_help"]


def test_importing_the_package_loads_nothing():
    """Importing trialogue loads nothing; its names load what they need when used."""
    assert loaded_by("import trialogue") == ["__future__", "trialogue"]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []])
def test_help_at_once(arguments, capsys):
    """`--help` prints the stored page where the terminal is wide enough."""
    assert main(arguments) == 0
    assert capsys.readouterr().out == HELP


def test_version_at_once(capsys):
    """The quick `--version` prints the same as the package's metadata."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{version('trialogue')}\n"


def test_a_reader_who_has_gone_is_told_by_the_exit_code():
    """Help into a closed pipe exits with 141, like any command."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-m", "trialogue", "--help"], stdout=writer, check=False)
    finally:
        os.close(writer)
    assert done.returncode == 141


@pytest.mark.parametrize("unknown", ["_help_text", "_version"])
def test_unknown_arguments_are_left_to_the_command_line(unknown, capsys, monkeypatch):
    """`--help` and `--version` say the same when no stored answer is there."""
    monkeypatch.setattr(quick_help, unknown, lambda: "")
    assert main(["--help" if unknown == "_help_text" else "--version"]) == 0
    shown = capsys.readouterr().out
    assert "Exit codes:" in shown if unknown == "_help_text" else shown.strip() == version("trialogue")


def test_a_narrow_terminal_has_its_own_help(monkeypatch):
    """The stored help page is not used in a terminal that is narrower than it."""
    monkeypatch.setattr(quick_help, "_is_wide", lambda: False)
    assert quick_help.answer(["--help"]) is False


def test_another_command_is_not_answered_at_once():
    """The help of a single command is that command's, not the program's."""
    assert quick_help.answer(["run", "--help"]) is False
