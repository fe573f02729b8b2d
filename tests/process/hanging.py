"""Whether a command hangs, told by what it computes: a busy machine makes it slow, not hung.

1. A command wants a core while it computes, and while it waits for one. One that is alive wants it nearly all
   the time; of one that hangs, only threads that watch do, for a few percent.
2. It hangs where, in a stretch of `HUNG_S`, it wanted a core for less than a tenth. Where the machine is so
   busy that its watching threads wait for long, it is waited for until the machine is less busy.
3. One that computes for more than `SPINS_S` while it is watched spins. That depends on no other process, too.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

from attrs import Factory, define, field

HUNG_S = 240.0
"""Length of the stretch in which a command that hangs wanted next to no core."""

SPINS_S = 240.0
"""How much a command may compute while it is watched."""

IDLE = 0.1
"""Share of a stretch for which a command that hangs may want a core."""

LOOK_S = 0.5
"""Seconds between two looks at all its threads."""

TICKS_S = os.sysconf("SC_CLK_TCK")
"""How many ticks of computing a second has."""


@define
class Wants:
    """What a command's threads wanted of a core, by the moment."""

    since: float
    """Moment at which the present stretch began."""

    by_thread: dict[int, float] = field(factory=dict[int, float])
    """Seconds that each thread computed or waited for a core; one that has ended keeps its own."""

    before_s: float = 0.0
    """What all of them wanted when the stretch began."""

    hung_s: float = field(factory=lambda: HUNG_S)
    """Length of the stretch."""

    def is_hung(self, now: float, wanted: dict[int, float]) -> bool:
        """Take what the present threads wanted until now; whether the command hangs."""
        self.by_thread |= wanted
        total_s = sum(self.by_thread.values())
        if total_s - self.before_s >= IDLE * self.hung_s:
            self.since, self.before_s = now, total_s
        return now - self.since >= self.hung_s


@define
class Watch:
    """Watch over a command: raises where it hangs or spins."""

    process: Popen[bytes]
    """Its process."""

    wants: Wants = field(factory=lambda: Wants(time.monotonic()))
    """What it wanted so far."""

    looked_at: float = field(factory=time.monotonic)
    """Moment of the last look."""

    before_s: float = field(default=Factory(lambda self: computed_s(self.process.pid), takes_self=True))
    """What it had computed when the watch began."""

    def look(self) -> None:
        """Raise `TimeoutError` where it hangs or spins; does nothing soon after the last look."""
        now = time.monotonic()
        if now - self.looked_at < LOOK_S:
            return
        self.looked_at = now
        if self.wants.is_hung(now, dict(wanted_by_thread(self.process.pid))):
            raise TimeoutError(f"{self.process.args} hangs: it wanted next to no core for {HUNG_S:.0f} s")
        if SPINS_S < computed_s(self.process.pid) - self.before_s < math.inf:
            raise TimeoutError(f"{self.process.args} spins: it has computed for {SPINS_S:.0f} s")


def computed_s(process: int) -> float:
    """Seconds of computing that a process has had: how far it is, however busy the machine is."""
    said = _stat(Path(f"/proc/{process}"))
    return (int(said[11]) + int(said[12])) / TICKS_S if said else math.inf


def wanted_by_thread(process: int) -> Iterator[tuple[int, float]]:
    """Seconds that each thread of a process, and of what it began, has computed or waited for a core."""
    for each in (process, *_descendants(process)):
        for thread in Path(f"/proc/{each}/task").glob("*/schedstat"):
            try:
                ran, waited, _ = map(int, thread.read_text().split())
            except OSError:
                continue  # it has ended meanwhile
            yield int(thread.parent.name), (ran + waited) / 1e9


def _descendants(process: int) -> set[int]:
    parents = {int(each.name): int(said[1]) for each in Path("/proc").glob("[0-9]*") if (said := _stat(each))}
    found, front = set[int](), {process}
    while front:
        front = {each for each, parent in parents.items() if parent in front} - found
        found |= front
    return found


def _stat(process: Path) -> list[str]:
    """The fields of a process behind its name; none where it has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
