"""The control route: what programs in any language do with a server that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx  # noqa: ASYNC127 the project's one HTTP client
import pytest
from foreign import App, dial, settings

from trialogue.errors import SetupError
from trialogue.server.script_file import read_script_file
from trialogue.serving.for_tests import VoiceAgentServer, opened
from trialogue.serving.orders import check_faults

TOKEN = "let-me-steer"


@pytest.fixture(scope="module")
def server() -> Iterator[VoiceAgentServer]:
    """A server whose control route is open to whoever shows the token."""
    bridge, server = opened(token=TOKEN)
    yield server
    bridge.close()


@pytest.fixture
def desk(server: VoiceAgentServer) -> Iterator[httpx.Client]:
    """Somebody with the token; the server is new afterwards."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=f"http://{server.host}/_trialogue/", headers=headers, timeout=10) as client:
        yield client
    server.reset()


def asked(desk: httpx.Client, name: str, **body: Any) -> Any:
    """What a request is answered with, in order."""
    answer = desk.post(name, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_only_with_the_token(server: VoiceAgentServer) -> None:
    """Without it nothing is told and nothing done."""
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Token {TOKEN}"}):
        answer = httpx.get(f"http://{server.host}/_trialogue/sessions", headers=headers)
        assert answer.status_code == 401
        assert "control token" in answer.json()["error"]


def test_the_page_runs_nothing_of_others(server: VoiceAgentServer) -> None:
    """It is served without the token, and may ask its own server alone."""
    answer = httpx.get(f"http://{server.host}/_trialogue/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src &#x27;none&#x27;" in answer.text
    assert "connect-src &#x27;self&#x27;" in answer.text
    assert TOKEN not in answer.text
    assert "https://" not in answer.text


def test_sessions_and_what_was_said(server: VoiceAgentServer, desk: httpx.Client) -> None:
    """The control routes list all sessions, and all messages of one."""
    with dial(server.url) as socket:
        app = App(socket)
        app.tell(settings(greeting="Hello!"))
        app.until("AgentAudioDone")
        (session,) = desk.get("sessions").json()
        said = desk.get(f"sessions/{session['id']}").json()["said"]
    assert session["path"] == "/v1/agent/converse"
    assert session["ended"] is None
    assert [each["type"] for each in said if each["by"] == "client"] == ["Settings"]
    assert {"sound", "Welcome", "AgentAudioDone"} <= {each["type"] for each in said if each["by"] == "server"}


def test_a_message_is_waited_for(server: VoiceAgentServer, desk: httpx.Client) -> None:
    """The route answers when the message comes, or when the given time is over."""
    with dial(server.url) as socket:
        App(socket).tell(settings(greeting="Hello!"))
        found = asked(desk, "wait", type="Settings", having={"agent": {"greeting": "Hello!"}})
        assert found["message"]["type"] == "Settings"
        nothing = desk.post("wait", json={"type": "KeepAlive", "within_s": 0.05})
        assert nothing.status_code == 408
        assert "no KeepAlive of the client came" in nothing.json()["error"]
        assert len(asked(desk, "received", type="Settings")) == 1


def test_agent_and_user_are_made_to_speak(server: VoiceAgentServer, desk: httpx.Client) -> None:
    """A test can make the agent and the user speak, the user also in writing."""
    with dial(server.url) as socket:
        app = App(socket)
        app.tell(settings({"say": "One."}, {"say": "Two."}))
        app.until("SettingsApplied")
        asked(desk, "say", text="Anybody there?")
        app.until("AgentAudioDone")
        asked(desk, "user", say="Good morning.", at_once=True)
        app.until("AgentAudioDone")
        asked(desk, "user", write="Hi.")
        app.until("AgentAudioDone")
    assert app.said("assistant") == ["Anybody there?", "One.", "Two."]
    assert app.said("user") == ["Good morning.", "Hi."]


def test_scripts_are_set(server: VoiceAgentServer, desk: httpx.Client) -> None:
    """For the sessions to come, whatever their app names."""
    asked(desk, "script", script=[{"say": "As told."}], greeting="Welcome in.")
    with dial(server.url) as socket:
        app = App(socket)
        app.tell(settings(think={"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}))
        app.until("AgentAudioDone")
        app.tell({"type": "InjectUserMessage", "content": "Hi"})
        app.until("AgentAudioDone")
    assert app.said("assistant") == ["Welcome in.", "As told."]


def test_a_reset_removes_everything(server: VoiceAgentServer, desk: httpx.Client) -> None:
    """After a reset nothing of earlier sessions is listed."""
    with dial(server.url) as socket:
        App(socket).tell(settings())
        asked(desk, "wait", type="Settings")
        asked(desk, "reset")
        assert desk.get("sessions").json() == []


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("say", {"text": "Hello?"}, "no client is connected"),
        ("say", {}, "text must be a text"),
        (
            "say",
            {"text": "Hi.", "behavior": "shout"},
            "one of default, queue, interrupt, not 'shout'",
        ),
        ("faults", {"fault": "no-such"}, "unknown fault"),
        ("faults", {"fault": "brain-bug"}, "a server cannot inject it"),
        ("faults", {"fault": "closed-1011", "after": "soon"}, "a duration"),
        ("latency", {"seconds": 1000}, "a latency must be from 0"),
        ("latency", {"seconds": "much"}, "seconds must be a number"),
        ("script", {"script": [{"said": "x"}]}, "unknown key"),
        ("script", {"script": [{"say": "x", "fault": "no-such"}]}, "unknown fault"),
        ("wait", {"type": "X", "by": "nobody"}, "by must be client or server"),
        ("wait", {"type": "X", "within_s": -1}, "seconds from 0"),
        ("user", {"play": "a\0b.wav"}, "play must be the path of a file"),
    ],
)
def test_an_impossible_order_says_why(desk: httpx.Client, name: str, body: dict[str, Any], why: str) -> None:
    """An order that cannot be carried out is one line, and changes nothing."""
    answer = desk.post(name, json=body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]


def test_a_deep_message_hides_no_session_from_the_operator(
    server: VoiceAgentServer, desk: httpx.Client
) -> None:
    """A message that goes too deep to be written again is shown as the text that it was."""
    deep = '{"type": "Deep", "a": %s}' % ("[" * 1000 + "]" * 1000)
    with dial(server.url) as socket:
        App(socket).until("Welcome")
        socket.send(deep)
        assert App(socket).until("Error")["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    said = desk.get("sessions/last")
    assert said.status_code == 200
    assert deep in [each.get("message") for each in said.json()["said"]]


def test_no_json(desk: httpx.Client) -> None:
    """A body that is not JSON is one line, and changes nothing."""
    assert desk.post("say", content=b"{").json()["error"] == "the body is not JSON"
    assert desk.post("say", content=b"[]").json()["error"] == "the body must be a JSON object"


def test_other_names_are_not_found(desk: httpx.Client) -> None:
    """The 404 for an unknown route lists the routes."""
    answer = desk.get("nothing")
    assert answer.status_code == 404
    assert "POST wait" in json.dumps(answer.json())


def test_the_clients_address_is_left_alone(server: VoiceAgentServer) -> None:
    """What is not under the prefix is the server's own."""
    assert httpx.get(f"http://{server.host}/_trialogueish").status_code == 404


def test_a_file_of_scripts_may_have_faults(tmp_path: Path) -> None:
    """An entry of the operator's file names what goes wrong with it, and is checked."""
    file = tmp_path / "answers.yaml"
    file.write_text("script: [{say: One moment., fault: closed-1011}]")
    (agent,) = read_script_file(file)
    assert agent.script.entries[0].fault == "closed-1011"
    check_faults(agent.script)
    file.write_text("script: [{say: One moment., fault: no-such}]")
    with pytest.raises(SetupError, match="unknown fault 'no-such'"):
        check_faults(read_script_file(file)[0].script)
