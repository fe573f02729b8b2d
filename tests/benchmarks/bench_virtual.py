"""How much faster than life a meeting of five runs under the virtual clock, and where two runs agree.

    python tests/benchmarks/bench_virtual.py [SCENARIO] [RUNS]

Holds the scenario once to fill the speech cache, then RUNS times; the factor is the meeting's seconds
over the process's CPU seconds (and over wall seconds), loading of engines left out.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

from trialogue.brain.meeting import Brain
from trialogue.journal.verify import verify
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

SCENARIO = Path(__file__).parents[2] / "scenarios" / "ten-minutes.yaml"


def main() -> None:
    """Print a line a run."""
    scenario = Path(sys.argv[1]) if len(sys.argv) > 1 else SCENARIO
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    base = Path(tempfile.mkdtemp())
    for number in range(runs + 1):
        cpu = time.process_time()
        result = run_meeting(scenario, overrides=Overrides(clock=Clock.VIRTUAL), out=base / str(number))
        cpu = time.process_time() - cpu
        seconds = result.result.duration_s
        journal = result.folder / "journal.jsonl"
        digest = hashlib.sha256(journal.read_bytes()).hexdigest()[:12]
        began = time.perf_counter()
        verified = verify(journal, Brain)
        took = time.perf_counter() - began
        what = "cold" if number == 0 else "cached"
        print(
            f"{what:7}{seconds:7.1f} s of meeting: {seconds / cpu:6.1f} x by CPU (loading included), "
            f"{seconds / result.machine_s:6.1f} x by wall; journal {digest}; "
            f"{verified.records} records verified in {took:.3f} s"
        )


if __name__ == "__main__":
    main()
