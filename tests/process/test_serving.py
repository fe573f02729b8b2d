"""Servers that keep sessions and serve them back, each a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread
from typing import Any, TypeAlias

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as websocket_server

Command: TypeAlias = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
Told: TypeAlias = Callable[..., tuple[int, str, str]]

SOUND = {"encoding": "linear16", "sample_rate": 16_000}
SETTINGS = {
    "type": "Settings",
    "audio": {"input": SOUND, "output": {**SOUND, "container": "none"}},
    "agent": {
        "think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}},
        "greeting": "Good morning.",
    },
}


@pytest.fixture
def serve(command: Command) -> Callable[..., AbstractContextManager[str]]:
    """A server with these options, as long as the block lasts: its address. It ends as if by Ctrl-C."""

    @contextmanager
    def run(*options: object) -> Iterator[str]:
        with command("serve", "--quiet", "--port", "0", *options) as process:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 128 + signal.SIGTERM

    return run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands are given."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def dialled(url: str) -> Iterator[ClientConnection]:
    """A client of somebody's."""
    headers = {"Authorization": "Token any"}
    with connect(url, additional_headers=headers, open_timeout=20, close_timeout=5) as socket:
        yield socket


def conversation(url: str, question: str = "What is new?") -> tuple[list[dict[str, Any]], bytes]:
    """Hold a conversation of a greeting and a question: the server's messages, and its sound."""
    messages: list[dict[str, Any]] = []
    sound = bytearray()
    with dialled(url) as socket:
        socket.send(json.dumps(SETTINGS))
        for asked in (question, ""):
            while True:
                said = socket.recv(20)
                if isinstance(said, bytes):
                    sound += said
                    continue
                messages.append(json.loads(said))
                if messages[-1]["type"] == "AgentAudioDone":
                    break
            if asked:
                socket.send(json.dumps({"type": "InjectUserMessage", "content": asked}))
    return messages, bytes(sound)


def recorded(runs: Path) -> Path:
    """The one session that was kept."""
    (run,) = runs.iterdir()
    return run


def test_a_session_is_kept_between_a_client_and_a_service_and_served_back(
    serve: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    """A session that `serve --record` relays reaches the client whole, and `--replay` serves the same."""
    runs = tmp_path / "runs"
    with serve() as service, serve("--record", runs, "--record-from", service) as between:
        messages, sound = conversation(between)
    said = [m["content"] for m in messages if m["type"] == "ConversationText" and m["role"] == "assistant"]
    assert said[0] == "Good morning."
    assert "What is new?" in " ".join(said[1:])
    with serve("--replay", recorded(runs)) as again:
        assert conversation(again) == (messages, sound)


def test_a_strict_replay_ends_with_a_client_that_says_something_else(
    serve: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    """A `--strict` replay ends with an error that names both messages; without it the replay goes on."""
    runs = tmp_path / "runs"
    with serve("--record", runs) as service:
        messages, sound = conversation(service)
    with serve("--replay", recorded(runs)) as lenient:
        assert conversation(lenient, "What is old?") == (messages, sound)
    with serve("--replay", recorded(runs), "--strict") as strict, dialled(strict) as socket:
        socket.send(json.dumps({"type": "KeepAlive"}))
        socket.send(json.dumps({"type": "UpdatePrompt", "prompt": "Hm."}))
        error: dict[str, Any] = {}
        while error.get("type") != "Error":
            said = socket.recv(20)
            error = json.loads(said) if isinstance(said, str) else {}
    assert error["code"] == "REPLAY_MISMATCH"
    assert error["description"] == "Settings was sent here, now UpdatePrompt"


def test_a_service_that_cannot_be_reached_is_told_to_the_client(
    serve: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    """A client of a relay whose service is down gets an Error with the address."""
    options = ("--record", tmp_path / "runs", "--record-from", "ws://127.0.0.1:9/v1/agent/converse")
    with serve(*options) as between, dialled(between) as socket:
        error = json.loads(socket.recv(20))
    assert (error["type"], error["code"]) == ("Error", "RELAY_FAILED")
    assert "127.0.0.1:9" in error["description"]


def test_a_service_that_is_lost_is_lost_to_the_client(
    serve: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    """A relayed service that dies looks to the client as it is, no proper close; its session is whole."""

    def die(connection: ServerConnection) -> None:
        connection.recv()
        connection.send('{"type":"Welcome","request_id":"r"}')
        connection.socket.shutdown(SHUT_RDWR)

    runs = tmp_path / "runs"
    with websocket_server(die, "127.0.0.1", 0) as service:
        Thread(target=service.serve_forever).start()
        port = service.socket.getsockname()[1]
        with (
            serve("--record", runs, "--record-from", f"ws://127.0.0.1:{port}/") as between,
            dialled(between) as socket,
        ):
            socket.send(json.dumps(SETTINGS))
            assert "Welcome" in str(socket.recv(20))
            with pytest.raises(ConnectionClosedError) as closed:
                socket.recv(20)
            assert closed.value.rcvd is None
    journal = (recorded(runs) / "journal.jsonl").read_text(encoding="utf-8")
    assert json.loads(journal.splitlines()[-1])["reason"] == "server-closed"


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        (["--replay", "nowhere"], 4, "no journal at nowhere"),
        (
            ["--record-from", "ws://127.0.0.1:9/"],
            2,
            "--record-from needs --record DIR, and cannot be combined with --replay",
        ),
        (
            ["--record", "runs", "--record-from", "https://x.example/"],
            2,
            "--record-from: a websocket URL must start with ws:// or wss:// and name a host",
        ),
        (
            ["--record", "runs", "--record-from", "ws://x.example/"],
            2,
            "--record-from: plain ws:// to x.example is not allowed: use wss://",
        ),
        (["--strict"], 2, "--participant and --strict need --replay"),
        (["--record", "a-file"], 2, "cannot record in a-file: File exists"),
    ],
)
def test_an_impossible_setting_is_refused_before_the_server_listens(
    told: Told, here: Path, options: list[str], code: int, why: str
) -> None:
    """Impossible options of `serve` are one line, and no address is printed."""
    (here / "a-file").touch()
    assert told("serve", "--port", "0", *options) == (code, "", f"trialogue: {why}\n")


def test_a_run_of_a_meeting_wants_a_participant(told: Told, endless: Path, tmp_path: Path) -> None:
    """`serve` of a meeting's run lists the participants to choose from."""
    run = tmp_path / "run"
    told("run", endless, "--clock", "virtual", "--limit-turns", "2", "--out", run, "--quiet")
    code, _, err = told("serve", "--port", "0", "--replay", run)
    assert err == "trialogue: --participant must name an agent whose session to replay: ann, bob\n"
    assert code == 2
