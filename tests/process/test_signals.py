"""Processes that are asked to end while something in them does not let go."""

import json
import signal
import time

import pytest
from attrs import evolve
from process_values import kinds, shown

from trialogue.brain.meeting import Brain
from trialogue.errors import MeetingStopped
from trialogue.journal.manifest import Status, read_manifest
from trialogue.journal.reader import ProblemKind, read
from trialogue.journal.verify import verify

SCENARIO = """
trialogue: 1
name: stubborn
run: {seed: 3, limits: {time: 60s}}
tools:
  look_up: {python: "stubborn:TOOL", timeout: 90s, description: Look it up., schema: {type: object}}
cast:
  ann:
    think:
      provider: scripted
      script: [{call: {tool: look_up, arguments: {}}, say: It is dear.}]
    tools: [look_up]
  bob: {lines: [I see.]}
"""


@pytest.fixture
def stubborn(command, tmp_path, out):
    """A meeting whose tool, one of `stubborn`, has been called and does not return."""

    def run(tool, *arguments):
        path = tmp_path / "stubborn.yaml"
        path.write_text(SCENARIO.replace("TOOL", tool))
        return command("run", path, "--allow-import", "stubborn.*", "--out", out, *arguments)

    return run


def test_a_first_interrupt_ends_it_in_order_within_five_seconds(stubborn, out):
    """Ctrl-C ends a meeting in order although a tool's thread works on, and says how to end it at once."""
    with stubborn("in_a_thread") as process:
        shown(process, "calls look_up")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=5)
    assert process.returncode == 130
    assert told.count("press Ctrl-C again to end at once") == 1
    assert read(out / "journal.jsonl").problems == []
    assert read_manifest(out / "journal.jsonl").status is Status.CLOSED
    assert json.loads((out / "result.json").read_text())["reason"] == "interrupted"


@pytest.mark.parametrize(
    ("tool", "first", "second"),
    [
        ("in_a_thread", signal.SIGINT, signal.SIGINT),
        ("shielded", signal.SIGINT, signal.SIGTERM),
        ("blocking", signal.SIGTERM, signal.SIGINT),
    ],
)
def test_a_second_signal_ends_it_at_once(stubborn, out, tool, first, second):
    """A second signal ends a process that does not let go, and every record can be read."""
    with stubborn(tool) as process:
        shown(process, "holds up the loop" if tool == "blocking" else "calls look_up")
        process.send_signal(first)
        if first == signal.SIGINT:
            assert "Ctrl-C again" in next(line for line in process.stderr if "Ctrl-C" in line)
        process.send_signal(second)
        _, told = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "trialogue: ending at once" in told
    assert "Traceback" not in told
    reading = read(out / "journal.jsonl")
    assert verify(out / "journal.jsonl", Brain).records == len(list(reading)) > 3
    assert {problem.kind for problem in reading.problems} <= {ProblemKind.NOT_CLOSED}


def test_a_second_signal_ends_what_holds_the_interpreter(stubborn, out):
    """A second Ctrl-C ends a process that runs no Python any more, and its journal can be read."""
    with stubborn("in_c") as process:
        shown(process, "calls look_up")
        process.send_signal(signal.SIGINT)
        shown(process, "holds the interpreter")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)
    assert process.returncode == -signal.SIGALRM
    assert verify(out / "journal.jsonl", Brain).records > 3


def test_what_does_not_stop_is_left_behind(stubborn, out):
    """A tool that does not stop is recorded and left behind, and the run has all its files."""
    with stubborn("shielded", "--clock", "virtual") as process:
        output, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "tools did not stop" in told
    assert "stubborn ended after" in output
    reading = read(out / "journal.jsonl")
    assert kinds(list(reading))[-1] == "ActorOverran"
    assert reading.problems == []
    assert json.loads((out / "result.json").read_text())["reason"] == "silence"


def test_a_trial_that_is_stopped_says_nothing_of_promises(command, endless, out):
    """A stopped `chaos` exits as the signal says, without a verdict on promises."""
    with command("chaos", endless, "--clock", "real", "--fault", "malformed", "--out", out) as process:
        journal = out / "journal.jsonl"
        while not journal.exists() or journal.stat().st_size < 5_000:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        shown_of_it, told = process.communicate(timeout=20)
    assert process.returncode == 143
    assert shown_of_it == ""
    assert "the meeting was stopped" in told


@pytest.mark.parametrize(("reason", "code"), [("interrupted", 130), ("hung-up", 129), ("said", None)])
def test_only_a_meeting_that_came_to_its_end_is_compared(hold, reason, code):
    """A what-if of a stopped meeting is refused; its missing turns would count as a difference."""
    held = hold()
    held = evolve(held, result=evolve(held.result, reason=reason))
    if code is None:
        held.check_whole()
        return
    with pytest.raises(MeetingStopped, match="was stopped") as stopped:
        held.check_whole()
    assert stopped.value.exit_code == code
