"""Clients of many voice agents at once, each in a process of its own: ours, and what others would write.

Not run by hand: `bench_agents.py` and `bench_memory.py` start it. Every client does the same work: it holds
N connections and gives each agent's sound to the next one of its group of five. Ours does it with the
actors of a meeting (agents, playouts, the router and its clock); the others forward each frame as it comes,
with no clock, no bounds, no supervision and no liveness check, so their figures are a lower bound.
"""

import argparse
import asyncio
import gc
import json
import os
import ssl
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

GROUP = 5
SETTINGS = '{"type":"Settings"}'
STAMP = struct.Struct(">Q")


def neighbour(number: int, count: int) -> int:
    """Whom an agent speaks to: the next of its group."""
    first = number - number % GROUP
    return first + (number - first + 1) % min(GROUP, count - first)


def resident_kib() -> int:
    """Resident memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def tell(**facts: float) -> None:
    """Give a line to whoever started us."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def measure(sleep: Callable[[float], Awaitable[object]], seconds: float) -> None:
    """Let it settle, then count CPU time over a window."""
    await sleep(1.0)
    first, cpu = time.monotonic_ns(), time.process_time()
    await sleep(seconds)
    tell(first=first, last=time.monotonic_ns(), cpu_s=time.process_time() - cpu)


# --- ours -----------------------------------------------------------------------------------------


def run_ours(url: str, count: int, seconds: float) -> None:
    import trio

    trio.run(_ours, url, count, seconds)


async def _ours(url: str, count: int, seconds: float) -> None:  # noqa: PLR0915 - one meeting, from dial to end
    import trio

    from trialogue.actors.agent import Agent, AgentService
    from trialogue.actors.playout import Playout
    from trialogue.actors.router import AudioGrid, Router
    from trialogue.model.commands import Hearing, SetHearing
    from trialogue.model.events import Event, ReplyStarted, SessionReady
    from trialogue.services.deepgram.agent import agent_offer
    from trialogue.transport.dial import DialRules, open_websocket

    class Stamping(Playout):
        """Notes when a frame was taken out of its connection."""

        def arrive(self, reply: int, pcm: bytes) -> None:
            super().arrive(reply, pcm[:8] + STAMP.pack(time.monotonic_ns()) + pcm[16:])

    names = [f"agent{number}" for number in range(count)]
    ready, is_ready = 0, trio.Event()

    def post(event: Event) -> None:
        nonlocal ready, is_ready
        if isinstance(event, ReplyStarted):
            router.playouts[event.participant].play(event.reply, event.reply)
        elif isinstance(event, SessionReady):
            ready += 1
            is_ready.set()
            is_ready = trio.Event()

    router = Router(AudioGrid(), names, post)
    router.playouts.update({name: Stamping(name, router.grid.sample_rate, post) for name in names})
    heard = {names[neighbour(number, count)]: (name,) for number, name in enumerate(names)}
    router.set_hearing(SetHearing(tuple(Hearing(name, heard[name]) for name in names)))
    dial = DialRules(within_s=60.0, ca_file=OPTIONS.authority)
    settings = agent_offer(
        {"listen": {}, "think": {"provider": {"type": "open_ai", "model": "m"}}}, router.grid.sample_rate
    )
    service = AgentService(partial(open_websocket, url, headers={}, dial=dial), settings)
    agents = [Agent(name, (service,), context=list, mouth=router.playouts[name], post=post) for name in names]
    epoch = trio.current_time()
    offset = time.monotonic_ns() - int(epoch * 1e9)

    def ear(agent: Agent, pcm: bytes) -> None:
        if pcm[0:8] != b"\0\0\0\0\0\0\0\0":
            due = offset + int((epoch + router.position / router.grid.sample_rate) * 1e9)
            pcm = pcm[:16] + STAMP.pack(due) + pcm[24:]
        agent.hear(pcm)

    async with trio.open_nursery() as nursery:
        for at, agent in enumerate(agents):
            if at == OPTIONS.warm:
                warm = resident_kib()
            if not seconds:
                await nursery.start(agent.run)
                if ready <= at:
                    await is_ready.wait()
            else:
                router.listen(names[at], partial(ear, agent))
                await nursery.start(agent.run)
        if seconds:
            nursery.start_soon(partial(router.run, epoch))
            while ready < count:
                await is_ready.wait()
            await measure(trio.sleep, seconds)
        else:
            tell(kib=(resident_kib() - warm) / (count - OPTIONS.warm))
        os._exit(0)


# --- a client of the `websockets` library on asyncio ------------------------------------------------


def run_websockets(url: str, count: int, seconds: float) -> None:
    asyncio.run(_websockets(url, count, seconds))


def run_uvloop(url: str, count: int, seconds: float) -> None:
    import uvloop

    uvloop.run(_websockets(url, count, seconds))


async def _websockets(url: str, count: int, seconds: float) -> None:
    from websockets.asyncio.client import ClientConnection, connect

    tls = ssl.create_default_context(cafile=OPTIONS.authority) if OPTIONS.authority else None

    async def forward(number: int) -> None:
        target = sockets[neighbour(number, count)]
        async for frame in sockets[number]:
            if isinstance(frame, bytes):
                await target.send(frame)

    sockets: list[ClientConnection] = []
    warm = 0
    for at in range(count):
        if at == OPTIONS.warm:
            warm = resident_kib()
        socket = await connect(url, ssl=tls, compression=None, ping_interval=None)
        await socket.recv()
        await socket.send(SETTINGS)
        sockets.append(socket)
    tasks = [asyncio.create_task(forward(number)) for number in range(count)]
    await asyncio.sleep(0.2)
    if seconds:
        await measure(asyncio.sleep, seconds)
    else:
        tell(kib=(resident_kib() - warm) / (count - OPTIONS.warm))
    del tasks
    os._exit(0)


# --- a client of trio-websocket as it comes ---------------------------------------------------------


def run_stock(url: str, count: int, seconds: float) -> None:
    import trio

    trio.run(_stock, url, count, seconds)


async def _stock(url: str, count: int, seconds: float) -> None:
    import trio
    import trio_websocket

    tls = ssl.create_default_context(cafile=OPTIONS.authority) if OPTIONS.authority else None

    async def forward(number: int) -> None:
        target = sockets[neighbour(number, count)]
        while True:
            frame = await sockets[number].get_message()
            if isinstance(frame, bytes):
                await target.send_message(frame)

    sockets: list[trio_websocket.WebSocketConnection] = []
    warm = 0
    async with trio.open_nursery() as nursery:
        for at in range(count):
            if at == OPTIONS.warm:
                warm = resident_kib()
            socket = await trio_websocket.connect_websocket_url(nursery, url, ssl_context=tls)
            await socket.get_message()
            await socket.send_message(SETTINGS)
            sockets.append(socket)
        for number in range(count):
            nursery.start_soon(forward, number)
        await trio.sleep(0.2)
        if seconds:
            await measure(trio.sleep, seconds)
        else:
            tell(kib=(resident_kib() - warm) / (count - OPTIONS.warm))
        os._exit(0)


CLIENTS: dict[str, Callable[[str, int, float], None]] = {
    "ours": run_ours,
    "websockets": run_websockets,
    "websockets+uvloop": run_uvloop,
    "trio-websocket": run_stock,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("url")
    parser.add_argument("count", type=int, help="connections")
    parser.add_argument("--seconds", type=float, default=0.0, help="the window; 0 to measure memory instead")
    parser.add_argument("--warm", type=int, default=0, help="connections before memory is first measured")
    parser.add_argument("--authority", help="a PEM file of the authority to trust")
    parser.add_argument("--core", type=int, help="the core to stay on")
    OPTIONS = parser.parse_args()
    if OPTIONS.core is not None:
        os.sched_setaffinity(0, {OPTIONS.core})
    CLIENTS[OPTIONS.client](OPTIONS.url, OPTIONS.count, OPTIONS.seconds)
