"""Open-and-close cycles of agents and meetings on asyncio and in threads: what stays behind of them.

`python tests/benchmarks/cycles.py [CYCLES]` (1,000 by default, half of each surface) opens a meeting or an
agent on engines that murmur, and leaves it: a third by itself, a third cancelled at a random moment, a third
by an error. Behind each it counts threads and asyncio's tasks, behind all of them sockets and files. The exit
code says whether anything stayed.
"""

import asyncio
import random
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from trialogue import aio, blocking
from trialogue.meeting.edges import Edges
from trialogue.testing import murmuring_engines

AGENT = {"think": {"provider": {"type": "scripted", "script": [{"otherwise": "Good morning."}]}}}
SCENARIO = """
trialogue: 1
name: cycles
run: {limits: {time: 60s, turns: 40}}
cast: {ann: {lines: [One., Two., Three.]}, bob: {lines: [Four., Five., Six.]}}
"""
ENGINES = murmuring_engines()
WAYS = ("left", "cancelled", "failed")


class Mine(Exception):
    """An error of the app."""


def threads():
    """The threads of blocks."""
    return [each.name for each in threading.enumerate() if each.name.startswith("trialogue")]


def open_files():
    """Descriptors of this process, sockets among them."""
    descriptors = Path("/proc/self/fd")
    return len(list(descriptors.iterdir())) if descriptors.is_dir() else 0


def opening(surface, number, folder, scenario):
    """A block: meetings and agents by turns."""
    if number % 2:
        return surface.open_agent(AGENT, via="local", engines=ENGINES)
    return surface.open_meeting(scenario, edges=Edges(engines=ENGINES), out=folder / str(number))


async def in_asyncio(number, chance, folder, scenario):
    """One cycle in asyncio."""
    way, after_s = WAYS[number % 3], chance.uniform(0.0, 0.2)

    async def held():
        async with opening(aio, number, folder, scenario):
            await asyncio.sleep(after_s)
            if way == "failed":
                raise Mine
            if way == "cancelled":
                await asyncio.sleep(60)

    task = asyncio.create_task(held())
    if way == "cancelled":
        await asyncio.sleep(after_s)
        task.cancel()
    with suppress(Mine, asyncio.CancelledError):
        await task


def in_a_thread(number, chance, folder, scenario):
    """One cycle in this thread; Ctrl-C is its cancellation."""
    way = WAYS[number % 3]
    with suppress(Mine, KeyboardInterrupt), opening(blocking, number, folder, scenario):
        threading.Event().wait(chance.uniform(0.0, 0.2))
        if way == "failed":
            raise Mine
        if way == "cancelled":
            raise KeyboardInterrupt


def hold(cycles, folder):
    """All of them; what stayed behind, in words."""
    scenario, chance, left = folder / "cycles.yaml", random.Random(0), []
    scenario.write_text(SCENARIO, encoding="utf-8")

    async def all_in_asyncio():
        for number in range(cycles // 2):
            await in_asyncio(number, chance, folder / "aio", scenario)
            tasks = len(asyncio.all_tasks()) - 1
            if tasks or threads():
                left.append(f"asyncio, cycle {number}: {tasks} tasks, {threads()}")

    for name in ("aio", "blocking"):
        (folder / name).mkdir()
    in_a_thread(0, chance, folder, scenario)
    before = open_files()
    asyncio.run(all_in_asyncio())
    for number in range(cycles - cycles // 2):
        in_a_thread(number, chance, folder / "blocking", scenario)
        if threads():
            left.append(f"threads, cycle {number}: {threads()}")
    more = open_files() - before
    if more > 0:
        left.append(f"{more} files or sockets")
    unfinished = [
        run.name for run in folder.glob("*/*/") if not (run / "result.json").exists() and any(run.iterdir())
    ]
    return left + [f"{name} has no result" for name in unfinished if name.isdecimal()]


def main():
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        left = hold(cycles, Path(folder))
    print(f"{cycles} cycles;", "nothing stayed" if not left else "\n".join(left))
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main())
