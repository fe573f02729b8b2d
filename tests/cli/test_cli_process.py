"""What only a process of its own shows: what is loaded, signals, pipes, exit codes."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from forking import Forked
from process_values import shown
from websockets.sync.client import connect

from trialogue.cli import main

PROGRAM = str(Path(__file__).parents[1] / "process" / "program.py")
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "TERM": "dumb"}
HEAVY = (
    "numpy",
    "yaml",
    "trio",
    "trio_websocket",
    "onnxruntime",
    "ctranslate2",
    "soxr",
    "httpx",
    "structlog",
    "lzma",
)


def loaded_by(*arguments):
    """Which heavy modules a command has loaded when it is done."""
    code = (
        "import sys; from trialogue.cli import main; main(sys.argv[2:]); "
        "print([name for name in sys.argv[1].split() if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, " ".join(HEAVY), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    return done.stderr.splitlines()[-1]


def test_help_loads_nothing_heavy():
    """`--help` loads no engines."""
    assert loaded_by("--help") == "[]"


def test_check_loads_no_more_than_it_reads(small):
    """`check` loads YAML, and neither a loop nor an engine."""
    assert loaded_by("check", str(small)) == "['yaml']"


NOT_FOR_A_MEETING = {
    "asyncio",
    "ctranslate2",
    "cyclopts",
    "httpx",
    "onnxruntime",
    "rich",
    "scipy",
    "soxr",
    "structlog",
    "trialogue.cli.program",
}
"""What a scripted meeting in virtual time has no use for, as long as nobody watches and nothing fails."""


def test_a_meeting_loads_what_it_needs(small, tmp_path):
    """A simple meeting loads neither engines nor the libraries of the command line and of screens."""
    code = (
        "import runpy, sys, atexit; atexit.register(lambda: print(*sys.modules)); "
        "sys.argv[0:1] = []; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    for out in ("first", "again"):
        asked = ["run", str(small), "--clock", "virtual", "--quiet", "--out", str(tmp_path / out)]
        done = subprocess.run(
            [sys.executable, "-c", code, PROGRAM, *asked],
            capture_output=True,
            text=True,
            check=False,
            env={**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert (done.returncode, done.stderr) == (0, "")
    assert loaded & NOT_FOR_A_MEETING == set()
    assert "trialogue.meeting.run" in loaded


@pytest.fixture
def endless(tmp_path):
    """A meeting in real time that would go on for minutes."""
    path = tmp_path / "endless.yaml"
    lines = json.dumps(["This goes on and on, and then it goes on."] * 40)
    path.write_text(
        f"trialogue: 1\nname: endless\ncast:\n  ann: {{lines: {lines}}}\n  bob: {{lines: {lines}}}\n"
    )
    return path


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGINT, 130, "you interrupted it"),
        (signal.SIGTERM, 143, "the system asked it to end"),
        (signal.SIGHUP, 129, "the terminal hung up"),
    ],
    ids=["SIGINT", "SIGTERM", "SIGHUP"],
)
def test_a_signal_ends_a_meeting_with_all_of_its_files(endless, tmp_path, number, code, words, capsys):
    """A signal ends a run with its summary, its exit code, and all its files."""
    out = tmp_path / "run"
    command = [sys.executable, PROGRAM, "run", str(endless), "--out", str(out)]
    with Forked(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        shown(process, "This goes on")  # a busy machine's stalls may be told before it
        process.send_signal(number)
        rest = process.stdout.read()
    assert "[interrupted]" in rest
    assert "endless ended after 00:0" in rest
    assert words in rest
    assert process.returncode == code
    assert json.loads((out / "result.json").read_text())["ok"] is True
    assert (out / "audio" / "mix.wav").stat().st_size > 44
    assert main(["replay", str(out), "--verify"]) == 0


def test_nobody_reads(small, tmp_path):
    """A reader that stops early does not stop the meeting, which has its files."""
    out = tmp_path / "run"
    command = [sys.executable, PROGRAM, "run", str(small), "--out", str(out)]
    with Forked(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 141
    assert told == "trialogue: preparing voices and recognizer\n"
    assert json.loads((out / "result.json").read_text())["reason"] == "said"


def test_a_full_disk_is_one_line(small):
    """Output into a full disk is one line, without a traceback."""
    if not Path("/dev/full").exists():
        return
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, PROGRAM, "explain", str(small)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=ENVIRONMENT,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "trialogue: cannot write the output: No space left on device\n",
    )


def test_the_server_serves_until_it_is_asked_to_end():
    """`serve` prints its address and serves until SIGTERM, and another one at its port is an error."""
    command = [sys.executable, PROGRAM, "serve", "--quiet", "--port"]
    with Forked([*command, "0"], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with connect(url) as client:
            assert json.loads(client.recv())["type"] == "Welcome"
        port = str(urlsplit(url).port)
        second = subprocess.run(
            [*command, port], capture_output=True, text=True, check=False, env=ENVIRONMENT
        )
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 143
    assert second.returncode == 2
    assert second.stderr == f"trialogue: cannot listen at 127.0.0.1:{port}: Address already in use\n"


def test_the_server_encrypts_by_an_authority_of_its_own(tmp_path):
    """`serve --tls-self-signed` lets in clients that trust its file, also by an allowed name."""
    authority = tmp_path / "ca.pem"
    command = [sys.executable, PROGRAM, "serve", "--quiet", "--port", "0", "--tls-self-signed"]
    options = ["--tls-ca", str(authority), "--allow-name", "voice.test"]
    with Forked([*command, *options], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            port = urlsplit(url).port
            assert url == f"wss://127.0.0.1:{port}/v1/agent/converse"
            trusting = ssl.create_default_context(cafile=authority)
            reached = socket.create_connection(("127.0.0.1", port))
            named = url.replace("127.0.0.1", "voice.test")
            with connect(named, sock=reached, ssl=trusting) as client:
                assert json.loads(client.recv())["type"] == "Welcome"
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 143
