"""Samples of where a process spends its processor time, for the profiles of an hour.

A timer of the process's own time interrupts it; a sample counts for the innermost function of ours on the
stack, which asked for what others compute, or for trio's loop where none is.
"""

import gc
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import trialogue

OURS = str(Path(trialogue.__file__).parent)
SHOWN = 40


class Samples:
    """Counts of where the process was, by function."""

    def __init__(self, every_s: float, *, own: str | None = None) -> None:
        """Sample every `every_s` seconds of processor time; what is in the file `own` is the benchmark's."""
        self.functions: Counter[str] = Counter()
        self._every_s, self._own = every_s, own
        self._is_collecting = False
        gc.callbacks.append(self._collects)
        signal.signal(signal.SIGPROF, self._take)

    def begin(self) -> None:
        """Sample from now on."""
        signal.setitimer(signal.ITIMER_PROF, self._every_s, self._every_s)

    def end(self) -> None:
        """Sample no more."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def shares(self) -> Iterator[str]:
        """Lines with the share of each module, then of each function."""
        total = self.functions.total()
        modules: Counter[str] = Counter()
        for name, number in self.functions.items():
            modules[name.rsplit(":", 1)[0]] += number
        for title, counts in (("module", modules), ("function", self.functions)):
            yield f"share by {title}:"
            for name, number in counts.most_common(SHOWN):
                yield f"{100 * number / total:6.1f} %  {name}"

    def _collects(self, phase: str, _: object) -> None:
        self._is_collecting = phase == "start"

    def _take(self, _signal: int, frame: FrameType | None) -> None:
        self.functions["garbage collector" if self._is_collecting else self._where(frame)] += 1

    def _where(self, frame: FrameType | None) -> str:
        while frame is not None:
            file = frame.f_code.co_filename
            if file == self._own:
                return "the benchmark's own"
            if file.startswith(OURS):
                return f"{Path(file).relative_to(OURS)}:{frame.f_code.co_name}"
            if "trio/_core/_run.py" in file and frame.f_code.co_name == "unrolled_run":
                break
            frame = frame.f_back
        return "trio's loop"
