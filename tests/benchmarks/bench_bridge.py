"""What the way from asyncio, or from a thread, adds to an event and to a call of one agent."""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import trio

sys.path.insert(0, str(Path(__file__).parents[1] / "actors"))
import trio.lowlevel
from fake_service import FakeService

from tests.benchmarks.measuring import OURS, Ask, Figure, Row
from trialogue import aio, blocking, open_agent

AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}
TIMES = 2000


def sends(service):
    """Have the service tell something that says when it was told."""
    service.socket.says("__customFromThinkProvider", content=time.perf_counter())


async def on_trio():
    service, events, calls = FakeService(), [], []
    async with open_agent(AGENT, connect=service) as agent:
        await agent.next_event()
        for _ in range(TIMES):
            sends(service)
            event = await agent.next_event()
            events.append(time.perf_counter() - event.content)
            began = time.perf_counter()
            agent.keep_alive()
            calls.append(time.perf_counter() - began)
            await trio.lowlevel.checkpoint()
    return median(events), median(calls)


async def on_asyncio():
    service, events, calls = FakeService(), [], []
    async with aio.open_agent(AGENT, connect=service) as agent:
        await agent.next_event()
        for _ in range(TIMES):
            agent._held.do(lambda: sends(service))
            event = await agent.next_event()
            events.append(time.perf_counter() - event.content)
            began = time.perf_counter()
            await agent.keep_alive()
            calls.append(time.perf_counter() - began)
    return median(events), median(calls)


def in_a_thread():
    service, events, calls = FakeService(), [], []
    with blocking.open_agent(AGENT, connect=service) as agent:
        agent.next_event()
        for _ in range(TIMES):
            agent._held.do(lambda: sends(service))
            event = agent.next_event()
            events.append(time.perf_counter() - event.content)
            began = time.perf_counter()
            agent.keep_alive()
            calls.append(time.perf_counter() - began)
    return median(events), median(calls)


def measure(ask: Ask) -> Iterator[Figure]:
    """All three surfaces by turns."""
    runs = {
        OURS: lambda: trio.run(on_trio),
        "from asyncio": lambda: asyncio.run(on_asyncio()),
        "from a thread": in_a_thread,
    }
    found = ask.alternate(ask.rounds(3), runs)
    for place, what in enumerate(("an event", "a call")):
        values = {name: tuple(1e6 * each[place] for each in rounds) for name, rounds in found.items()}
        yield Figure(f"{what}, median", "µs", values)


ROWS = (
    Row(
        "bridge",
        "From an event in the actor to its reader, and a call, on trio and from asyncio and a thread.",
        measure,
        "These are waits on the clock of the wall: a busy machine makes them longer.",
    ),
)
