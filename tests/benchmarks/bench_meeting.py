"""Resident memory of a meeting, apart from that of its agents.

Meetings are held side by side in one process on the real clock, with the embedded server and engines that
murmur, and are weighed while their agents think. The first ones fill caches and are not counted. Meetings of
two and of five agents differ by three agents: what is left of a meeting without its agents is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.benchmarks.measuring import OURS, Ask, Figure, NotRun, Row

WARM = 3
SIZES = (2, 5)


def scenario(agents: int) -> str:
    """So many agents, each of whom thinks for longer than it is weighed."""
    script = [{"think": "10m"}, {"say": "One."}]
    cast = {
        f"agent{number}": {"think": {"provider": "scripted", "script": script}} for number in range(agents)
    }
    run = {"limits": {"time": "20m", "silence": "15m"}}
    return json.dumps({"trialogue": 1, "name": "idle", "run": run, "cast": cast})


async def held(agents: int, meetings: int) -> None:
    """Open meetings one after another, and print what each of those behind the first ones took, in KiB."""
    import trio

    from tests.benchmarks.agent_clients import resident_kib
    from trialogue import open_meeting
    from trialogue.meeting.edges import Edges
    from trialogue.testing import murmuring_engines

    edges = Edges(engines=murmuring_engines())
    with tempfile.TemporaryDirectory() as text:
        folder, warm = Path(text), 0
        path = folder / "idle.yaml"
        path.write_text(scenario(agents), encoding="utf-8")
        async with AsyncExitStack() as stack:
            for number in range(WARM + meetings):
                if number == WARM:
                    warm = resident_kib()
                await stack.enter_async_context(open_meeting(path, edges=edges, out=folder / str(number)))
                await trio.sleep(0.3)
            await trio.sleep(1.0)
            print((resident_kib() - warm) / meetings, flush=True)
            sys.exit(0)


PROGRAM = """
import sys, trio
from tests.benchmarks.bench_meeting import held
trio.run(held, *map(int, sys.argv[1:]))
"""


def kib(agents: int, meetings: int) -> float:
    """What a meeting takes in a new process, in KiB."""
    command = [sys.executable, "-c", PROGRAM, str(agents), str(meetings)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if not done.stdout:
        raise NotRun(f"meetings could not be held: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)


def measure(ask: Ask) -> Iterator[Figure]:
    """Meetings of two sizes, by turns; and what follows for an agent, and for a meeting without any."""
    meetings = 3 if ask.is_quick else 10
    runs = {str(size): partial(kib, size, meetings) for size in SIZES}
    found = ask.alternate(ask.rounds(3), runs)
    small, large = (found[str(size)] for size in SIZES)
    few, many = SIZES
    agent = tuple((b - a) / (many - few) for a, b in zip(small, large, strict=True))
    own = tuple(a - few * each for a, each in zip(small, agent, strict=True))
    yield Figure(f"a meeting of {few} agents", "KiB", {OURS: small})
    yield Figure(f"a meeting of {many} agents", "KiB", {OURS: large})
    yield Figure("an agent of them, with its end at the embedded server", "KiB", {OURS: agent})
    yield Figure("a meeting's own", "KiB", {OURS: own})


ROWS = (
    Row(
        "meeting-memory",
        "Growth of the resident set for each of ten meetings side by side in one process, after three that "
        "fill caches; two sizes tell an agent's share from the meeting's own.",
        measure,
        "The agents think, and nothing has been said yet; what is said adds to it.",
    ),
)
