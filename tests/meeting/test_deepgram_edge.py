"""`--via deepgram` against an independent peer: another websocket library, the vendor's own message types.

The peer is `websockets`' trio server. It reads every client message with the official SDK's classes and
checks it against the published schema, and writes what it sends with the SDK's classes.
"""

import json
import math
import struct
from functools import partial
from pathlib import Path

import jsonschema
import pytest
import trio
import websockets.trio.server
from deepgram.agent.v1.types import (
    AgentV1AgentAudioDone,
    AgentV1ConversationText,
    AgentV1SettingsApplied,
    AgentV1UserStartedSpeaking,
    AgentV1Welcome,
)

from trialogue.errors import SetupError
from trialogue.journal.reader import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import open_meeting
from trialogue.model.events import SessionFailed
from trialogue.scenario.defaults import Overrides

KEY = "canary-0f3a9b"
SPEC = Path(__file__).parents[1] / "deepgram" / "spec" / "agent-v1.extract.schema.json"
TONE = struct.pack("<4800h", *(round(8000 * math.sin(0.06 * n)) for n in range(4800)))
SCENARIO = """
trialogue: 1
name: at-the-service
run: {limits: {time: 30s, turns: 4, silence: 10s}}
cast:
  chair:
    role: chair
    prompt: You chair.
    lines: [Only the embedded server plays this.]
  ann: {prompt: You are the expert.}
"""


class Peer:
    """A service in Deepgram's words, over another library."""

    def __init__(self):
        self.requests = []
        self.messages = []

    async def converse(self, connection):
        self.requests.append(connection.request)
        await self.send(connection, AgentV1Welcome(type="Welcome", request_id="0" * 32))
        try:
            async for data in connection:
                if isinstance(data, str):
                    self.messages.append(json.loads(data))
                    await self.answer(connection, self.messages[-1])
        except websockets.exceptions.ConnectionClosed:
            return

    async def answer(self, connection, message):
        if message["type"] == "Settings":
            await self.send(connection, AgentV1SettingsApplied(type="SettingsApplied"))
        elif message["type"] == "InjectUserMessage":
            await self.send(connection, AgentV1UserStartedSpeaking(type="UserStartedSpeaking"))
            await self.say(connection, "user", message["content"])
            await self.say(connection, "assistant", "I have one point. Ann?")
            for _ in range(3):
                await connection.send(TONE)
            await self.send(connection, AgentV1AgentAudioDone(type="AgentAudioDone"))

    async def say(self, connection, role, text):
        await self.send(connection, AgentV1ConversationText(type="ConversationText", role=role, content=text))

    async def send(self, connection, message):
        await connection.send(json.dumps(message.dict(exclude_none=True)))


@pytest.fixture
def live(tmp_path, monkeypatch):
    """The scenario, and the key in the environment."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", KEY)
    path = tmp_path / "live.yaml"
    path.write_text(SCENARIO)
    return path


async def hold(path, out, handler, **options):
    """A meeting at a `websockets` server; returns its result."""
    async with trio.open_nursery() as nursery:
        serve = partial(websockets.trio.server.serve, handler, 0, host="127.0.0.1", **options)
        server = await nursery.start(serve)
        port = server.listeners[0].socket.getsockname()[1]
        edges = Edges(endpoint=f"ws://127.0.0.1:{port}/v1/agent/converse")
        overrides = Overrides(via="deepgram")
        with trio.fail_after(30):
            async with open_meeting(path, overrides=overrides, out=out, edges=edges) as meeting:
                result = await meeting.finished()
        nursery.cancel_scope.cancel()
    return result


@pytest.mark.real
async def test_a_meeting_at_the_service(live, tmp_path):
    """A meeting with `--via deepgram` dials with the key, asks for a model, and is heard."""
    peer = Peer()
    result = await hold(live, tmp_path / "run", peer.converse)
    assert result.result.reason == "limit-turns"
    assert {request.headers["Authorization"] for request in peer.requests} == {f"Token {KEY}"}
    assert {request.path for request in peer.requests} == {"/v1/agent/converse"}
    thinks = [m["agent"]["think"]["provider"] for m in peer.messages if m["type"] == "Settings"]
    assert [think["type"] for think in thinks] == ["open_ai", "open_ai"]
    spoken = {p.name: p.spoken_s for p in result.result.measures.participants}
    assert all(seconds > 0.5 for seconds in spoken.values())


@pytest.mark.real
async def test_every_message_is_by_the_published_schema(live, tmp_path):
    """Each message of a meeting is valid by the vendor's schema, without undeclared keys."""
    peer = Peer()
    await hold(live, tmp_path / "run", peer.converse)
    definitions = json.loads(SPEC.read_text())["definitions"]
    for message in peer.messages:
        name = next(n for n, d in definitions.items() if kind_of(d) == message["type"])
        jsonschema.validate(message, {"$ref": f"#/definitions/{name}", "definitions": definitions})
    assert {message["type"] for message in peer.messages} >= {"Settings", "InjectUserMessage"}


def kind_of(definition):
    """The `type` that a message's definition fixes, if it is one's."""
    kind = definition.get("properties", {}).get("type", {})
    return kind.get("const") or (kind.get("enum") or [None])[0]


@pytest.mark.real
async def test_the_key_is_nowhere_in_the_files(live, tmp_path):
    """The key is in no file of a run."""
    result = await hold(live, tmp_path / "run", Peer().converse)
    for path in result.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path.name


@pytest.mark.real
async def test_a_refused_key_ends_the_meeting_with_exit_code_3(live, tmp_path):
    """A refused key ends the meeting with exit code 3 and the service's words, without the key."""

    def refuse(connection, request):
        del request
        response = connection.respond(401, '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}')
        response.headers["dg-error"] = "Invalid credentials."
        return response

    result = await hold(live, tmp_path / "run", Peer().converse, process_request=refuse)
    assert result.result.reason == "refused"
    assert result.exit_code == 3
    failures = [r.event for r in read(result.folder / "journal.jsonl") if isinstance(r.event, SessionFailed)]
    assert len(failures) == 2
    assert all("Invalid credentials." in f.reason and KEY not in f.reason for f in failures)


@pytest.mark.parametrize(
    "key", [f"{KEY}\nX-Other: 1", f"{KEY}é", f"{KEY} {KEY}", f"{KEY}\x7f", f"{KEY}\r\n\r\nGET"]
)
async def test_what_can_be_no_key_is_told_once(live, tmp_path, monkeypatch, key):
    """A key that cannot be one is an error without the key, before anything is made."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", key)
    with pytest.raises(SetupError, match="DEEPGRAM_API_KEY is invalid") as caught:
        async with open_meeting(live, overrides=Overrides(via="deepgram"), out=tmp_path / "run"):
            pass
    assert KEY not in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.real
async def test_a_service_that_echoes_the_key_gets_it_into_no_file(live, tmp_path, caplog, capfd):
    """A service that repeats the key in headers, bodies or words does not get it into a run."""

    def refuse(connection, request):
        echo = request.headers["Authorization"]
        response = connection.respond(401, json.dumps({"err_code": "INVALID_AUTH", "err_msg": f"No: {echo}"}))
        response.headers["dg-error"] = f"No: {echo}"
        response.headers["dg-request-id"] = echo
        return response

    result = await hold(live, tmp_path / "run", Peer().converse, process_request=refuse)
    assert result.result.reason == "refused"
    files = [path for path in result.folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []
    printed = capfd.readouterr()
    assert KEY not in printed.out + printed.err + caplog.text + repr(result)
    assert "No: " in (result.folder / "journal.jsonl").read_text()


async def test_a_key_never_goes_in_the_clear_beyond_this_machine(live, tmp_path):
    """A plain address of another machine is refused before it is dialled."""
    edges = Edges(endpoint="ws://192.0.2.1/v1/agent/converse")
    overrides = Overrides(via="deepgram")
    with pytest.raises(SetupError, match="plain"):
        async with open_meeting(live, overrides=overrides, out=tmp_path / "run", edges=edges) as meeting:
            await meeting.finished()
