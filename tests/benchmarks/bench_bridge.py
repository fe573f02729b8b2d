"""What the way from asyncio, or from a thread, adds to an event and to a call of one agent.

`python tests/benchmarks/bench_bridge.py`: medians in microseconds, on trio's own surface and on the two
others, and what they add. The exit code says whether one adds 1,000 or more.
"""

import asyncio
import sys
import time
from pathlib import Path
from statistics import median

import trio

sys.path.insert(0, str(Path(__file__).parents[1] / "actors"))
import trio.lowlevel
from fake_service import FakeService

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


def main():
    base = trio.run(on_trio)
    rows = {"trio": base, "asyncio": asyncio.run(on_asyncio()), "a thread": in_a_thread()}
    print(f"{'':10}{'an event':>12}{'adds':>8}{'a call':>12}{'adds':>8}   (medians of {TIMES}, microseconds)")
    worst = 0.0
    for name, figures in rows.items():
        added = [figure - lowest for figure, lowest in zip(figures, base, strict=True)]
        worst = max(worst, *added)
        cells = [f"{1e6 * f:12.0f}{1e6 * a:8.0f}" for f, a in zip(figures, added, strict=True)]
        print(f"{name:10}{''.join(cells)}")
    return int(worst >= 1e-3)


if __name__ == "__main__":
    sys.exit(main())
