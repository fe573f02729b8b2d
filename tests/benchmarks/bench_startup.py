"""How long a person waits for the command line before it does anything.

Each is a new process, beside the bare interpreter, which is the floor.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, Row

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PROGRAM = ["-c", "import sys; from trialogue.cli import main; sys.exit(main())"]
RUN = ["run", str(SCENARIOS / "smallest.yaml"), "--clock", "virtual", "--quiet", "--out"]
BEGINNING = [
    "-c",
    """
import os, sys
from trialogue.brain.meeting import Brain
from trialogue.cli import main
from trialogue.model.events import MeetingStarted
handle = Brain.handle
def handled(self, event, now):
    if isinstance(event, MeetingStarted):
        os._exit(0)
    return handle(self, event, now)
Brain.handle = handled
sys.exit(main())
""",
]
"""The same program, which is gone when its meeting begins."""

BARE = "python -c pass"
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    "import trialogue": (["-c", "import trialogue"], 2.0),
    "trialogue --version": ([*PROGRAM, "--version"], 4.0),
    "trialogue --help": ([*PROGRAM, "--help"], 4.0),
    "trialogue run --help": ([*PROGRAM, "run", "--help"], None),
    "trialogue check smallest.yaml": ([*PROGRAM, "check", str(SCENARIOS / "smallest.yaml")], 15.0),
    "trialogue check edge-cache.yaml": ([*PROGRAM, "check", str(SCENARIOS / "edge-cache.yaml")], None),
    "trialogue voices": ([*PROGRAM, "voices"], None),
}
"""What is run, and how many bare starts it may take."""

RUNS: tuple[tuple[str, list[str], float | None], ...] = (
    ("trialogue run smallest.yaml, cached, until its meeting begins", BEGINNING, 50.0),
    ("trialogue run smallest.yaml, cached, from start to end", PROGRAM, None),
)
"""The same of a meeting."""


def milliseconds(arguments: list[str]) -> float:
    """The processor time of a process, in ms."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(ask: Ask) -> Iterator[Figure]:
    """Every command, by turns with the bare interpreter."""
    bare = {BARE: partial(milliseconds, ["-c", "pass"])}
    for name, (arguments, limit) in COMMANDS.items():
        goal = Goal(at_most=limit, beside=BARE) if limit else None
        runs = {OURS: partial(milliseconds, arguments), **bare}
        milliseconds(arguments)  # modules are compiled, and files are in the system's cache
        yield Figure(name, "ms", ask.alternate(ask.rounds(9), runs), goal)
    with tempfile.TemporaryDirectory() as folder:
        places = (str(Path(folder, str(number))) for number in count())
        milliseconds([*PROGRAM, *RUN, next(places)])  # fills the cache of speech
        for name, program, limit in RUNS:
            goal = Goal(at_most=limit, beside=BARE) if limit else None
            milliseconds([*program, *RUN, next(places)])
            runs = {OURS: lambda: milliseconds([*program, *RUN, next(places)]), **bare}  # noqa: B023 - asked at once
            yield Figure(name, "ms", ask.alternate(ask.rounds(9), runs), goal)


ROWS = (
    Row(
        "startup",
        "Processor time of a command in a new process, beside the same interpreter with nothing to do.",
        measure,
        "Files are cached and modules compiled.",
    ),
)
