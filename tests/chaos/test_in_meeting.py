"""Faults that a scenario wants: struck in its own meeting, recorded, and left out of what is expected."""

import re

import pytest

from trialogue.chaos.catalogue import FAULTS, Part, Signal
from trialogue.errors import PermissionMissing, ScenarioError
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.run import run_meeting
from trialogue.model.events import FaultStruck, InjectionRefused, SessionLost, ToolFinished, ToolRequested
from trialogue.model.fault_names import FAULT_NAMES, TOOL_FAULTS
from trialogue.scenario import loads, resolve
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions

MEETING = """
trialogue: 1
name: struck
run: {clock: virtual, seed: 1, limits: {time: 60s, turns: 10}}
cast:
  ann: {lines: ["What does it cost?", "Is that all?", "And now?", "Good."]}
  ben:
    tools: [price]
    think:
      provider: scripted
      script:
        - say: Let me think of it for a while, and then of something else that is quite as long.
        - {call: {tool: price}, say: "It costs ${result}."}
        - say: Nothing more.
tools: {price: {description: What it costs., mock: {result: 8}}}
"""


def held(tmp_path, more, *, faults=True, meeting=MEETING):
    file = tmp_path / "struck.yaml"
    file.write_text(meeting + more)
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(faults=faults))
    return run_meeting(file, out=tmp_path / "run", edges=edges)


def events_of(found, kind):
    records = read(found.folder / "journal.jsonl")
    return [(record.at, record.event) for record in records if isinstance(record.event, kind)]


def wanted(fault, more=""):
    return f"faults: [{{id: wanted, to: ben, {fault}}}]\n{more}"


def test_the_words_are_those_of_the_catalogue():
    """A scenario can name each fault of an agent or its tools, and its own `disconnect` and `delay`."""
    of_tools = {Part.TOOL_HANGS, Part.TOOL_RAISES, Part.TOOL_FLOODS}
    own = [
        each.name
        for each in FAULTS
        if not isinstance(each.effect, Signal)
        if not isinstance(each.effect, Part) or each.effect in of_tools
        if not each.needs_update and not re.search("roll", each.name)
    ]
    assert list(FAULT_NAMES) == ["disconnect", "delay", *own]
    assert {each.name for each in FAULTS if each.needs_tool} & set(own) == TOOL_FAULTS


def test_a_fault_strikes_at_its_moment_and_is_recorded(tmp_path):
    """A `disconnect` ends the session at its moment, and the meeting's journal verifies without the fault."""
    found = held(tmp_path, wanted("do: disconnect, when: {speaking: ben, for: 500ms}"))
    ((struck_at, struck),) = events_of(found, FaultStruck)
    assert struck == FaultStruck("ben", "wanted", "disconnect")
    assert [(round(at - struck_at, 1), lost.participant) for at, lost in events_of(found, SessionLost)] == [
        (0.0, "ben")
    ]
    reading = read(found.folder / "journal.jsonl")
    assert verify(reading, brain_for).records > 0


def test_a_line_is_slow_for_as_long_as_it_is_said(tmp_path):
    """A `delay` slows an agent for the time of `for`, and neither before nor after."""
    more = "expect: {always: [{response-latency: {max: 900ms, each: [ben]}, except: wanted}]}\n"
    fault = "do: delay, by: 2s, for: 5s, when: {participant: ben, event: heard}"
    found = held(tmp_path, wanted(fault, more))
    assert found.result.expectations.is_met
    assert found.result.measures.participants[1].response.p95 > 1.5


@pytest.mark.parametrize("lasts", [", for: 60s", ""], ids=["with a duration", "without one"])
def test_the_end_of_a_delay_ends_no_other(tmp_path, lasts):
    """Of two delays at once the newest counts, and when it ends, the other goes on."""
    faults = (
        f"faults:\n  - {{id: long, to: ben, do: delay, when: {{at: 10ms}}, by: 2s{lasts}}}\n"
        "  - {id: short, to: ben, do: delay, when: {at: 20ms}, by: 100ms, for: 200ms}\n"
    )
    found = held(tmp_path, faults)
    assert [event.fault for _, event in events_of(found, FaultStruck)] == ["long", "short"]
    assert found.result.measures.participants[1].response.p50 > 1.5


def test_effects_of_a_fault_count_unless_it_is_excepted(tmp_path):
    """An expectation that names no fault counts everything."""
    more = "expect: {never: [{participant: ben, event: failed}, {error: any, except: wanted}]}\n"
    found = held(tmp_path, wanted("do: closed-4000, when: {at: 2s}", more))
    assert "session-failed" in {each.code for each in found.result.failures}
    assert [miss.place for miss in found.result.expectations.misses] == ["expect.never[0]"]


def test_a_call_meets_its_fault(tmp_path):
    """The next tool call of the agent that is to be struck gets the fault."""
    found = held(tmp_path, wanted("do: tool-raises, when: {at: 100ms}"))
    assert [event.outcome for _, event in events_of(found, ToolFinished)] == ["failed"]
    assert len(events_of(found, FaultStruck)) == 1


TWO_CALLERS = """
  cid:
    tools: [price]
    think: {provider: scripted, script: [{call: {tool: price}, say: "It costs ${result}."}]}
"""


def test_only_the_calls_of_its_agent_meet_a_fault(tmp_path):
    """Another agent's call that comes first succeeds, and the call of the agent in `to` fails."""
    cast, tools = MEETING.split("tools: {price:")
    meeting = f"{cast.rstrip()}{TWO_CALLERS}tools: {{price:{tools}"
    found = held(tmp_path, wanted("do: tool-raises, when: {at: 0s}"), meeting=meeting)
    calls = [(event.participant, event.outcome) for _, event in events_of(found, ToolFinished)]
    assert calls[:2] == [("cid", "succeeded"), ("ben", "failed")]


def test_a_session_is_lost_at_its_next_call(tmp_path):
    """`lost-while-calling` waits for the next call: the session lives until then."""
    found = held(tmp_path, wanted("do: lost-while-calling, when: {at: 100ms}"))
    ((called_at, _), *_) = events_of(found, ToolRequested)
    assert [at >= called_at for at, _ in events_of(found, FaultStruck)] == [True]
    assert [at >= called_at for at, _ in events_of(found, SessionLost)] == [True]


@pytest.mark.parametrize("fault", ["done-twice", "everything-twice", "acks-late", "odd-sound"])
def test_a_fault_that_lasts_begins_in_the_session_that_there_is(fault, tmp_path):
    """A fault of all messages strikes at its moment; it waited for a next session, and hardly ever struck."""
    found = held(tmp_path, wanted(f"do: {fault}, when: {{speaking: ben, for: 200ms}}"))
    assert len(events_of(found, FaultStruck)) == 1
    assert events_of(found, SessionLost) == []


@pytest.mark.parametrize("fault", ["prompt-refused", "prompt-refused-by-warning", "prompts-refused"])
def test_the_next_prompt_is_refused(fault, tmp_path):
    """A prompt of a session that is open when the fault is due is refused."""
    found = held(tmp_path, wanted(f"do: {fault}, when: {{said: {{by: ann, match: all}}}}"))
    assert events_of(found, InjectionRefused)


def test_a_call_of_the_session_that_there_is_arrives_twice(tmp_path):
    """`call-twice` strikes at the next call, which is asked for twice and run once."""
    found = held(tmp_path, wanted("do: call-twice, when: {at: 2s}"))
    asked = [at for at, _ in events_of(found, ToolRequested)]
    assert len(asked) == 2
    assert [at for at, _ in events_of(found, FaultStruck)] == asked[:1]
    assert len(events_of(found, ToolFinished)) == 1


@pytest.mark.parametrize("fault", ["refused", "unauthorized"])
def test_a_dial_meets_its_fault(fault, tmp_path):
    """A fault of dialling strikes the agent's next dial, after its session was lost."""
    faults = "faults:\n" + "".join(
        f"  - {{id: {name}, to: ben, do: {do}, when: {{speaking: ben, for: 500ms}}}}\n"
        for name, do in (("first", fault), ("then", "disconnect"))
    )
    found = held(tmp_path, faults)
    kinds = [event.kind for _, event in events_of(found, FaultStruck)]
    assert kinds[:2] == ["disconnect", fault]


def test_faults_of_a_scenario_need_permission(tmp_path):
    """Without permission the meeting does not start, and the error names the option."""
    with pytest.raises(PermissionMissing) as caught:
        held(tmp_path, wanted("do: disconnect, when: {at: 1s}"), faults=False)
    assert caught.value.options == ("--allow-faults",)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("do: disconect, when: {at: 1s}", 'did you mean "disconnect"'),
        ("do: delay, when: {at: 1s}", r"delay needs the key by: the length of the delay \[E-FAULT\]"),
        ("do: disconnect, for: 3s, when: {at: 1s}", "disconnect happens at one moment"),
        ("do: disconnect, by: 3s, when: {at: 1s}", "by is only for delay"),
        ("do: disconnect, when: {ended: said}", "nothing can be done after the meeting has ended"),
    ],
)
def test_a_fault_that_cannot_strike_is_reported(fault, told):
    """A fault that could never strike is an error of the scenario, with its code."""
    with pytest.raises(ScenarioError, match=told):
        resolve(loads(MEETING + wanted(fault)))


def test_only_agents_at_the_embedded_server_are_struck():
    """A fault of tool calls for an agent without tools is an error of the scenario."""
    other = MEETING + "faults: [{id: x, to: ann, do: tool-raises, when: {at: 1s}}]\n"
    with pytest.raises(ScenarioError, match="affects tool calls, and ann has no tools"):
        resolve(loads(other))


def test_a_fault_that_is_not_there_cannot_be_left_out():
    """The error for an unknown fault suggests the one that was probably meant."""
    more = "expect: {always: [{response-latency: {max: 1s}, except: wantet}]}\n"
    with pytest.raises(ScenarioError, match='no fault is called "wantet"; did you mean "wanted"'):
        resolve(loads(MEETING + wanted("do: disconnect, when: {at: 1s}", more)))
