"""How long a person waits for the command line before it does anything.

Run it by hand: `python tests/benchmarks/bench_startup.py`. Best of several rounds, each a new process;
beside it the bare interpreter, which is the floor.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ROUNDS = 7
PROGRAM = ["-c", "import sys; from trialogue.cli import main; sys.exit(main())"]
COMMANDS: dict[str, tuple[list[str], float]] = {
    "python -c pass": (["-c", "pass"], 0.0),
    "import trialogue": (["-c", "import trialogue"], 0.0),
    "trialogue --help": ([*PROGRAM, "--help"], 0.5),
    "trialogue run --help": ([*PROGRAM, "run", "--help"], 0.5),
    "trialogue check edge-cache.yaml": ([*PROGRAM, "check", str(SCENARIOS / "edge-cache.yaml")], 0.7),
    "trialogue voices": ([*PROGRAM, "voices"], 0.5),
}
"""What is run, and how many seconds it may take; 0 where nothing is promised."""


def seconds(arguments: list[str]) -> float:
    """The best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        best = min(best, time.perf_counter() - began)
    return best


def main() -> None:
    """Print the table."""
    print(f"{'seconds':<34}{'best':>6}{'may':>6}{'over python':>13}")
    bare = None
    for name, (arguments, limit) in COMMANDS.items():
        took = seconds(arguments)
        bare = took if bare is None else bare
        promised = f"{limit:>6.1f}" if limit else f"{'-':>6}"
        print(f"{name:<34}{took:>6.3f}{promised}{took / bare:>12.1f}x")


if __name__ == "__main__":
    main()
