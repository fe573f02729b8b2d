"""Code that a scenario names and that is not there: told before a meeting, without an import."""

import sys

import pytest

from trialogue.cli.check import check_files
from trialogue.errors import ScenarioError
from trialogue.meeting.named_code import missing_code
from trialogue.meeting.permissions import check_permissions
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.tools.permissions import Permissions

SCENARIO = """\
trialogue: 1
name: club
cast:
  mia: {lines: [It is long.], tools: [pages]}
  leo: {lines: [It is short.]}
tools:
  pages: {python: "bookshelf:pages"}
"""
PATH = ("tools", "pages", "python")


@pytest.fixture
def lacks(tmp_path):
    """What a scenario lacks beside a module of this text."""

    def looked_up(text, module="bookshelf.py"):
        (tmp_path / module).write_text(text)
        (tmp_path / "club.yaml").write_text(SCENARIO)
        return list(missing_code(prepare(tmp_path / "club.yaml")))

    return looked_up


def test_a_module_that_is_nowhere_is_named_with_the_file_that_was_looked_for(lacks, tmp_path):
    """The error for a missing module names the file that was looked for."""
    looked = f"looked for {tmp_path / 'bookshelf.py'}, and among the installed packages"
    assert lacks("", module="book.py") == [(PATH, f"no module bookshelf: {looked}")]


def test_a_function_that_the_module_has_not_is_told_with_the_one_that_was_meant(lacks):
    """`check` finds a mistyped function without running the module."""
    text = "raise SystemExit\ndef page(book: str) -> int: ...\n"
    assert lacks(text) == [(PATH, 'bookshelf.py has no "pages"; did you mean "page"?')]


def test_a_module_that_is_no_python_is_told(lacks):
    """`check` says why a module with a syntax error cannot be used."""
    ((path, told),) = lacks("def pages(:\n")
    assert path == PATH
    assert told.startswith("bookshelf.py cannot be read: invalid syntax")


@pytest.mark.parametrize(
    "text",
    [
        "async def pages(book: str) -> int: ...",
        "class pages: ...",
        "from shelf import everything as pages",
        "from shelf import *",
        "if True:\n    (leaves, pages) = (len, len)",
        "def __getattr__(name): ...",
        "globals()['pa' + 'ges'] = len",
    ],
)
def test_a_function_that_may_be_there_is_left_to_the_import(lacks, text):
    """`check` never refuses a function that a module makes while it is imported."""
    assert lacks(text) == []


def test_a_module_that_is_installed_is_left_to_the_import(lacks, monkeypatch):
    """`check` does not refuse a function of an installed or already imported module."""
    monkeypatch.setitem(sys.modules, "bookshelf", None)
    assert lacks("", module="book.py") == []


def test_check_and_run_refuse_what_is_not_there(tmp_path, capsys):
    """`check` and `run` refuse a missing module at its place in the scenario."""
    file = tmp_path / "club.yaml"
    file.write_text(SCENARIO)
    told = f"{file}:7:19: tools.pages.python: no module bookshelf"
    with pytest.raises(ScenarioError, match=r"no module bookshelf.*\[E-FILE\]") as refused:
        check_permissions(prepare(file), Permissions(imports=("bookshelf.pages",)))
    assert refused.value.told[1] == ' 7 |   pages: {python: "bookshelf:pages"}'
    assert check_files([file], Overrides(), as_json=False) == 2
    out = capsys.readouterr().out
    assert told in out
    assert '\n 7 |   pages: {python: "bookshelf:pages"}\n   |                   ^' in out
