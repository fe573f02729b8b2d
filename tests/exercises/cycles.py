"""Opens and closes a thousand meetings, a third cancelled or failed at random moments, and counts what stays.

    python tests/exercises/cycles.py 1000

Exit code 1 where a task, a thread, a socket or a file is left behind.
"""

import gc
import random
import sys
import tempfile
import threading
from pathlib import Path

import trio

from trialogue import Edges, Scenario, open_meeting
from trialogue.testing import murmuring_engines

CAST = {
    "ann": {"lines": ["One.", "Two."]},
    "bob": {"lines": ["Three."]},
    "kim": {"role": "human", "via": "app"},
}
SCENARIO = Scenario.build("cycle", CAST, run={"limits": {"turns": 2, "time": "20s"}})
EDGES = Edges(engines=murmuring_engines())


POOLED = ("engine", "Trio thread")
"""Threads of the pools of a process, which are bounded: they come when they are needed, and stay."""


class Failed(Exception):
    """What the app's own code raises."""


def fail() -> None:
    """Raise the app's own error."""
    raise Failed


async def cycle(folder: Path, chance: random.Random) -> None:
    """One meeting: stopped after a moment, or cancelled, or left by an error."""
    how, moment = (
        chance.choice(("stopped", "stopped", "stopped", "stopped", "cancelled", "failed")),
        chance.random(),
    )
    with trio.move_on_after(moment * 0.3 if how == "cancelled" else 60):
        try:
            async with open_meeting(SCENARIO, out=folder, edges=EDGES) as meeting:
                await trio.sleep(moment * 0.2)
                if how == "failed":
                    fail()
                meeting.stop("enough")
                await meeting.finished()
        except Failed:
            pass


def left() -> dict[str, int]:
    """What the process holds at this moment."""
    gc.collect()
    return {
        "tasks": trio.lowlevel.current_statistics().tasks_living,
        "threads": sum(not each.name.startswith(POOLED) for each in threading.enumerate()),
        "files and sockets": sum(1 for _ in Path("/proc/self/fd").iterdir()),
    }


async def main(count: int) -> int:
    """Run the cycles; 1 where anything stays."""
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        for each in range(20):
            await cycle(Path(folder, f"warm-{each}"), chance)
        await trio.sleep(1)
        before = left()
        for each in range(count):
            await cycle(Path(folder, f"run-{each}"), chance)
        await trio.sleep(1)
        after = left()
        print(count, "cycles:", before, "->", after)
        return int(any(after[name] > before[name] for name in before))


if __name__ == "__main__":
    sys.exit(trio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
