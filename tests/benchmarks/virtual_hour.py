"""Profile of a virtual hour: where the processor's time goes in six meetings of ten minutes.

    python -m tests.benchmarks.virtual_hour [SCENARIO] [MEETINGS]

Each millisecond of processor time is a sample.
The first meeting, which fills caches and loads modules, is not in it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.sampling import Samples
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

SCENARIO = Path(__file__).parents[2] / "scenarios" / "ten-minutes.yaml"


def main() -> None:
    """Print the shares."""
    scenario = Path(sys.argv[1]) if len(sys.argv) > 1 else SCENARIO
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    samples = Samples(0.001)
    with tempfile.TemporaryDirectory() as folder:
        seconds = 0.0
        for number in range(count + 1):
            if number == 1:
                samples.begin()
                cpu = time.process_time()
            asked = Overrides(clock=Clock.VIRTUAL, seed=10 + number)
            run = run_meeting(scenario, overrides=asked, out=Path(folder) / str(number))
            seconds += run.result.duration_s if number else 0.0
        cpu = time.process_time() - cpu
        samples.end()
    total = samples.functions.total()
    print(f"{seconds:.0f} s of meetings in {cpu:.2f} s of the processor, {total} samples")
    print("\n".join(samples.shares()))


if __name__ == "__main__":
    main()
