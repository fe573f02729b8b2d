"""Another vendor takes a seat by its package and one line: nothing else of trialogue knows of it."""

import json
from base64 import b64encode
from functools import partial

import attrs
import pytest
import tiny_vendor
import trio
import websockets.trio.server

from trialogue.agent.opening import open_agent
from trialogue.errors import ScenarioError
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import open_meeting
from trialogue.model.events import EarReady, SentenceSaid, SessionReady, ToolFinished
from trialogue.model.participants import Price
from trialogue.scenario import json_schema, loads, resolve, to_yaml
from trialogue.services import SERVICES
from trialogue.services.port import Hosted
from trialogue.testing import murmuring_engines

SCENARIO = """
trialogue: 1
name: two-vendors
run: {limits: {turns: 2, time: 60s}}
cast:
  tom: {via: tiny, prompt: You are tiny., think: {mind: sharp}, tools: [price]}
  ada: {lines: [I am at the other service., So we both spoke.]}
  dana: {via: {clips: [{when: {at: 55s}, say: Too late.}]}}
tools: {price: {mock: {result: {eur: 1}}}}
"""
TONE = b64encode(bytes(range(256)) * 60).decode()


class TinyServer:
    """The tiny vendor's server: it calls a tool, and then says what it costs."""

    def __init__(self):
        self.told = []
        self.paths = []
        self.keys = []

    async def converse(self, connection):
        self.paths.append(connection.request.path)
        self.keys.append(connection.request.headers["Authorization"])
        try:
            async for text in connection:
                message = json.loads(text)
                if "pcm" not in message:
                    self.told.append(message)
                for answer in self.answers(message):
                    await connection.send(json.dumps(answer))
        except websockets.exceptions.ConnectionClosed:
            return

    def answers(self, message):
        match message:
            case {"hello": _}:
                return [{"ok": "session-1"}]
            case {"ask": text}:
                return [{"heard": text}, {"call": {"id": "c1", "name": "price", "with": "{}"}}]
            case {"answer": _, "text": text}:
                return [{"says": f"It costs {text}."}, {"pcm": TONE}, {"pcm": TONE}, {"end": True}]
            case _:
                return []


@pytest.fixture
def listed(monkeypatch):
    """The one line: the list of services with one more in it."""
    monkeypatch.setitem(SERVICES, "tiny", "tiny_vendor:SERVICE")


@pytest.fixture
async def server(listed, monkeypatch):
    """The vendor's server, where the vendor's package says it is, and the key in the environment."""
    peer = TinyServer()
    monkeypatch.setenv("TINY_KEY", "sesame")
    async with trio.open_nursery() as nursery:
        serve = partial(websockets.trio.server.serve, peer.converse, 0, host="127.0.0.1")
        bound = await nursery.start(serve)
        port = bound.listeners[0].socket.getsockname()[1]
        there = Hosted(f"ws://127.0.0.1:{port}/agent", "TINY_KEY", domain="tiny.example")
        monkeypatch.setattr(tiny_vendor, "SERVICE", attrs.evolve(tiny_vendor.SERVICE, hosted=there))
        yield peer
        nursery.cancel_scope.cancel()


@pytest.mark.real
async def test_two_vendors_at_one_table(server, tmp_path):
    """Its agent is dialled with its own key, cued, calls a tool, speaks and is heard beside another's."""
    edges = Edges(engines=murmuring_engines())
    with trio.fail_after(60):
        async with open_meeting(resolve(loads(SCENARIO)), out=tmp_path / "run", edges=edges) as meeting:
            events = [record.event async for record in meeting.records()]
            result = await meeting.finished()
    assert result.result.reason == "limit-turns"
    assert SessionReady("tom", 1, "session-1") in events
    said = {event.participant: event.text for event in events if isinstance(event, SentenceSaid)}
    assert said["tom"] == 'It costs {"eur":1}.'
    assert said["ada"].startswith("I am at the other service")
    assert {event.participant for event in events if isinstance(event, ToolFinished)} == {"tom"}
    spoken = {p.name: p.spoken_s for p in result.result.measures.participants}
    assert spoken["tom"] > 0.5 < spoken["ada"]
    hello = next(message["hello"] for message in server.told if "hello" in message)
    assert (hello["mind"], hello["pitch"], hello["tools"][0]["name"]) == ("sharp", "squeak", "price")
    assert set(server.keys) == {"Bearer sesame"}


@pytest.mark.real
async def test_its_ears_listen_where_its_agents_are(server, tmp_path):
    """A person's ear is at the service of the first agent, dialled where the vendor says."""
    edges = Edges(engines=murmuring_engines())
    with trio.fail_after(60):
        async with open_meeting(
            resolve(loads(SCENARIO.replace("turns: 2", "turns: 1"))), out=tmp_path / "run", edges=edges
        ) as meeting:
            events = [record.event async for record in meeting.records()]
    assert EarReady("dana", 1, "ear") in events
    assert set(server.paths) == {"/agent", "/agent/ear"}


@pytest.mark.real
async def test_one_agent_of_it_alone(server):
    """`open_agent` takes its name, and what it calls an agent."""
    del server
    with trio.fail_after(30):
        async with open_agent({"mind": "sharp"}, via="tiny") as agent:
            event = await agent.next_event()
    assert event == SessionReady("agent", 1, "session-1")


def test_scenarios_have_its_keys(listed):
    """Its keys are read, checked, filled in, priced, written and part of the schema."""
    resolved = resolve(loads(SCENARIO))
    tom = resolved.agents[0]
    assert (tom.via, tom.block["mind"], tom.block["pitch"]) == ("tiny", "sharp", "squeak")
    assert resolved.plan.participants[0].price == Price("tiny/minute", usd_a_minute=0.01, as_of="2026-01-01")
    assert resolve(loads(to_yaml(resolved))).agents == resolved.agents
    assert "TinyThink" in json_schema()["$defs"]
    with pytest.raises(ScenarioError, match=r'unknown key "provider"'):
        loads(SCENARIO.replace("{mind: sharp}", "{provider: open_ai, model: m}"))


def test_a_misplaced_key_of_its_is_led_to_its_place_while_it_is_listed(monkeypatch):
    """Once it is not, the key is an unknown one as before, whatever was asked meanwhile."""
    text = "{trialogue: 1, name: m, cast: {ann: {lines: [Hi.], mind: sharp}}}"
    with monkeypatch.context() as context:
        context.setitem(SERVICES, "tiny", "tiny_vendor:SERVICE")
        with pytest.raises(ScenarioError, match=r"it belongs under think: think: \{mind: "):
            loads(text)
    with pytest.raises(ScenarioError, match='unknown key "mind"; known keys'):
        loads(text)


def test_without_its_line_nobody_knows_it():
    """A `via` that no service has is a fault of the scenario."""
    with pytest.raises(ScenarioError, match="must be one of local, deepgram, microphone, text, app"):
        loads(SCENARIO)
