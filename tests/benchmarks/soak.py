"""Eight virtual hours of six agents at a service that keeps failing: does anything grow that should not?

Run by hand: `python tests/benchmarks/soak.py [hours]` (with `-X tracemalloc` for what Python holds, without
for what the process holds). It prints eight lines and fails if tasks or file descriptors grow after the
first, if memory grows by more than what was said accounts for, or if the journal does not verify.
What was said is kept, for transcripts and for sessions that are restored: so much a turn, and nothing else.
Faults are drawn from a seed: connections break in the midst of anything, dials fail, sessions grow old.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import tempfile
import tracemalloc
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from trialogue.actors import agent_session
from trialogue.brain.meeting import Brain
from trialogue.errors import ConnectionLost, DialFailed
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import EndTurn
from trialogue.model.events import SessionLost, SessionReady, SessionRolledOver
from trialogue.scenario.defaults import Overrides
from trialogue.testing import murmuring_engines

NAMES = ("ann", "bob", "cyd", "dan", "eve", "fay")
SEED = 7
BREAKS_EVERY_S = 300.0
"""How long a connection lives on the average."""

DIALS_FAIL = 0.2
"""How many dials fail."""

ALLOWED_S = 1200.0
"""Sessions grow old sooner than in life, so that many roll over."""


def scenario(hours: float) -> str:
    """Six agents in turn, who have something else to say each time, after a while of thought."""
    chance = random.Random(SEED)
    seats = {
        name: {
            "think": {
                "provider": "scripted",
                "script": [{"think": "2s..9s"}, *({"say": sentence(chance)} for _ in range(500))],
            }
        }
        for name in NAMES
    }
    limits = {"time": f"{round(hours * 60)}m", "silence": "10m"}
    run = {"clock": "virtual", "seed": SEED, "frame": "100ms", "limits": limits}
    return json.dumps({"trialogue": 1, "name": "soak", "run": run, "cast": seats})


def sentence(chance: random.Random) -> str:
    """Five words that nobody has said before."""
    words = ("".join(chance.choices("aeioulmnrst", k=6)) for _ in range(5))
    return " ".join(words).capitalize() + "."


def resident() -> int:
    """Bytes that the process holds (RSS): what is known without tracing, which costs half the speed."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Weather:
    """What goes wrong, drawn from the seed."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.open = 0

    def connect(self, _participant, connect):
        """A connection that may fail, and will break."""

        @asynccontextmanager
        async def dial():
            if self.chance.random() < DIALS_FAIL:
                raise DialFailed("the weather is bad", status=503)
            async with connect() as socket:
                self.open += 1
                try:
                    yield Fragile(socket, trio.current_time() + self.chance.expovariate(1 / BREAKS_EVERY_S))
                finally:
                    self.open -= 1

        return dial


class Fragile:
    """A socket that breaks at its time."""

    def __init__(self, inner, breaks_at) -> None:
        self._inner = inner
        self._breaks_at = breaks_at

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def receive(self) -> str | bytes:
        """The next message, until it breaks."""
        with trio.move_on_at(self._breaks_at):
            return await self._inner.receive()
        raise ConnectionLost("the weather is bad")


class Gauge:
    """What is held, hour by hour."""

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self.rows: list[tuple[int, int, int]] = []
        self.turns = 0
        self.turns_before = 0
        self.count = {SessionLost: 0, SessionReady: 0, SessionRolledOver: 0}

    async def watch(self, meeting) -> None:
        """Count and weigh until the meeting is over."""
        due = self.every_s
        async for record in meeting.records():
            if type(record.event) in self.count:
                self.count[type(record.event)] += 1
            self.turns += sum(isinstance(command, EndTurn) for command in record.commands)
            if record.at >= due:
                due += self.every_s
                self.weigh(record.at)

    def weigh(self, at: float) -> None:
        """Note memory in KiB, tasks and file descriptors."""
        gc.collect()
        traced, _ = tracemalloc.get_traced_memory()
        memory = (traced or resident()) // 1024
        tasks = trio.lowlevel.current_statistics().tasks_living
        files = len(list(Path("/proc/self/fd").iterdir()))
        self.turns_before = self.turns_before or self.turns
        self.rows.append((memory, tasks, files))
        told = ", ".join(f"{count} {kind.__name__}" for kind, count in self.count.items())
        held = f"{memory:7} KiB, {tasks:3} tasks, {files:3} files"
        print(f"{at / 3600:5.2f} h: {held}, {self.turns} turns; {told}", flush=True)


def soak(hours: float, folder: Path, *, readings: int = 8) -> Gauge:
    """Hold the meeting, and check its journal."""
    agent_session.ALLOWED_S = ALLOWED_S
    path = folder / "soak.yaml"
    path.write_text(scenario(hours))
    gauge, weather = Gauge(hours * 3600 / (readings + 1)), Weather()
    edges = Edges(engines=murmuring_engines(), seams=Seams(connect=weather.connect))
    result = run_meeting(path, overrides=Overrides(), out=folder / "out", edges=edges, watch=gauge.watch)
    assert result.result.reason == "limit-time", result.result.reason
    assert weather.open == 0
    verify(result.folder / "journal.jsonl", Brain)
    return gauge


def check(gauge: Gauge, *, kib_a_turn: float, slack_kib: float = 1024.0) -> None:
    """Fail where more is held at the end than the turns since the first reading account for."""
    (first, tasks, files), (last, *_) = gauge.rows[0], gauge.rows[-1]
    assert max(row[1] for row in gauge.rows) <= tasks + 8 * len(NAMES)
    assert max(row[2] for row in gauge.rows) <= files + 2
    turns = gauge.turns - gauge.turns_before
    assert last - first <= kib_a_turn * turns + slack_kib, (first, last, turns)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as there:
        told = soak(float(sys.argv[1]) if len(sys.argv) > 1 else 8.0, Path(there))
        # The resident set also has what the allocator keeps for itself.
        check(told, kib_a_turn=4.0, slack_kib=1024.0 if tracemalloc.is_tracing() else 16_384.0)
