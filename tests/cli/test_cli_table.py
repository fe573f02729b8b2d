"""`trialogue check` by its table of options: it calls what the command line calls, and loads little."""

import ast
import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import attrs
import pytest

from trialogue.cli import main, options, table
from trialogue.cli.commands import meetings, scenarios
from trialogue.cli.program import run_command

SCENARIO = """
trialogue: 1
name: table
cast:
  chair: {role: chair, lines: ["Welcome."]}
  ann: {lines: ["Hello."]}
"""

NOT_LOADED = {
    "asyncio",
    "cyclopts",
    "difflib",
    "email",
    "h11",
    "hashlib",
    "numpy",
    "pygments",
    "rich",
    "ruamel",
    "ssl",
    "structlog",
    "traceback",
    "trio",
    "trialogue.actors",
    "trialogue.brain.meeting",
    "trialogue.cli.program",
    "trialogue.journal",
    "trialogue.meeting",
    "trialogue.model.commands",
    "trialogue.model.events",
    "trialogue.server",
    "trialogue.services.deepgram.messages",
    "trialogue.services.deepgram.session",
    "trialogue.services.facts",
    "trialogue.tools",
    "trialogue.transport",
}
"""What a look at a scenario without files and tools has no use for."""


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "table.yaml"
    made.write_text(SCENARIO)
    return made


def test_a_look_at_a_scenario_loads_what_it_needs(file):
    """`check` loads neither the command line's library nor what meetings are held with."""
    code = f"import sys; from trialogue.cli import main; main(['check', {str(file)!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded & NOT_LOADED == set()
    assert "trialogue.scenario.resolve" in loaded


def test_the_table_has_the_options_of_the_command_line():
    """The quick way to a meeting accepts exactly the options of the full command line."""
    overrides = _options_of(scenarios.OverrideOptions)
    assert set(table.CHECK) == {"--file-only", "--json"} | overrides
    parameters = inspect.signature(scenarios.check).parameters
    assert set(parameters) == {"file", "more", "override", "file_only", "json"}
    own = {"--out", "--endpoint", "--record-models", "--no-code", "--log-level"}
    assert set(table.RUN) == own | overrides | _options_of(options.HowShown) | _options_of(
        options.AllowOptions
    )
    assert set(inspect.signature(meetings.run).parameters) == {
        "file",
        "override",
        "showing",
        "repeats",
        "allow",
        *(name.removeprefix("--").replace("-", "_") for name in own),
    }


def _options_of(cls):
    return {f"--{each.name.replace('_', '-')}" for each in attrs.fields(cls)}


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--quiet"],
        ["--quiet", "--json", "--html"],
        ["--clock", "virtual", "--seed=3", "--limit-turns", "4", "--me", "ann:text"],
        ["--out", "there", "--record-models=models.jsonl", "--endpoint", "wss://x.test"],
        ["--no-code", "--allow-faults", "--log-level", "debug"],
        [
            "--allow-import",
            "prices.*",
            "--allow-import=x.y",
            "--allow-command",
            "./a",
            "--allow-host",
            "b.test",
        ],
    ],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_a_meeting_is_asked_for_as_by_the_command_line(words, monkeypatch):
    """The quick way to a meeting passes on the same file and options as the full one."""
    asked = []
    monkeypatch.setattr("trialogue.cli.run.hold", lambda *given: asked.append(given) or 0)
    tokens = ["run", "x.yaml", *words]
    assert table.called(tokens) is not None
    assert main(tokens) == run_command(tokens) == 0
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--json"],
        ["--file-only", "--clock", "virtual"],
        [
            "--clock=virtual",
            "--seed",
            "7",
            "--limit-turns=3",
            "--limit-time",
            "90s",
            "--limit-silence",
            "none",
        ],
        ["--via", "deepgram", "--json"],
        ["--me", "nobody"],
        ["--profile", "none-such", "--json"],
        ["--cell", "7"],
        ["--limit-time", "soon"],
    ],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_the_table_says_what_the_command_line_says(file, words, capsys):
    """The quick way to a command gives the exit code and lines of the full one."""
    tokens = ["check", *words, str(file)]
    assert table.called(tokens) is not None
    by_table = (main(tokens), *capsys.readouterr())
    assert (run_command(tokens), *capsys.readouterr()) == by_table


@pytest.mark.parametrize(
    "tokens",
    [
        ["explain", "x.yaml"],
        ["run"],
        ["run", "x.yaml", "y.yaml"],
        ["run", "x.yaml", "--repeat", "2"],
        ["run", "x.yaml", "--log-level", "loud"],
        ["run", "x.yaml", "--quiet", "--quiet"],
        ["run", "x.yaml", "--allow-host"],
        ["check"],
        ["check", ""],
        ["check", "--help"],
        ["check", "x.yaml", "--no-such"],
        ["check", "x.yaml", "--seed", "many"],
        ["check", "x.yaml", "--seed"],
        ["check", "x.yaml", "--seed", "1", "--seed", "2"],
        ["check", "x.yaml", "--clock", "other"],
        ["check", "x.yaml", "--json=yes"],
        ["check", "x.yaml", "--profile", "--json"],
        ["check", "--", "x.yaml"],
    ],
    ids=" ".join,
)
def test_all_else_is_left_to_the_command_line(tokens):
    """Other arguments get the usual messages of the command line."""
    assert table.called(tokens) is None


def test_classes_that_are_loaded_for_it_are_made_lightly(file):
    """Classes that `check` loads are made by `trialogue.values`, which is quicker than attrs."""
    code = f"import sys; from trialogue.cli import main; main(['check', {str(file)!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.splitlines()[-1].split() if name.startswith("trialogue.")]
    by_attrs = [name for name in loaded if _imports_of_attrs(name) & {"define", "frozen", "mutable"}]
    assert [name for name in by_attrs if name != "trialogue.values"] == []


def _imports_of_attrs(module):
    """The names that a module has from attrs."""
    source = Path(find_spec(module).origin).read_text(encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in nodes if node.module in {"attr", "attrs"} for alias in node.names}


@pytest.mark.parametrize(
    "words",
    [["check", "none.yaml", "--seed", "8" * 5000], ["replay", "none", "--from", "turn " + "8" * 5000]],
)
def test_a_number_of_thousands_of_digits_is_none(words, capsys):
    """An option with a number of thousands of digits is an error of one line."""
    assert main(words) in (2, 4)
    assert "Traceback" not in capsys.readouterr().err
