"""A run that faults struck gives the same turns again, with the plan's faults in its scenario."""

import shutil

import pytest
import yaml
from attrs import evolve

from trialogue.cli.what_if import WhatIfTold, ask_what_if
from trialogue.journal.reader import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import first_difference
from trialogue.meeting.run import resume_meeting, run_meeting
from trialogue.meeting.scenario_from import retell
from trialogue.meeting.what_if import what_if
from trialogue.model.clock_time import clock
from trialogue.model.events import FaultStruck, MeetingResumed, SessionFailed, SessionLost
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions

MEETING = """
trialogue: 1
name: struck
run: {clock: virtual, frame: 100ms, seed: 1, limits: {time: 60s, turns: 9}}
cast:
  ann: {lines: ["What does it cost?", "Is that all?", "And now?", "Good."]}
  ben:
    tools: [price]
    think:
      provider: scripted
      script:
        - say: Let me think of it for a while, and then of something else that is quite as long.
        - {call: {tool: price}, say: "It costs ${result}."}
        - {say: Nothing more., think: 2s}
tools: {price: {description: What it costs., mock: {result: 8}}}
faults:
"""

DROP = "  - {id: drop, when: {speaking: ben, for: 1s, nth: 1}, do: disconnect, to: ben}\n"
SLOW = "  - {id: slow, when: {said: {by: ann, match: cost}, after: 100ms}, do: delay, to: ben, by: 1s500ms}\n"
SHORT = "  - {id: short, when: {at: 500ms}, do: delay, to: ben, by: 1s500ms, for: 20s}\n"
BROKEN = "  - {id: broken, when: {tool: price, outcome: succeeded, within: 1m}, do: closed-1011, to: ben}\n"
BURST = "  - {id: burst, when: {speaking: ben, for: 1s}, do: sound-burst, to: ben}\n"
HANGING = "  - {id: hanging, when: {at: 0s}, do: tool-raises, to: ben}\n"


def edges():
    return Edges(engines=murmuring_engines(), permissions=Permissions(faults=True))


def held(path, out):
    """The records of a meeting, its plan and what was said."""
    run_meeting(prepare(path, Overrides()), out=out, edges=edges())
    return held_meeting(read(out / "journal.jsonl"))


def struck(run):
    return [record.event.fault for record in run.records if isinstance(record.event, FaultStruck)]


@pytest.fixture
def first(tmp_path):
    """Holds the meeting with these faults."""

    def hold(faults):
        path = tmp_path / "struck.yaml"
        path.write_text(MEETING + faults)
        return held(path, tmp_path / "run")

    return hold


def again(tmp_path):
    """The scenario that is made of the run, as a document, its head, and its meeting."""
    path = retell(read(tmp_path / "run" / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    text = path.read_text()
    return yaml.safe_load(text), text, held(path, tmp_path / "again" / "run")


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(DROP, id="drop"),
        pytest.param(SLOW, id="slow", marks=pytest.mark.long),
        pytest.param(SHORT, id="short", marks=pytest.mark.long),
        pytest.param(BROKEN, id="broken", marks=pytest.mark.long),
        pytest.param(BURST, id="burst", marks=pytest.mark.long),
        pytest.param(SLOW + BROKEN, id="slow-broken"),
    ],
)
def test_the_plans_faults_strike_again_and_the_turns_are_the_same(faults, first, tmp_path):
    """The plan's faults strike again in a scenario from a run, and its turns are the same."""
    then = first(faults)
    document, text, now = again(tmp_path)
    assert document["faults"] == yaml.safe_load("faults:\n" + faults.replace(", nth: 1", ""))["faults"]
    assert "faults" not in text.partition("trialogue: 1")[0]
    assert first_difference(then.utterances, now.utterances) is None
    assert struck(then) == struck(now) != []


def test_a_delayed_reply_has_no_time_to_think(first, tmp_path):
    """A repeated meeting does not add the fault's delay to the agent's own."""
    first(SLOW)
    document, _, _ = again(tmp_path)
    script = document["cast"]["ben"]["think"]["script"]
    assert [entry.get("think") for entry in script if entry["say"] == "Nothing more."] == ["2s"]


def test_a_fault_of_a_tool_is_in_what_the_tool_answers(first, tmp_path):
    """A repeated tool answers as it did, and its fault does not strike again."""
    then = first(HANGING)
    document, _, now = again(tmp_path)
    assert struck(then) == ["hanging"]
    assert "faults" not in document
    assert "error" in document["tools"]["price"]["mock"]
    assert first_difference(then.utterances, now.utterances) is None


def test_sessions_that_no_fault_of_the_plan_struck_are_missing(first, tmp_path):
    """The head of the scenario names agents whose lost sessions are not repeated."""
    then = first(DROP)
    assert any(isinstance(record.event, SessionLost) for record in then.records)
    journal = tmp_path / "run" / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    assert '"faults":[{' in lines[0]
    reading = read(journal)
    plain = evolve(reading, header=evolve(reading.header, plan=evolve(reading.header.plan, faults=())))
    text = retell(plain, tmp_path / "plain" / "scenario.yaml").read_text()
    assert "# - faults: sessions of ben were lost, and are not here" in text


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ("restart: {when: never}", "silence"),
        ("restart: {max: 1}", "silence"),
        ("restart: {max: 0}\n    on_failure: end", "participant-failed"),
    ],
)
def test_who_failed_for_good_fails_again(rules, reason, tmp_path):
    """A what-if loses an agent for good, or ends, where a fault used up its retries as recorded."""
    path = tmp_path / "failing.yaml"
    refused = "  - {id: gone, when: {participant: ben, event: lost}, do: refused, to: ben}\n"
    path.write_text(MEETING.replace("tools: [price]", f"{rules}\n    tools: [price]") + DROP + refused)
    held(path, tmp_path / "run")
    reading = read(tmp_path / "run" / "journal.jsonl")
    assert any(isinstance(record.event, SessionFailed) for record in reading)
    found = what_if(reading, {"floor.policy": "round-robin"}, tmp_path / "other", edges())
    assert (found.recorded.reason, found.made.reason) == (reason, reason)
    assert (found.horizon, found.lost) == (None, ())
    assert abs(found.made.duration_s - found.recorded.duration_s) < 0.5


def test_retries_wait_as_long_again(tmp_path):
    """A repeated meeting is without its agent for as long as the recorded one, whose scenario set it."""
    path = tmp_path / "waiting.yaml"
    path.write_text(
        MEETING.replace("tools: [price]", "restart: {backoff: 6s..9s}\n    tools: [price]") + DROP
    )
    then = held(path, tmp_path / "run")
    document, _, now = again(tmp_path)
    assert document["cast"]["ben"]["restart"] == {"backoff": "6s..9s"}
    waits, others = (
        [each.event.retry_in_s for each in run.records if isinstance(each.event, SessionLost)]
        for run in (then, now)
    )
    assert waits == others
    assert max(waits) > 0.5


def test_a_what_if_tells_whose_sessions_were_lost(first, tmp_path):
    """A what-if names agents whose sessions were lost without a fault, since that is not repeated."""
    first(DROP)
    reading = read(tmp_path / "run" / "journal.jsonl")
    plain = evolve(reading, header=evolve(reading.header, plan=evolve(reading.header.plan, faults=())))
    assert what_if(plain, {"floor.policy": "round-robin"}, tmp_path / "other", edges()).lost == ("ben",)
    assert what_if(reading, {"floor.policy": "round-robin"}, tmp_path / "same", edges()).lost == ()


def test_a_what_if_tells_when_its_meeting_was_resumed(tmp_path, capsys):
    """A what-if and a scenario from a run say when it was resumed, since nothing is cut off there again."""
    path = tmp_path / "plain.yaml"
    path.write_text(MEETING.replace("faults:", ""))
    held(path, tmp_path / "run")
    journal = tmp_path / "run" / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    spoken = next(number for number, line in enumerate(lines, 1) if '"PlaybackStarted"' in line)
    journal.write_text("".join(lines[:spoken]))
    (tmp_path / "run" / "manifest.json").unlink()
    shutil.rmtree(tmp_path / "run" / "audio")
    resume_meeting(tmp_path / "run", out=tmp_path / "resumed", edges=edges())
    reading = read(tmp_path / "resumed" / "journal.jsonl")
    (at,) = (record.at for record in reading if isinstance(record.event, MeetingResumed))
    assert ask_what_if(reading.path, ["floor.hold.max=80s"], WhatIfTold(), edges()) == 0
    assert f"its process had died or slept at {clock(at)}" in capsys.readouterr().out
    text = retell(reading, tmp_path / "again" / "scenario.yaml").read_text()
    assert f"# - the pauses at {clock(at)}, when its process had died or slept" in text


def test_a_what_if_meets_the_same_faults_unasked(first, tmp_path):
    """A what-if meets the plan's faults without a permission."""
    first(DROP)
    reading = read(tmp_path / "run" / "journal.jsonl")
    found = what_if(
        reading, {"floor.policy": "round-robin"}, tmp_path / "if", Edges(engines=murmuring_engines())
    )
    assert found.horizon is None
    assert found.others == ()
    assert struck(held_meeting(read(tmp_path / "if" / "journal.jsonl"))) == ["drop"]
