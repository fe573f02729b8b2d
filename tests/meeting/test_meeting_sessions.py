"""Sessions that end in the midst of a whole meeting: over the embedded server, in virtual time."""

import random

import pytest
import trio
from attrs import evolve
from cutting import Connections
from test_agent import agent_of, connect_to, until

from trialogue.actors import agent_session
from trialogue.agent.opening import open_agent
from trialogue.errors import LocalProtocolError, ProviderRefused
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.run import watch_nothing
from trialogue.meeting.virtual import run_virtual
from trialogue.model.commands import Cue, EndTurn, Replace, Report, RollOver, RunTool
from trialogue.model.events import (
    PlaybackStarted,
    SentenceSaid,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
    ToolRequested,
)
from trialogue.scenario.defaults import Overrides
from trialogue.testing import hold_meeting, murmuring_engines

SCENARIO = """
trialogue: 1
name: in-turn
run: {seed: 3, frame: 100ms, limits: {time: 2m, turns: 6}}
cast:
  ann: {lines: [The cache is at the edge. It is fast., It is fast indeed., So it is.], greeting: Hi.}
  bob:
    tools: [price]
    think:
      provider: scripted
      script:
        - {call: {tool: price, arguments: {item: edge}}, say: "The price is ${result.cents} cents."}
        - say: As I said.
        - say: Cheap.
tools:
  price:
    description: What something costs.
    schema: {type: object, properties: {item: {type: string}}}
    mock: {result: {cents: eight}, delay: 500ms}
"""


@pytest.fixture
def scenario(tmp_path):
    """Two who speak in turn, one of them with a tool."""
    path = tmp_path / "in-turn.yaml"
    path.write_text(SCENARIO)
    return path


def hold(path, connections, watch=watch_nothing, **more):
    """A meeting that was held, to whatever end, over connections that could be cut."""
    edges = Edges(seams=Seams(connect=connections))
    held = hold_meeting(
        path, path.parent / "out", overrides=Overrides(**more), edges=edges, watch=watch, must_pass=False
    )
    assert held.verify().records == len(held.records)
    return held


def when(kind, participant, act, after_s=0.0):
    """Watch a meeting, and act once on a participant's first event of a kind."""

    async def watch(meeting):
        async for record in meeting.records():
            if isinstance(record.event, kind) and record.event.participant == participant:
                await trio.sleep(after_s)
                act(meeting)
                return

    return watch


def test_a_turn_that_was_cut_is_taken_again_once(scenario):
    """An agent that loses its session in its turn says it again, and knows how far it was heard."""
    connections = Connections()

    async def cut(meeting):
        async for record in meeting.records():
            if isinstance(record.event, SentenceSaid) and record.event.text == "It is fast.":
                await trio.sleep(1.5)
                connections.cut("ann")
                return

    held = hold(scenario, connections, cut)
    assert held.reason == "limit-turns"
    events = [record.event for record in held.records]
    came_and_went = [event for event in events if isinstance(event, SessionReady | SessionLost)]
    assert [type(event) for event in came_and_went if event.participant == "ann"] == [
        SessionReady,
        SessionLost,
        SessionReady,
    ]
    lost = [turn for turn in held.all(EndTurn) if turn.cause == "lost"]
    assert [turn.participant for turn in lost] == ["ann"]
    first, second = [cue.text for cue in held.all(Cue) if cue.to == "ann"][:2]
    assert "cut off" not in first
    assert 'You were cut off after: "The cache is' in second
    memory = connections.settings("ann")[1]["agent"]["context"]["messages"]
    assert [item["role"] for item in memory] == ["assistant", "user", "assistant"]
    assert "The cache is at the edge. It is fast.".startswith(memory[2]["content"])


def test_a_tool_in_flight_is_run_once_and_stands_in_the_context(scenario):
    """A tool whose session is lost does not run again, and the next session knows of the call."""
    connections = Connections()
    held = hold(scenario, connections, when(ToolRequested, "bob", lambda _: connections.cut("bob"), 0.1))
    ran = [c.call_id for c in held.all(RunTool)]
    assert len(ran) == len(set(ran))
    (call,) = [
        item["function_calls"][0]
        for item in connections.settings("bob")[1]["agent"]["context"]["messages"]
        if "function_calls" in item
    ]
    assert call["id"] == ran[0]
    assert call["name"] == "price"
    answered = connections.of["bob"][1].told
    assert not [m for m in answered if m["type"] == "FunctionCallResponse" and m["id"] == ran[0]]


def test_sessions_that_grow_old_are_gone_on_with_in_new_ones(scenario, monkeypatch):
    """Old sessions are replaced between turns, one at a time, without a failure."""
    monkeypatch.setattr(agent_session, "ALLOWED_S", 4.0)
    connections = Connections()
    held = hold(scenario, connections)
    assert held.reason == "limit-turns"
    assert held.all(SessionLost) == held.all(SessionFailed) == []
    rolled = held.all(SessionRolledOver)
    assert {event.participant for event in rolled} == {"ann", "bob"}
    assert len(rolled) == len(held.all(RollOver)) <= len(held.all(SessionEnding))
    assert len(held.all(SessionReady)) == 2 + len(rolled)
    assert connections.most_open == 1
    assert [turn.cause for turn in held.all(EndTurn)] == ["finished"] * len(held.all(EndTurn))
    assert all("greeting" not in s["agent"] for s in connections.settings("ann")[1:])


def test_an_update_holds_in_this_session_and_the_next(scenario):
    """A change of settings holds in the next session, and its confirmation is recorded."""
    connections = Connections()

    async def watch(meeting):
        with pytest.raises(KeyError, match="nobody"):
            meeting.update("nobody", prompt="x")
        with pytest.raises(LocalProtocolError, match="think"):
            meeting.update("ann", think={"provider": "none"})
        with pytest.raises(LocalProtocolError, match="scenario"):
            meeting.update("ann", speak={"provider": {"type": "deepgram"}, "endpoint": {"url": "https://x"}})
        async for record in meeting.records():
            if isinstance(record.event, SessionReady) and record.event.session == 1:
                meeting.update(record.event.participant, prompt="Be brief.")
            if isinstance(record.event, PlaybackStarted) and record.event.participant == "ann":
                connections.cut("ann")
                return

    held = hold(scenario, connections, watch)
    changed = [(e.participant, e.session, e.outcome) for e in held.all(SettingsChanged)]
    assert changed == [("ann", 1, "applied"), ("bob", 1, "applied")]
    first, second = connections.settings("ann")[:2]
    assert "prompt" not in first["agent"]["think"]
    assert second["agent"]["think"]["prompt"] == "Be brief."


def test_a_stand_in_takes_over(tmp_path):
    """A participant that is refused is replaced by its lines, and the meeting goes on with it."""
    path = tmp_path / "stand-in.yaml"
    path.write_text("""
trialogue: 1
name: stand-in
run: {limits: {turns: 4}}
cast:
  ann: {lines: [Good morning., Fine.], on_failure: {replace: {lines: [I stand in for Ann.]}}}
  bob: {lines: [Hello., I see.]}
""")
    connections = Connections({"ann": [ProviderRefused("INVALID_SETTINGS: no such model")]})
    held = hold(path, connections)
    assert held.all(Replace) == [Replace("ann")]
    assert [e.reason for e in held.all(SessionFailed)] == [
        f"INVALID_SETTINGS: no such model [cast.ann, {path}:6:3]"
    ]
    assert "participant-replaced" in [report.code for report in held.all(Report)]
    assert [e.text for e in held.all(SentenceSaid) if e.participant == "ann"] == ["I stand in for Ann."]
    assert held.exit_code == 0


@pytest.mark.parametrize(("policy", "reason"), [("drop", "limit-turns"), ("end", "refused")])
def test_a_participants_failure_policy(tmp_path, policy, reason):
    """A meeting goes on without a failed participant or ends with it, as the scenario says."""
    path = tmp_path / "policy.yaml"
    path.write_text(f"""
trialogue: 1
name: policy
run: {{limits: {{turns: 2}}}}
cast:
  ann: {{lines: [Good morning.], on_failure: {policy}}}
  bob: {{lines: [Hello., I see.]}}
  cyd: {{lines: [Well., So it is.]}}
""")
    held = hold(path, Connections({"ann": [ProviderRefused("no")]}))
    assert held.reason == reason


def test_a_refused_key_ends_the_meeting_at_once(scenario):
    """A refused key ends the meeting at once, with exit code 3."""
    failures = {
        name: [ProviderRefused("the service answered 401", status=401)] * 9
        for name in ("chair", "ann", "bob")
    }
    connections = Connections(failures)
    held = hold(scenario, connections)
    assert held.reason == "refused"
    assert held.exit_code == 3
    assert len(connections.dialled) <= 2
    assert len(held.all(SessionFailed)) == 2


class Deaf:
    """A detector to which nothing is speech: an hour of silence need not be listened to."""

    def feed(self, _):
        return []


@pytest.mark.parametrize("minutes", [5, pytest.param(20, marks=pytest.mark.long)])
def test_no_socket_dies_of_our_own_silence(minutes):
    """An agent that is fed sound now and then, or never, keeps its session."""
    chance = random.Random(7)
    deaf = evolve(murmuring_engines(), open_detector=lambda _: Deaf())

    async def main():
        lost = []
        block, connect = agent_of([{"say": "Hm."}]), connect_to(deaf)
        async with open_agent(block, connect=connect, sample_rate=8000) as agent:
            await until(agent, SessionReady)

            async def watch():
                lost.append(await until(agent, SessionLost | SessionFailed))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(watch)
                start = trio.current_time()
                while trio.current_time() - start < 60 * minutes and not lost:
                    for _ in range(chance.randrange(100)):
                        agent.hear(bytes(320))
                        await trio.sleep(0.02)
                    await trio.sleep(chance.choice((0.1, 0.9, 5.0, 30.0, 200.0)))
                nursery.cancel_scope.cancel()
        assert lost == []

    run_virtual(main)


def test_a_lone_agent_goes_on_when_its_session_grows_old(monkeypatch):
    """An agent without a meeting gets a new session when the old one nears its age limit."""
    monkeypatch.setattr(agent_session, "ALLOWED_S", 30.0)
    script = [{"say": "Good morning."}, {"say": "It is noon."}, {"otherwise": "Good bye."}]

    async def main():
        async with open_agent(agent_of(script), connect=connect_to(murmuring_engines())) as agent:
            await until(agent, SessionReady)
            agent.update(prompt="Be brief.")
            assert isinstance((await until(agent, SettingsChanged))[-1], SettingsChanged)
            agent.ask("Hello?")
            await until(agent, SessionEnding)
            events = await until(agent, SessionReady)
            assert not [e for e in events if isinstance(e, SessionLost)]
            assert events[-1].session == 2

    run_virtual(main)
