"""Whom a meeting's process talks to: its services, and nobody else."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTENING = """
import sys
from trialogue.cli import main

def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        print("asked", event, arguments[1 if event != "socket.getaddrinfo" else 0], file=sys.stderr)

sys.addaudithook(hook)
sys.exit(main(sys.argv[1:]))
"""
"""Prints each address that Python connects to; what libraries do by themselves only strace sees."""


def traced(arguments, trace):
    command = [sys.executable, "-c", LISTENING, *arguments]
    if shutil.which("strace"):
        command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace), *command]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.real
@pytest.mark.parametrize("clock", ["virtual", pytest.param("real", marks=pytest.mark.long)])
def test_a_meeting_of_this_machine_asks_no_other(clock, tmp_path):
    """A meeting with offline ears and voices connects to no address but this machine's own."""
    out, trace = tmp_path / "run", tmp_path / "trace"
    done = traced(["run", "scenarios/smallest.yaml", "--clock", clock, "--out", str(out), "--quiet"], trace)
    assert (done.returncode, (out / "result.json").exists()) == (0, True)
    asked = [line for line in done.stderr.splitlines() if line.startswith("asked")]
    assert clock == "virtual" or asked
    assert [line for line in asked if "127.0.0.1" not in line] == []
    lines = trace.read_text().splitlines() if trace.exists() else []
    connections = [line for line in lines if re.search(r"AF_INET6?", line)]
    assert [line for line in connections if 'inet_addr("127.0.0.1")' not in line] == []
