"""`trialogue serve` as a process: who answers, how it behaves, what it tells, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from forking import Forked
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from trialogue.cli import main

pytestmark = pytest.mark.real

SETTINGS = {
    "type": "Settings",
    "audio": {},
    "agent": {"think": {"provider": {"type": "groq", "model": "m"}, "prompt": "You sell pizza."}},
}
SCRIPT = """\
agents:
  - name: pizza
    match: {prompt: pizza}
    script:
      - say: Which one?
"""


@contextmanager
def serving(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server with murmuring voices: its address and its process."""
    command = [sys.executable, "-m", "trialogue", "serve", "--voices", "murmur", "--port", "0", *options]
    with Forked(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "TERM": "dumb"},
    ) as process:
        try:
            assert process.stdout is not None
            url = next(word for line in process.stdout for word in line.split() if word.startswith("ws://"))
            yield url, process
        finally:
            process.kill()


def messages(client: ClientConnection) -> Iterator[dict[str, Any]]:
    """The messages that come, without the sound."""
    return (json.loads(each) for each in client if isinstance(each, str))


def said_to(client: ClientConnection, words: str) -> str:
    """What the agent says to these words."""
    client.send(json.dumps({"type": "InjectUserMessage", "content": words}))
    return next(m["content"] for m in messages(client) if m.get("role") == "assistant")


def test_an_app_of_another_provider_is_answered_by_the_operators_script(tmp_path: Path) -> None:
    """An app for another provider is answered by the operator's script; stderr reports it without speech."""
    file = tmp_path / "answers.yaml"
    file.write_text(SCRIPT, encoding="utf-8")
    with serving("--script", str(file), "--set", "send-speed=at-once", "--log-level", "debug") as (
        url,
        process,
    ):
        with connect(url) as client:
            client.send(json.dumps(SETTINGS))
            assert said_to(client, "Good evening.") == "Which one?"
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    assert "by='the script of pizza'" in told
    assert "type=InjectUserMessage" in told
    assert "Good evening" not in told
    assert "Which one" not in told
    assert process.returncode == 143


def test_ctrl_c_tells_clients_that_the_server_goes_away() -> None:
    """After Ctrl-C, clients get close code 1001, and the command exits with 130."""
    with serving() as (url, process), connect(url) as client:
        client.recv()
        process.send_signal(signal.SIGINT)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        process.communicate(timeout=20)
    assert process.returncode == 130


def test_a_client_of_2025_is_served_as_it_was() -> None:
    """`serve --as-of 2025-06` sends only messages of then, and takes old field names."""
    with serving("--as-of", "2025-06") as (url, _), connect(url) as client:
        client.send(json.dumps({**SETTINGS, "mips_opt_out": True}))
        client.send(json.dumps({"type": "InjectAgentMessage", "content": "One moment."}))
        seen = []
        for message in messages(client):
            seen.append(message["type"])
            if seen[-1] == "AgentAudioDone":
                break
    assert seen == ["Welcome", "SettingsApplied", "ConversationText", "AgentAudioDone"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "idle=ten"], "--set idle takes a duration"),
        (["--as-of", "last year"], "--as-of takes a month or a day"),
        (["--think", "ftp://x"], "--think must be an http:// or https:// address"),
        (["--think-model", "small"], "need --think"),
        (
            ["--think", "http://127.0.0.1:1/v1", "--think-key-env", "NO_SUCH_KEY"],
            "set NO_SUCH_KEY to the key",
        ),
        (["--script", "nowhere.yaml"], "nowhere.yaml:1:1: cannot be read"),
    ],
)
def test_a_server_that_cannot_start_says_so_at_once(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`serve` that cannot start is one line and exit code 2."""
    assert main(["serve", "--port", "0", *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--think", "http://[", "--think must be an http:// or https:// address"),
        ("--think", "http://x:99999", "--think must be an http:// or https:// address"),
        ("--host", "a[2J", "is reachable from other machines"),
    ],
)
def test_an_address_that_is_none_is_told(option, value, said, capsys):
    """A wrong address for `serve` is one line, and no traceback."""
    assert main(["serve", "--port", "0", "--voices", "murmur", option, value]) == 2
    assert said in capsys.readouterr().err
