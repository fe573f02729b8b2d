"""`trialogue run`, in this process: what stdout gets, and that watching changes nothing."""

import json
import re

import pytest
import structlog
from attrs import evolve

from trialogue.cli.run import RunOptions, hold
from trialogue.errors import ScenarioError, SetupError
from trialogue.scenario.defaults import Overrides

TRANSCRIPT = """\
  Ann    Hello.
  Ann    Bob, please.
  Bobby  It works.
  Bobby  It is fast.
  Ann    The meeting is closed.
  ── ended: the words that end it were said ──
"""
"""Without its times, which are the server's affair."""

CODE = """
tools:
  now: {python: "time:time", description: What time it is., schema: {type: object}}
"""


@pytest.fixture(autouse=True)
def _diagnostics():
    yield
    structlog.reset_defaults()


def test_a_meeting_is_shown_and_summed_up(small, hold_it, tmp_path, capsys):
    """A run without a terminal prints plain lines in order of time, then the summary."""
    assert hold(small, RunOptions(out=tmp_path / "run"), hold_it) == 0
    shown, told = capsys.readouterr()
    transcript, blank, rest = shown.partition("\n\n")
    assert re.sub(r"(?m)^\d\d:\d\d", "", transcript) + "\n" == TRANSCRIPT
    assert blank
    assert re.match(r"small ended after 00:0\d: the words .* were said \(said\)\nvirtual clock: ", rest)
    assert f"\n\n  {tmp_path / 'run'}\n    audio/{{ann,bob,mix}}.wav  journal.jsonl  " in rest
    assert "\x1b" not in shown
    assert told == "trialogue: preparing voices and recognizer\n"


def test_one_line_is_one_line(small, hold_it, tmp_path, capsys):
    """`run --quiet` prints one line on stdout and nothing on stderr."""
    assert hold(small, RunOptions(out=tmp_path / "run", shown="line"), hold_it) == 0
    shown, told = capsys.readouterr()
    assert re.fullmatch(rf"small: said after 00:0\d, 3 turns, {tmp_path}/run\n", shown)
    assert told == ""


def test_json_is_json_alone(small, hold_it, tmp_path, capsys):
    """`run --json` prints the result as JSON, with its directory and exit code, and nothing else."""
    assert hold(small, RunOptions(out=tmp_path / "run", shown="json"), hold_it) == 0
    shown, told = capsys.readouterr()
    whole = json.loads(shown)
    assert told == ""
    extra = {name: whole.pop(name) for name in ("folder", "machine_s", "exit_code")}
    assert whole == json.loads((tmp_path / "run" / "result.json").read_text())
    assert extra["folder"] == str(tmp_path / "run")
    assert extra["exit_code"] == 0


def test_watching_changes_nothing(small, hold_it, tmp_path):
    """A meeting is the same byte for byte with and without a view of it."""
    journals = []
    for shown in ("live", "line", "json"):
        hold(small, RunOptions(out=tmp_path / shown, shown=shown), hold_it)
        journals.append((tmp_path / shown / "journal.jsonl").read_bytes())
    assert journals[0] == journals[1] == journals[2]


def test_a_meeting_that_ends_badly_says_so(small, hold_it, tmp_path, capsys):
    """`run` exits with the code of the meeting, whatever was printed."""

    class Refused:
        def __init__(self, held):
            self.result = evolve(held.result, reason="refused", ok=False)
            self.folder, self.machine_s, self.exit_code = held.folder, held.machine_s, 3

    assert hold(small, RunOptions(out=tmp_path / "r", shown="line"), lambda *how: Refused(hold_it(*how))) == 3
    assert "refused after" in capsys.readouterr().out


def test_options_reach_the_meeting(small, hold_it, tmp_path):
    """The options of `run` reach the meeting."""
    seen = []

    def spy(resolved, asked, watch, progress):
        seen.append((resolved.plan.seed, asked.endpoint, asked.out))
        return hold_it(resolved, asked, watch, progress)

    asked = RunOptions(Overrides(seed=9), tmp_path / "run", "wss://api.eu.deepgram.com/v1", "line")
    hold(small, asked, spy)
    assert seen == [(9, "wss://api.eu.deepgram.com/v1", tmp_path / "run")]


def test_a_wrong_scenario_stops_before_anything(tmp_path):
    """`run` of a missing file is an error before anything is loaded."""
    with pytest.raises(ScenarioError, match=r"cannot be read"):
        hold(tmp_path / "none.yaml", RunOptions(), lambda *_: pytest.fail("held"))


def test_code_is_told_or_refused(small, hold_it, tmp_path, capsys):
    """`run` says that a scenario runs code, and refuses it if the operator wants that."""
    small.write_text(
        small.read_text().replace('lines: ["It', 'prompt: Tell it., tools: [now], lines: ["It') + CODE
    )
    with pytest.raises(SetupError, match=r"runs code \(time:time\), which --no-code forbids"):
        hold(small, RunOptions(allows_code=False), hold_it)
    hold(small, RunOptions(out=tmp_path / "run", shown="line", imports=("time.*",)), hold_it)
    assert capsys.readouterr().err == f"trialogue: {small} runs code: time:time\n"
    with pytest.raises(SetupError, match=r"if you trust it, pass edges=.*imports=\('time\.time',\)"):
        hold(small, RunOptions(out=tmp_path / "refused", shown="line"), hold_it)


@pytest.mark.parametrize(("code", "raised"), [(0, True), (129, False)])
def test_a_closed_pipe_at_the_end(small, hold_it, tmp_path, monkeypatch, code, raised):
    """`run` into a closed pipe has an exit code of its own, unless the meeting failed."""

    class Held:
        def __init__(self, held):
            self.result, self.folder, self.machine_s = held.result, held.folder, held.machine_s
            self.exit_code = code

    def gone(_):
        raise BrokenPipeError

    monkeypatch.setattr("trialogue.cli.run.put", gone)
    asked = RunOptions(out=tmp_path / "run", shown="line")
    if raised:
        with pytest.raises(BrokenPipeError):
            hold(small, asked, lambda *how: Held(hold_it(*how)))
    else:
        assert hold(small, asked, lambda *how: Held(hold_it(*how))) == code


@pytest.mark.parametrize(("endpoint", "is_told"), [("ws://127.0.0.1:9", True), (None, False)])
def test_an_address_that_nobody_dials_is_told(small, hold_it, tmp_path, capsys, endpoint, is_told):
    """Who names a server reads that no agent goes there: the meeting passed, and nobody had asked it."""
    hold(small, RunOptions(out=tmp_path / "run", endpoint=endpoint, shown="line"), hold_it)
    told = "--endpoint has no effect: every agent is at the embedded server; add --via deepgram"
    assert (told in capsys.readouterr().err) is is_told
