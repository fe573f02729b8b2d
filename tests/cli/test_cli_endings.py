"""How commands end: one line and a code, or a traceback where the fault is ours."""

import io
import logging
import subprocess
import sys

import pytest
import structlog

from trialogue.cli.diagnostics import LEVELS, configure
from trialogue.cli.endings import concluded, told
from trialogue.diagnostics import Log
from trialogue.errors import (
    AuthorFailed,
    GaveUp,
    JournalError,
    ProviderRefused,
    ReplayDivergence,
    ScenarioError,
    SetupError,
    ToolFailed,
    TrialogueError,
)
from trialogue.scenario.load import load


def raising(error):
    def command():
        raise error

    return command


DIVERGENCE = ReplayDivergence("j: record 3\n- Old()\n+ New()", seq=3, recorded="", decided="")


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (ScenarioError("a.yaml:1:1: one", "a.yaml:2:1: two"), 2, ["a.yaml:1:1: one", "a.yaml:2:1: two"]),
        (SetupError("set KEY"), 2, ["set KEY"]),
        (ProviderRefused("401 bad key"), 3, ["401 bad key"]),
        (GaveUp("tried 3 times"), 3, ["tried 3 times"]),
        (JournalError("damaged"), 4, ["damaged"]),
        (ToolFailed(""), 1, ["ToolFailed"]),
        (TrialogueError("two\nlines \x1b[31m"), 1, ["two lines [31m"]),
        (KeyboardInterrupt(), 130, []),
        (BaseExceptionGroup("g", [KeyboardInterrupt(), SetupError("set KEY")]), 2, ["set KEY"]),
        (
            ExceptionGroup("g", [ExceptionGroup("h", [GaveUp("a")]), GaveUp("a"), SetupError("b")]),
            3,
            ["a", "b"],
        ),
    ],
)
def test_errors_that_somebody_can_mend(error, code, lines, capsys):
    """Errors that somebody can mend are a line each, without a traceback; the gravest gives the exit code."""
    assert concluded(raising(error)) == code
    assert capsys.readouterr() == ("", "".join(f"trialogue: {each}\n" for each in lines))


def test_two_problems_of_one_line_both_show_it(tmp_path, capsys):
    """Two problems of one line of a file are each shown with that line."""
    file = tmp_path / "two.yaml"
    file.write_text("trialogue: 1\nname: two\ncast: {ann: {liness: [Hi.], promptt: x}}\n")
    assert concluded(lambda: load(file)) == 2
    told_lines = capsys.readouterr().err.splitlines()
    assert sum(each.lstrip().startswith("3 | cast") for each in told_lines) == 2


def test_a_divergence_shows_both_decisions():
    """The error for a divergence has the recorded and the present decision on lines of their own."""
    assert told(DIVERGENCE) == ["trialogue: j: record 3", "  - Old()", "  + New()"]
    assert concluded(raising(DIVERGENCE)) == 1


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("x"), ExceptionGroup("g", [SetupError("b"), KeyError("x")])]
)
def test_a_fault_of_ours_is_shown_whole(error, capsys):
    """A fault of ours shows its traceback, a request to report it, and exit code 70."""
    assert concluded(raising(error)) == 70
    shown = capsys.readouterr().err
    assert "Traceback" in shown or "Exception Group" in shown
    assert shown.endswith("trialogue: this is a bug in trialogue; please report it with the lines above\n")


def test_a_fault_of_ours_tells_no_secret(capsys, monkeypatch):
    """The traceback of a fault of ours has no values of variables that are named like keys."""
    monkeypatch.setenv("MY_MODEL_KEY", "sk-1234567890")
    monkeypatch.setenv("MY_MODEL_KEY_LONG", "sk-1234567890-and-more")
    monkeypatch.setenv("MY_SHORT_TOKEN", "abc")
    monkeypatch.setenv("MY_FOLDER", "/somewhere/else")
    words = "sk-1234567890 sk-1234567890-and-more abc /somewhere/else"
    assert concluded(raising(RuntimeError(words))) == 70
    assert "RuntimeError: *** *** abc /somewhere/else" in capsys.readouterr().err


def test_a_fault_of_the_authors_is_told_as_his(capsys):
    """A fault of an author's code has exit code 1, its traceback, and no request to report it."""

    def policy():
        return 1 / 0

    def command():
        try:
            policy()
        except ZeroDivisionError as fault:
            raise AuthorFailed("policy mine:choose raised ZeroDivisionError: division by zero") from fault

    assert concluded(command) == 1
    out, told = capsys.readouterr()
    assert out == ""
    assert "in policy\n    return 1 / 0" in told
    assert told.endswith(
        "trialogue: policy mine:choose raised ZeroDivisionError: division by zero\n"
        "trialogue: the traceback above is from the scenario's own code\n"
    )
    assert "bug in trialogue" not in told


def test_commands_that_exit_exit():
    """`SystemExit` of a command is not shown as an error."""
    with pytest.raises(SystemExit):
        concluded(raising(SystemExit(5)))


def test_the_code_of_a_command_is_its_own():
    """The exit code of a command without an error is passed on."""
    assert concluded(lambda: 3) == 3


@pytest.fixture
def diagnostics():
    yield configure
    structlog.reset_defaults()


def test_diagnostics_are_safe_lines_on_stderr(diagnostics, capsys):
    """Diagnostics of the wanted level are printed, and cannot steer the terminal."""
    diagnostics("warning")
    log = structlog.get_logger("x")
    log.info("not told")
    log.warning("child\x1b[31m exited", reason="a\nb")
    shown, line = capsys.readouterr()
    assert shown == ""
    assert line.count("\n") == 1
    assert "child[31m exited" in line
    assert "a b" in line
    assert "\x1b" not in line


FIRST_LINES = """
import sys
from trialogue.cli.diagnostics import configure
from trialogue.diagnostics import Log
configure("warning")
log = Log("trialogue.x")
log.info("not told")
assert "structlog" not in sys.modules
log.warning("first", reason="a\\nb")
log.debug("not told")
log.error("second")
"""


def test_diagnostics_load_at_the_first_line():
    """Diagnostics print the first line like all others, and none below the level."""
    done = subprocess.run([sys.executable, "-c", FIRST_LINES], capture_output=True, text=True, check=True)
    assert [line.split(maxsplit=1)[1].split() for line in done.stderr.splitlines()] == [
        ["[warning", "]", "first", "reason='a", "b'"],
        ["[error", "]", "second"],
    ]


HELD = """
import sys
from pathlib import Path
from trialogue.cli.run import RunOptions, hold

def begin(*_):
    print("structlog" in sys.modules)
    raise SystemExit

hold(Path(sys.argv[1]), RunOptions(), begin)
"""


@pytest.mark.parametrize(("clock", "is_loaded"), [("real", "True"), ("virtual", "False")])
def test_diagnostics_are_loaded_before_a_meeting_in_real_time(tmp_path, clock, is_loaded):
    """A meeting in real time loads its diagnostics before it begins, and not at the first line."""
    scenario = tmp_path / "it.yaml"
    scenario.write_text(
        f"trialogue: 1\nname: it\nrun: {{clock: {clock}}}\ncast: {{ann: {{lines: [One.]}}}}\n"
    )
    asked = [sys.executable, "-c", HELD, str(scenario)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == (is_loaded, 0)


def test_tracebacks_have_no_locals(diagnostics, capsys):
    """A traceback shows no speech: it has no values of variables."""
    diagnostics("debug")
    speech = "what somebody" + " said"
    try:
        len(speech) / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("broke")
    line = capsys.readouterr().err
    assert "ZeroDivisionError" in line
    assert "what somebody said" not in line


def test_a_failure_is_told_to_its_end(diagnostics, capsys):
    """The diagnostics of an author's failure have the last lines of its traceback."""
    diagnostics("debug")

    def fall(deeper):
        return fall(deeper - 1) if deeper % 2 else rise(deeper - 1)

    def rise(deeper):
        return fall(deeper) if deeper > 0 else int("seven\x1b[31m")

    try:
        fall(80)
    except ValueError as error:
        Log("trialogue.tools").debug("a tool failed", error, stderr="x" * 20_000 + " disk on fire")
    told = capsys.readouterr().err
    lines = told.rstrip().splitlines()
    assert lines[-1] == "ValueError: invalid literal for int() with base 10: 'seven\\x1b[31m'"
    assert "in rise" in lines[-4] + lines[-3] + lines[-2]
    assert "disk on fire" in told
    assert "\x1b" not in told
    assert len(told) < 20_000


REFUSED = """
import logging, sys
from trialogue.cli.diagnostics import configure
configure("error")
for _ in range(3):
    try:
        raise OSError(24, "Too many open files")
    except OSError:
        logging.getLogger("trio.serve_listeners").error("accept failed", exc_info=True)
"""


def test_a_listener_without_descriptors_says_so_seldom():
    """A server without free descriptors says so once in a while, and not ten times a second."""
    done = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True, check=True)
    assert done.stderr == "accept failed\n"


def test_diagnostics_end_nothing(diagnostics, monkeypatch):
    """Diagnostics on a closed terminal do not end a meeting."""

    class Gone(io.StringIO):
        def write(self, _):
            raise OSError(5, "Input/output error")

    diagnostics("info")
    monkeypatch.setattr("sys.stderr", Gone())
    structlog.get_logger().error("nobody reads this")
    assert LEVELS["error"] == logging.ERROR
