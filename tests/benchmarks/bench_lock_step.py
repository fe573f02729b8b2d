"""Processor time and task steps of a frame, in lock step with the peer, which no busy machine disturbs."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.bench_agents import certificates
from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, NotRun, Row

SCRIPT = Path(__file__).parent / "lock_step.py"
CLIENTS = {OURS: "", "websockets": "asyncio", "websockets+uvloop": "asyncio"}
AGENTS = 18


def counted(kind: str, files: tuple[str, str] | None, rounds: int) -> dict[str, float]:
    """What one client came to."""
    interpreter = peers.python(CLIENTS[kind]) if CLIENTS[kind] else sys.executable
    arguments = [interpreter, str(SCRIPT), kind, str(AGENTS), "--rounds", str(rounds)]
    arguments += ["--certificate", files[0], "--authority", files[1]] if files else []
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise NotRun(f"{kind} in lock step: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


def measure(ask: Ask) -> Iterator[Figure]:
    """All clients, over TLS and over plain TCP."""
    with certificates() as files:
        for way, chosen in (("TLS", files), ("plain TCP", None)):
            runs = {kind: partial(counted, kind, chosen, 20 if ask.is_quick else 60) for kind in CLIENTS}
            found = ask.alternate(ask.rounds(5), runs)
            us = {kind: tuple(each["us"] for each in told) for kind, told in found.items()}
            yield Figure(f"a frame in and out, {way}", "µs", us, Goal(at_most=1.0, beside="websockets"))
            steps = {OURS: tuple(each["steps"] for each in found[OURS])}
            yield Figure(f"steps of tasks for it, {way}", "", steps, None)


ROWS = (
    Row(
        "lock-step",
        f"{AGENTS} agents in meetings of three to six, one frame after the other, each a wake by itself.",
        measure,
        "Both wait for the peer in the same turns of their loops; those are in these figures.",
    ),
)
"""What the suite measures here."""
