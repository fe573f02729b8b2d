"""Profile of a virtual hour: where the processor's time goes in six meetings of ten minutes.

    python tests/benchmarks/virtual_hour.py [SCENARIO] [MEETINGS]

A timer of the process's own time interrupts it each millisecond; a sample counts for the innermost function
of ours on the stack, which asked for what others compute, or for trio's loop where none is.
The first meeting, which fills caches and loads modules, is not in it.
"""

from __future__ import annotations

import gc
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType

import trialogue
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

SCENARIO = Path(__file__).parents[2] / "scenarios" / "ten-minutes.yaml"
OURS = str(Path(trialogue.__file__).parent)
EVERY_S = 0.001
SHOWN = 40


class Samples:
    """Counts of where the process was, by part of ours and by function."""

    def __init__(self) -> None:
        self.functions: Counter[str] = Counter()
        self._is_collecting = False
        gc.callbacks.append(self._collects)

    def _collects(self, phase: str, _: object) -> None:
        self._is_collecting = phase == "start"

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Count one sample."""
        if self._is_collecting:
            self.functions["garbage collector"] += 1
            return
        while frame is not None and not frame.f_code.co_filename.startswith(OURS):
            if "trio/_core/_run.py" in frame.f_code.co_filename and frame.f_code.co_name == "unrolled_run":
                frame = None
                break
            frame = frame.f_back
        self.functions["trio's loop" if frame is None else _named(frame)] += 1


def _named(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).relative_to(OURS)}:{frame.f_code.co_name}"


def main() -> None:
    """Print the shares."""
    scenario = Path(sys.argv[1]) if len(sys.argv) > 1 else SCENARIO
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    samples = Samples()
    signal.signal(signal.SIGPROF, samples.take)
    with tempfile.TemporaryDirectory() as folder:
        seconds = 0.0
        for number in range(count + 1):
            if number == 1:
                signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
                cpu = time.process_time()
            asked = Overrides(clock=Clock.VIRTUAL, seed=10 + number)
            run = run_meeting(scenario, overrides=asked, out=Path(folder) / str(number))
            seconds += run.result.duration_s if number else 0.0
        cpu = time.process_time() - cpu
        signal.setitimer(signal.ITIMER_PROF, 0)
    total = samples.functions.total()
    print(f"{seconds:.0f} s of meetings in {cpu:.2f} s of the processor, {total} samples")
    modules: Counter[str] = Counter()
    for name, number in samples.functions.items():
        modules[name.rsplit(":", 1)[0]] += number
    for title, counts in (("module", modules), ("function", samples.functions)):
        print(f"share by {title}:")
        for name, number in counts.most_common(SHOWN):
            print(f"{100 * number / total:6.1f} %  {name}")


if __name__ == "__main__":
    main()
