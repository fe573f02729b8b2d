"""Opens and closes a thousand blocks of each surface, a third cancelled or failed at random moments.

    python tests/exercises/cycles.py 1000
    python tests/exercises/cycles.py 1000 aio-meeting compat

Surfaces: meetings and agents on trio, in asyncio and in threads, and the SDK's two clients. Engines are
shared, and murmur. Behind each cycle it counts tasks and the threads of blocks; behind all of a surface every
thread, socket and file. Exit code 1 where anything is left behind.
"""

import asyncio
import gc
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import trio

from trialogue import Edges, Scenario, aio, blocking, compat, open_agent, open_meeting
from trialogue.serving.for_tests import VoiceAgentServer, opened
from trialogue.testing import murmuring_engines

CAST = {
    "ann": {"lines": ["One.", "Two."]},
    "bob": {"lines": ["Three."]},
    "kim": {"role": "human", "via": "app"},
}
SCENARIO = Scenario.build("cycle", CAST, run={"limits": {"turns": 2, "time": "20s"}})
ENGINES = murmuring_engines()
EDGES = Edges(engines=ENGINES)
AGENT = {"think": {"provider": {"type": "scripted", "script": [{"otherwise": "Good morning."}]}}}
SETTINGS = compat.SettingsOptions(
    agent=compat.Agent(think=compat.Think(provider=compat.Provider(type="open_ai")), speak=compat.Speak())
)
Hold = Callable[["Cycle"], Awaitable[None]]
BLOCKS = ("trialogue meeting", "trialogue agent", "trialogue compat")
SETTLING_S = 2.0
WARMING = 20
"""Cycles of each surface before anything is counted: pools of threads fill, and modules load."""

POOLED = ("engine", "Trio thread", "asyncio_")
"""Threads of the pools of a process, which are bounded: they come when they are needed, and stay."""


class Failed(Exception):
    """What the app's own code raises."""


class Cycle:
    """How one block is left, and when."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.how = chance.choice(("left", "left", "left", "left", "cancelled", "failed"))
        self.after_s = chance.random() * (0.3 if self.how == "cancelled" else 0.2)

    def fails(self) -> bool:
        """Raise the app's own error, where that is how it is left."""
        if self.how == "failed":
            raise Failed
        return False


# --- trio ---------------------------------------------------------------------------------------------------


async def trio_meeting(cycle: Cycle) -> None:
    """Stopped, and waited for."""
    async with open_meeting(SCENARIO, out=cycle.folder, edges=EDGES) as meeting:
        await trio.sleep(cycle.after_s)
        cycle.fails()
        meeting.stop("enough")
        await meeting.finished()


async def trio_agent(cycle: Cycle) -> None:
    """Asked, and left."""
    async with open_agent(AGENT, via="local", engines=ENGINES) as agent:
        await agent.next_event()
        agent.ask("Hello?")
        await trio.sleep(cycle.after_s)
        cycle.fails()


async def in_trio(hold: Hold, cycles: list[Cycle]) -> list[str]:
    """All cycles in one loop."""
    left, before = [], 0
    for number, cycle in enumerate(cycles):
        with suppress(Failed), trio.move_on_after(cycle.after_s if cycle.how == "cancelled" else 60):
            await hold(cycle)
        tasks = trio.lowlevel.current_statistics().tasks_living
        before = before or tasks
        if tasks > before:
            left.append(f"cycle {number}, {cycle.how}: {tasks - before} tasks")
    return left


# --- asyncio ------------------------------------------------------------------------------------------------


async def aio_meeting(cycle: Cycle) -> None:
    """Stopped, and waited for."""
    async with aio.open_meeting(SCENARIO, out=cycle.folder, edges=EDGES) as meeting:
        await asyncio.sleep(cycle.after_s)
        cycle.fails()
        await meeting.stop("enough")
        await meeting.finished()


async def aio_agent(cycle: Cycle) -> None:
    """Asked, and left."""
    async with aio.open_agent(AGENT, via="local", engines=ENGINES) as agent:
        await agent.next_event()
        await agent.ask("Hello?")
        await asyncio.sleep(cycle.after_s)
        cycle.fails()


async def compat_async(server: VoiceAgentServer, cycle: Cycle) -> None:
    """Started, asked and closed."""
    client = compat.DeepgramClient("key", url=f"ws://{server.host}").agent.asyncwebsocket.v("1")
    try:
        assert await client.start(SETTINGS)
        await client.inject_user_message(compat.InjectUserMessageOptions(text="Hello?"))
        await asyncio.sleep(cycle.after_s)
        cycle.fails()
    finally:
        await client.close()  # noqa: ASYNC102 - in asyncio


async def in_asyncio(hold: Hold, cycles: list[Cycle]) -> list[str]:
    """All cycles in one loop."""
    left = []
    for number, cycle in enumerate(cycles):
        task = asyncio.ensure_future(hold(cycle))
        if cycle.how == "cancelled":
            await asyncio.sleep(cycle.after_s)
            task.cancel()
        with suppress(Failed, asyncio.CancelledError):
            await task
        stay = [each.get_name() for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        if stay or blocks():
            left.append(f"cycle {number}, {cycle.how}: tasks {stay}, threads {blocks()}")
    return left


# --- threads ------------------------------------------------------------------------------------------------


def blocking_meeting(cycle: Cycle) -> None:
    """Stopped, and waited for."""
    with blocking.open_meeting(SCENARIO, out=cycle.folder, edges=EDGES) as meeting:
        time.sleep(cycle.after_s)
        cycle.fails()
        meeting.stop("enough")
        meeting.finished()


def blocking_agent(cycle: Cycle) -> None:
    """Asked, and left."""
    with blocking.open_agent(AGENT, via="local", engines=ENGINES) as agent:
        agent.next_event()
        agent.ask("Hello?")
        time.sleep(cycle.after_s)
        cycle.fails()


def compat_in_threads(server: VoiceAgentServer, cycle: Cycle) -> None:
    """Started, asked and closed."""
    client = compat.DeepgramClient("key", url=f"ws://{server.host}").agent.websocket.v("1")
    try:
        assert client.start(SETTINGS)
        client.inject_user_message(compat.InjectUserMessageOptions(text="Hello?"))
        time.sleep(cycle.after_s)
        cycle.fails()
    finally:
        client.close()


def in_threads(hold: Callable[[Cycle], None], cycles: list[Cycle]) -> list[str]:
    """All cycles in this thread; Ctrl-C is its cancellation, and comes at any moment, but once."""
    left = []
    for number, cycle in enumerate(cycles):
        with suppress(Failed, KeyboardInterrupt):
            if cycle.how == "cancelled":
                signal.setitimer(signal.ITIMER_REAL, max(cycle.after_s, 0.001))
            hold(cycle)
        signal.setitimer(signal.ITIMER_REAL, 0)
        until = time.monotonic() + SETTLING_S
        while blocks() and time.monotonic() < until:  # one that was interrupted as it started, or at its end
            time.sleep(0.01)
        if blocks():
            left.append(f"cycle {number}, {cycle.how}: threads {blocks()}")
    return left


def ctrl_c(*_: object) -> None:
    """Interrupt this thread."""
    raise KeyboardInterrupt


# --- all of them ----------------------------------------------------------------------------------------


def blocks() -> list[str]:
    """The threads of blocks; that of a server is none."""
    return [each.name for each in threading.enumerate() if each.name in BLOCKS]


def held() -> dict[str, int]:
    """What the process holds at this moment."""
    gc.collect()
    descriptors = Path("/proc/self/fd")
    return {
        "threads": sum(not each.name.startswith(POOLED) for each in threading.enumerate()),
        "files and sockets": len(list(descriptors.iterdir())) if descriptors.is_dir() else 0,
    }


def surfaces(server: VoiceAgentServer) -> dict[str, Callable[[list[Cycle]], list[str]]]:
    """Ways to hold cycles, by name."""

    def on_trio(hold: Hold) -> Callable[[list[Cycle]], list[str]]:
        return lambda cycles: trio.run(in_trio, hold, cycles)

    def on_asyncio(hold: Hold) -> Callable[[list[Cycle]], list[str]]:
        return lambda cycles: asyncio.run(in_asyncio(hold, cycles))

    return {
        "trio-meeting": on_trio(trio_meeting),
        "trio-agent": on_trio(trio_agent),
        "aio-meeting": on_asyncio(aio_meeting),
        "aio-agent": on_asyncio(aio_agent),
        "blocking-meeting": partial(in_threads, blocking_meeting),
        "blocking-agent": partial(in_threads, blocking_agent),
        "compat": partial(in_threads, partial(compat_in_threads, server)),
        "compat-async": on_asyncio(partial(compat_async, server)),
    }


def main(count: int, names: list[str]) -> int:
    """Run the cycles; 1 where anything stays."""
    signal.signal(signal.SIGALRM, ctrl_c)
    status = 0
    bridge, server = opened()
    with closing(bridge), tempfile.TemporaryDirectory() as folder:
        for name, hold in surfaces(server).items():
            if not names or name in names:
                status |= try_surface(name, hold, count, Path(folder, name))
    return status


def try_surface(name: str, hold: Callable[[list[Cycle]], list[str]], count: int, folder: Path) -> bool:
    """Hold the cycles of one surface, and print what came of it; whether anything stayed."""
    chance = random.Random(name)
    hold([Cycle(folder / f"warm-{each}", chance) for each in range(min(WARMING, count))])
    time.sleep(0.1)
    before, began = held(), time.process_time()
    cycles = [Cycle(folder / str(each), chance) for each in range(count)]
    left = hold(cycles)
    after, until = held(), time.monotonic() + SETTLING_S
    while any(after[what] > before[what] for what in before) and time.monotonic() < until:
        time.sleep(0.02)
        after = held()
    left += [f"more {what} than before" for what in before if after[what] > before[what]]
    left += [f"no result in {each}" for each in unfinished(folder)]
    ended, computed = sum(each.how != "left" for each in cycles), time.process_time() - began
    print(f"{name}: {count} cycles, {ended} cancelled or failed, {computed:.0f} s of computing:", end=" ")
    print(before, "->", after, *left, sep="; " if left else " ", flush=True)
    return bool(left)


def unfinished(folder: Path) -> list[str]:
    """Runs that have begun and have no result."""
    return [
        run.parent.name for run in folder.glob("*/journal.jsonl") if not (run.parent / "result.json").exists()
    ]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(int(arguments[0]) if arguments else 1000, arguments[1:]))
