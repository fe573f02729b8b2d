"""Where the library's diagnostics go: never to the output of the program that embeds it."""

import logging
import subprocess
import sys

import pytest
import structlog

from trialogue.diagnostics import Log
from trialogue.meeting.meeting import prepared
from trialogue.scenario import Scenario

HOST = """
import logging, sys
from trialogue.diagnostics import Log
if sys.argv[1:]:
    logging.basicConfig(level=logging.WARNING, format="%(name)s %(levelname)s %(message)s")
Log("trialogue.meeting").warning("nobody speaks", participant="ann")
"""


def host(*arguments):
    """What a program that embeds the library prints."""
    done = subprocess.run(
        [sys.executable, "-c", HOST, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout, done.stderr


def test_a_host_that_has_configured_nothing_sees_nothing():
    """An app without logging sees no diagnostics on its output or its error stream."""
    assert host() == ("", "")


def test_a_host_with_logging_gets_them_there():
    """An app's `logging` gets diagnostics by the part's name and level, with the fields."""
    assert host("configured") == ("", "trialogue.meeting WARNING nobody speaks: participant='ann'\n")


def test_a_failure_comes_with_its_traceback(caplog):
    """A failure's diagnostics at debug level have its traceback."""
    with caplog.at_level(logging.DEBUG, "trialogue"):
        Log("trialogue.tools").debug("a tool failed", ValueError("why"), tool="price")
    assert "a tool failed: tool='price'" in caplog.text
    assert "ValueError: why" in caplog.text


def test_a_host_with_structlog_gets_the_diagnostics_there(caplog):
    """An app with structlog gets events with fields, and nothing twice through `logging`."""
    with structlog.testing.capture_logs() as lines:
        Log("trialogue.meeting").info("over", turn=3)
    assert lines == [{"event": "over", "turn": 3, "log_level": "info"}]
    assert caplog.text == ""


def test_nothing_asks_structlog_beside_it():
    """No module but one asks structlog, which by itself prints to the standard output."""
    from pathlib import Path

    import trialogue

    source = Path(trialogue.__file__).parent
    asking = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "structlog.get_logger" in path.read_text()
    }
    assert asking == {"diagnostics.py"}


@pytest.mark.parametrize("where", ["logging", "structlog"])
def test_a_failure_in_it_holds_no_key(where, caplog, monkeypatch, capsys):
    """A failure's diagnostics have no key, neither in the traceback nor in a field."""
    monkeypatch.setenv("SOME_API_KEY", "canary-5e1f-0a77")
    if where == "structlog":
        plain = structlog.dev.plain_traceback  # releases of 2025 warn of a text where they would format
        structlog.configure(
            processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
        )
    try:
        with caplog.at_level(logging.DEBUG, "trialogue"):
            Log("trialogue.tools").debug(
                "failed", ValueError("canary-5e1f-0a77 why"), url="a?canary-5e1f-0a77"
            )
    finally:
        structlog.reset_defaults()
    told = caplog.text + capsys.readouterr().out
    assert "ValueError: *** why" in told
    assert "a?***" in told
    assert "canary" not in told


def test_an_app_gets_the_notes_on_its_scenario(caplog):
    """An app gets the notes on its scenario that `trialogue check` prints."""
    scenario = Scenario.build("x", {"ann": {"lines": ["Hi."]}}, end={"any": [{"error": "session-lost"}]})
    (told,) = prepared(scenario, None).notes
    assert told.startswith("end.any[0].error: session-lost is no error here")
    assert [record.message for record in caplog.records] == [
        f"note on the scenario: scenario='<scenario>' note={told!r}"
    ]
