"""A key occurs in no byte that a meeting leaves behind."""

import pytest
from attrs import evolve

from trialogue.cli.endings import concluded
from trialogue.errors import ToolFailed
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions

CANARY = "canary-5e1f-0a77"

SCENARIO = """
trialogue: 1
name: secrets
run: {limits: {time: 2m, turns: 3}}
cast:
  ann:
    prompt: "Your key is ${env:CANARY_KEY}."
    tools: [broken]
    think:
      provider: scripted
      script:
        - {call: {tool: broken, arguments: {item: edge}}, say: "It did not work."}
  bob: {lines: [Good.]}
tools: {broken: {python: broken, schema: {type: object}}}
"""


def broken(item: str) -> str:
    """Fail with a secret in a local variable."""
    key = f"{CANARY} {item}"
    raise RuntimeError(key)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A scenario that knows a key, in an environment that knows another."""
    monkeypatch.setenv("CANARY_KEY", CANARY)
    monkeypatch.setenv("DEEPGRAM_API_KEY", CANARY)
    path = tmp_path / "secrets.yaml"
    path.write_text(SCENARIO)
    return prepare(path, Overrides(clock=Clock.VIRTUAL))


def test_the_key_is_nowhere(small, tmp_path, capfd):
    """Neither in the run's files nor on the terminal, nor in what can be printed of it."""
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(registered={"broken": broken}))
    result = run_meeting(small, out=tmp_path / "run", edges=edges)
    files = [file for file in (tmp_path / "run").rglob("*") if file.is_file()]
    assert len(files) > 5
    assert [file.name for file in files if CANARY.encode() in file.read_bytes()] == []
    out, err = capfd.readouterr()
    assert CANARY not in out + err + repr(result) + repr(small)
    journal = (tmp_path / "run" / "journal.jsonl").read_text()
    assert "the tool raised RuntimeError" in journal


def test_each_state_of_a_call_is_a_record(small, tmp_path):
    """Requested, started, ended, sent: in this order, and started stands before anything has effects."""
    seen = []

    def looks(item: str) -> str:
        """See what is on the disk while the tool runs."""
        seen.append((tmp_path / "run" / "journal.jsonl").read_text())
        raise ToolFailed("closed")

    edges = Edges(engines=murmuring_engines(), permissions=Permissions(registered={"broken": looks}))
    run_meeting(small, out=tmp_path / "run", edges=edges)
    assert "RunTool" in seen[0]
    whole = (tmp_path / "run" / "journal.jsonl").read_text()
    places = [whole.index(word) for word in ("ToolRequested", "RunTool", "ToolFinished", "AnswerTool")]
    assert places == sorted(places)


def test_a_crash_is_told_without_the_key(monkeypatch, capsys):
    """A library's words may hold what it was given; the traceback that people report does not."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", CANARY)

    def crash():
        cause = ValueError(f"Illegal header value b'Token {CANARY}'")
        raise ExceptionGroup("nursery", [RuntimeError(f"{CANARY} again")]) from cause

    assert concluded(crash) == 70
    out, err = capsys.readouterr()
    assert CANARY not in out + err
    assert "Illegal header value b'Token ***'" in err
    assert "RuntimeError: *** again" in err


def test_a_crash_leaves_no_key_in_the_run(small, tmp_path, caplog, capfd):
    """An engine that fails with it in its words: the meeting ends, and its files name the failure alone."""

    class Broken:
        """A voice that is given a key, and says so."""

        def synthesize(self, text, voice):
            raise RuntimeError(f"{CANARY} {text} {voice}")

    engines = evolve(murmuring_engines(), synthesizer=Broken())
    edges = Edges(engines=engines, permissions=Permissions(registered={"broken": broken}))
    caplog.set_level("DEBUG", "trialogue")
    result = run_meeting(small, out=tmp_path / "run", edges=edges)
    files = [file for file in (tmp_path / "run").rglob("*") if file.is_file()]
    assert [file.name for file in files if CANARY.encode() in file.read_bytes()] == []
    out, err = capfd.readouterr()
    assert CANARY not in out + err + caplog.text + repr(result)
    assert "connection crashed" in caplog.text
    assert "RuntimeError at " in caplog.text
    assert "INTERNAL_SERVER_ERROR" in (tmp_path / "run" / "journal.jsonl").read_text()
