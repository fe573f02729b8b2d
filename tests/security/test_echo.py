"""A service that repeats the key in all that it says: the key is in no byte of what the meeting leaves."""

import json
from collections import deque
from contextlib import asynccontextmanager

import pytest

from trialogue.cli.run import RunOptions, hold_resolved
from trialogue.errors import ConnectionLost
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines

KEY = "canary_5e1f-0a77"
AWKWARD = 'canary"5e\\1f%0a&77'
"""What JSON, Markdown and HTML write otherwise than it is."""

SCENARIO = """
trialogue: 1
name: echo
run: {limits: {time: 2m, turns: 4}}
cast:
  ann:
    tools: [price]
    think:
      provider: scripted
      script: [{call: {tool: price, arguments: {item: edge}}, say: "It is ${result.cents}."}]
  bob: {prompt: "Your password is ${env:SECRET_OF_BOB}.", lines: [Good., Fine., So it is.]}
tools: {price: {description: Tell it., schema: {type: object}, mock: {result: {cents: eight}}}}
"""


def echoed(value, key):
    """A message of the service with the key behind each text of it."""
    match value:
        case str():
            return f"{value} {key}"
        case dict():
            kept = {"type", "role"}
            return {name: each if name in kept else echoed(each, key) for name, each in value.items()}
        case list():
            return [echoed(each, key) for each in value]
        case _:
            return value


def across(longest, begun, key):
    """A text with the key where its first `longest` characters end."""
    return f"{begun:x<{longest - 7}}{key}"


def said_beside(key):
    """What the service says of itself once a session stands."""
    call = {
        "id": f"id {key}",
        "name": f"tool {key}",
        "arguments": json.dumps({"k": key}),
        "client_side": True,
    }
    return [
        json.dumps(message)
        for message in (
            {"type": "Warning", "code": f"W {key}", "description": f"your key {key}"},
            {"type": f"Novelty{key}", "about": key},
            {"type": across(256, "Odd", key)},
            {"type": "FunctionCallRequest", "functions": [call]},
            {"type": "FunctionCallRequest", "functions": [{"id": key, "name": {key: key}}]},
            {"type": "ConversationText", "role": "assistant", "content": f"Your key is {key}."},
            {"type": "ConversationText", "role": "user", "content": f"My key is {key}."},
            {"type": "InjectionRefused", "message": f"not with {key}"},
            {"type": "History", "role": "assistant", "content": key},
            {"type": "Error", "code": across(256, f"E {key} ", key), "description": f"of {key}"},
        )
    ] + [f"{{no JSON {key}"]


class Echoing:
    """The client's end of a connection whose service says the key with everything."""

    def __init__(self, socket, key, number):
        self._socket, self._key, self._number = socket, key, number
        self._is_sober = number == 0
        self._beside = deque()
        self._heard = 0

    def __getattr__(self, name):
        return getattr(self._socket, name)

    async def receive(self):
        if self._beside:
            return self._beside.popleft()
        data = await self._socket.receive()
        if isinstance(data, bytes):
            return data
        message = json.loads(data)
        self._heard += 1
        if message["type"] == "SettingsApplied" and not self._is_sober:
            self._beside.extend(said_beside(self._key))
        if self._number == 1 and self._heard == 12:
            raise ConnectionLost(f"closed: {self._key}", close_code=1011, reason=f"because {self._key}")
        return json.dumps(echoed(message, self._key))


@pytest.fixture(params=[KEY, AWKWARD], ids=["plain", "awkward"])
def key(request, monkeypatch):
    """The service's key, which is in the environment; so is what the scenario refers to."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", request.param)
    monkeypatch.setenv("SECRET_OF_BOB", f"of-bob-{request.param}")
    return request.param


@pytest.fixture
def held(key, tmp_path, capfd):
    """Hold the meeting as the command line does; the run's directory and all that was printed."""
    path = tmp_path / "echo.yaml"
    path.write_text(SCENARIO)
    dials = {}

    def echoing(name, connect):
        @asynccontextmanager
        async def dial():
            dials[name] = dials.get(name, 0) + 1
            async with connect() as socket:
                yield (
                    Echoing(socket, key, dials[name])
                    if name == "ann"
                    else Echoing(socket, f"of-bob-{key}", 0)
                )

        return dial

    def hold_it(resolved, asked, watch, progress):
        edges = Edges(engines=murmuring_engines(), progress=progress, seams=Seams(connect=echoing))
        return run_meeting(resolved, out=asked.out, edges=edges, watch=watch)

    out = tmp_path / "run"
    hold_resolved(
        prepare(path, Overrides(clock=Clock.VIRTUAL)), RunOptions(out=out, log_level="debug"), hold_it
    )
    printed = capfd.readouterr()
    return out, printed.out + printed.err


def test_the_key_is_in_no_file_and_on_no_screen(held, key):
    """However it is written: as it is, in JSON, and in JSON that stands in JSON."""
    out, printed = held
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 8
    for form in {key, json.dumps(key)[1:-1], json.dumps(json.dumps(key))[3:-3]}:
        assert [path.name for path in files if form.encode() in path.read_bytes()] == []
        assert form not in printed


def test_nor_is_half_of_it(held):
    """What is long is cut where nothing is left to be recognized."""
    out, printed = held
    files = [path for path in out.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"canary" in path.read_bytes()] == []
    assert "canary" not in printed


def test_words_around_a_masked_key_are_kept(held):
    """It stands in each place where the key was, so the reader knows what the service did."""
    out, printed = held
    journal = (out / "journal.jsonl").read_text()
    for words in (
        "your key ***",
        "W ***",
        "tool ***",
        "id ***",
        "Your key is ***.",
        "E ***",
        "of ***",
        "Good. ***",
    ):
        assert words in journal, words
    assert "your key ***" in printed
    assert "Good. ***" in (out / "transcript.md").read_text().replace("\\", "")


def test_it_is_decided_on_what_is_recorded(held):
    """Hidden before the brain sees it, so the journal that holds no key verifies."""
    out, _ = held
    assert verify(out / "journal.jsonl", lambda plan: brain_for(plan, ())).records > 30
