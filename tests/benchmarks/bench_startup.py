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
from pathlib import Path

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, Row

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PROGRAM = ["-c", "import sys; from trialogue.cli import main; sys.exit(main())"]
RUN = ["run", str(SCENARIOS / "smallest.yaml"), "--clock", "virtual", "--quiet", "--out"]
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
        held = [
            partial(milliseconds, [*PROGRAM, *RUN, str(Path(folder, str(number)))])
            for number in range(ask.rounds(9) + 1)
        ]
        held.pop()()  # fills the cache of speech
        runs = {OURS: lambda: held.pop()(), **bare}  # noqa: PLW0108 - another one each time
        yield Figure(
            "trialogue run smallest.yaml, cached, from start to end",
            "ms",
            ask.alternate(len(held), runs),
            Goal(at_most=50.0, beside=BARE),
        )


ROWS = (
    Row(
        "startup",
        "Processor time of a command in a new process, beside the same interpreter with nothing to do.",
        measure,
        "Files are cached and modules compiled; the target of `run` is for its start alone.",
    ),
)
