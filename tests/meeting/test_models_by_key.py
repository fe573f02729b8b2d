"""Agents that think by a vendor's model with the operator's key, where the environment says."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from trialogue.errors import SetupError
from trialogue.meeting.edges import Edges
from trialogue.meeting.permissions import missing_permissions
from trialogue.meeting.run import run_meeting
from trialogue.scenario import loads, resolve
from trialogue.speech.murmur import murmuring_engines
from trialogue.tools.permissions import Permissions

SCENARIO = """\
trialogue: 1
name: keyed
run: {limits: {time: 20s, turns: 2, silence: 8s}}
cast:
  ann: {think: {provider: open_ai, model: gpt-4o-mini}, prompt: Be brief.}
  ben: {lines: [Fine.]}
"""


class Answering(BaseHTTPRequestHandler):
    """Says one sentence to whoever asks, and keeps what it was asked."""

    asked: list[tuple[str, str, str]]

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append((self.path, self.headers["authorization"], body["model"]))
        event = {"choices": [{"index": 0, "delta": {"content": "**It works.** 🙂"}}]}
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, *_):
        """Nothing on stderr."""


@pytest.fixture
def server():
    handler = type("Handler", (Answering,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield listening, handler
        listening.shutdown()
        thread.join(5)


def test_a_model_is_asked_with_the_key_at_the_base_address(server, tmp_path, monkeypatch):
    """An agent's model is asked with the operator's key, which is in no file of the run."""
    listening, handler = server
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-to-be-found-1234567890")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{listening.server_port}/v1")
    resolved = resolve(loads(SCENARIO))
    done = run_meeting(resolved, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))
    asked = ("/v1/chat/completions", "Bearer sk-not-to-be-found-1234567890", "gpt-4o-mini")
    assert set(handler.asked) == {asked}
    assert "It works." in (tmp_path / "run" / "transcript.md").read_text()
    kept = b"".join(file.read_bytes() for file in (tmp_path / "run").rglob("*") if file.is_file())
    assert b"not-to-be-found" not in kept
    assert b"${env:OPENAI_API_KEY}" in (tmp_path / "run" / "scenario.yaml").read_bytes()
    assert done.exit_code == 0


def test_without_the_key_the_variable_is_asked_for(tmp_path, monkeypatch):
    """The error names the missing variable before anything is loaded."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SetupError, match="needs the environment variable OPENAI_API_KEY"):
        run_meeting(resolve(loads(SCENARIO)), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("provider", "variable"),
    [("open_ai", "OPENAI_API_KEY"), ("groq", "GROQ_API_KEY"), ("nvidia", "NVIDIA_API_KEY")],
)
def test_a_vendors_own_host_needs_no_leave_once_its_key_is_set(provider, variable, monkeypatch):
    """A vendor's key allows that vendor's host, and no other one."""
    monkeypatch.setenv(variable, "k")
    url = {
        "open_ai": "https://api.openai.com/v1/x",
        "groq": "https://api.groq.com/x",
        "nvidia": "https://integrate.api.nvidia.com/x",
    }[provider]
    text = SCENARIO.replace("model: gpt-4o-mini", f'model: m, endpoint: {{url: "{url}"}}')
    assert missing_permissions(resolve(loads(text)), Permissions()) == ()
    monkeypatch.delenv(variable)
    host = url.split("/")[2]
    assert missing_permissions(resolve(loads(text)), Permissions()) == (("--allow-host", host),)


def test_all_that_lacks_leave_is_told_at_once():
    """The error for missing permissions lists all code, programs and hosts as options to add."""
    text = SCENARIO.replace("lines: [Fine.]", "lines: [Fine.], tools: [a, b, c]") + (
        'tools: {a: {python: "prices:look_up"}, b: {command: [./look_up]}, '
        'c: {http: {url: "https://prices.example/x"}}}\n'
        'floor: {custom: "rules:loudest"}\n'
    )
    assert missing_permissions(resolve(loads(text)), Permissions()) == (
        ("--allow-import", "prices.look_up"),
        ("--allow-command", "./look_up"),
        ("--allow-import", "rules.loudest"),
        ("--allow-host", "prices.example"),
    )


def test_a_module_beside_the_scenario_is_found(tmp_path, monkeypatch):
    """A tool's module beside the scenario is found once its code is allowed."""
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    (tmp_path / "beside_the_scenario.py").write_text("def look_up():\n    return 'eight cents'\n")
    file = tmp_path / "s.yaml"
    file.write_text(
        "trialogue: 1\nname: s\nrun: {clock: virtual, limits: {turns: 1}}\n"
        "cast:\n  ann:\n    tools: [p]\n"
        '    think: {provider: scripted, script: [{call: {tool: p}, say: "${result}."}]}\n'
        'tools: {p: {python: "beside_the_scenario:look_up"}}\n'
    )
    edges = Edges(
        engines=murmuring_engines(), permissions=Permissions(imports=("beside_the_scenario.look_up",))
    )
    run_meeting(file, out=tmp_path / "run", edges=edges)
    assert "eight cents" in (tmp_path / "run" / "transcript.md").read_text()
