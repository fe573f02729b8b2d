"""Clients of many voice agents at once, each in a process of its own: ours, and what others would write.

Not run by hand: `bench_agents.py` and `bench_memory.py` start it, with the interpreter of the peer's own
environment. Every client does the same work: it holds N connections and gives each agent's sound to the next
one of its meeting. Meetings are of three to six agents, or all agents are in one. Ours does it with the
actors of meetings (agents, playouts, a router with its clock for each); the others forward each frame as it
comes, with no clock, no bounds, no supervision and no liveness check, so their figures are a lower bound.
"""

import argparse
import asyncio
import contextlib
import gc
import itertools
import json
import os
import ssl
import struct
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Protocol

SETTINGS = '{"type":"Settings"}'
STAMPS = struct.Struct(">QQ")
TICK_S = 0.02
TICK_NS = 20_000_000


def meetings(count: int) -> list[range]:
    """The agents of each meeting, by number."""
    found, first = [], 0
    for size in itertools.cycle(OPTIONS.sizes):
        if first >= count:
            return found
        found.append(range(first, min(first + size, count)))
        first += size
    return found


def neighbours(count: int) -> list[int]:
    """Whom each agent speaks to: the next of its meeting."""
    return [seats[(place + 1) % len(seats)] for seats in meetings(count) for place in range(len(seats))]


def resident_kib() -> int:
    """Resident memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def tell(**facts: float) -> None:
    """Give a line to whoever started us."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class Control:
    """Numbered messages of the service beside its sound: how many came, and how many are missing between."""

    def __init__(self) -> None:
        self._seen: dict[object, tuple[int, int]] = {}

    def note(self, connection: object, number: str) -> None:
        """A message came; a service numbers those of each connection from 0."""
        count, last = self._seen.get(connection, (0, -1))
        self._seen[connection] = count + 1, max(last, int(number))

    def came(self) -> int:
        """How many came."""
        return sum(count for count, _ in self._seen.values())

    def lost(self) -> int:
        """How many of those before the last that came did not."""
        return sum(last + 1 - count for count, last in self._seen.values())


CONTROL = Control()


async def measure(sleep: Callable[[float], Awaitable[object]], seconds: float) -> None:
    """Let it settle, for a tenth of the window at least, then count CPU time over the window.

    Memory is read before and behind it: the search for garbage that goes with it stops the client for as
    long as its heap is large, which is nothing of what a frame costs, nor of how late one comes. A client
    that uses nine tenths of a core makes up for a tenth of a second in a whole one, so the window waits.
    """
    await sleep(1.0 + seconds / 10)
    held = resident_kib()
    await sleep(2.0)
    first, cpu = time.monotonic_ns(), time.process_time()
    await sleep(seconds)
    last, cpu = time.monotonic_ns(), time.process_time() - cpu
    grown = resident_kib() - held
    tell(first=first, last=last, cpu_s=cpu, grown=grown, control=CONTROL.came(), lost=CONTROL.lost())


# --- ours -----------------------------------------------------------------------------------------


def run_ours(url: str, count: int, seconds: float) -> None:
    import trio

    trio.run(_ours, url, count, seconds)


async def _ours(url: str, count: int, seconds: float) -> None:  # noqa: PLR0915 - one meeting, from dial to end
    import trio

    from trialogue.actors.agent import Agent, AgentService
    from trialogue.actors.phases import next_phase
    from trialogue.actors.playout import Playout
    from trialogue.actors.router import AudioGrid, Router
    from trialogue.model.commands import Hearing, SetHearing
    from trialogue.model.events import Event, ReplyStarted, ServiceWarned, SessionReady
    from trialogue.services.deepgram.agent import agent_offer
    from trialogue.transport.dial import DialRules, open_websocket

    class Stamping(Playout):
        """Notes when a frame was taken out of its connection, for the ear that hears it."""

        came: deque[int]

        def arrive(self, reply: int, pcm: bytes) -> None:
            self.came.append(time.monotonic_ns())
            Playout.arrive(self, reply, pcm)

    names = [f"agent{number}" for number in range(count)]
    came: dict[str, deque[int]] = {name: deque() for name in names}
    dial = DialRules(within_s=60.0, ca_file=OPTIONS.authority)
    settings = agent_offer(
        {"listen": {}, "think": {"provider": {"type": "open_ai", "model": "m"}}}, AudioGrid().sample_rate
    )
    service = AgentService(partial(open_websocket, url, headers={}, dial=dial), settings)
    ready, is_ready = 0, trio.Event()
    agents: list[Agent] = []
    routers: list[Router] = []

    def seat(seats: range) -> None:
        """A meeting: its router, who hears whom, and its agents."""

        def post(event: Event) -> None:
            nonlocal ready, is_ready
            if isinstance(event, ReplyStarted):
                router.playouts[event.participant].play(event.reply, event.reply)
            elif isinstance(event, ServiceWarned):
                CONTROL.note(event.participant, event.code)
            elif isinstance(event, SessionReady):
                ready += 1
                is_ready.set()
                is_ready = trio.Event()

        cast = [names[number] for number in seats]
        router = Router(AudioGrid(), cast, post)
        for name in cast:
            router.playouts[name] = mouth = Stamping(name, router.grid.sample_rate, post)
            mouth.came = came[name]
        heard = (Hearing(cast[(place + 1) % len(cast)], (name,)) for place, name in enumerate(cast))
        router.set_hearing(SetHearing(tuple(heard)))
        routers.append(router)
        agents.extend(
            Agent(name, (service,), context=list, mouth=router.playouts[name], post=post) for name in cast
        )

    heard_by = {listener: names[speaker] for speaker, listener in enumerate(neighbours(count))}
    meeting_of: dict[int, int] = {}
    for place, seats in enumerate(meetings(count)):
        seat(seats)
        meeting_of.update(dict.fromkeys(seats, place))
    first_due: list[int] = []
    offset = time.monotonic_ns() - int(trio.current_time() * 1e9)

    def ear(agent: Agent, heard: deque[int], place: int, pcm: bytes) -> None:
        if not pcm.startswith(b"\0\0\0\0\0\0\0\0"):
            due = first_due[place] + routers[place].next_tick * TICK_NS
            pcm = b"".join((pcm[:8], STAMPS.pack(heard.popleft(), due), pcm[24:]))
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
                place = meeting_of[at]
                routers[place].listen(names[at], partial(ear, agent, came[heard_by[at]], place))
                await nursery.start(agent.run)
        if seconds:
            while ready < count:
                await is_ready.wait()
            # Meetings begin when they begin, each in its phase: here, spread over a tick. They begin when all
            # agents are there: ticks of before would be made up for behind the dials, within the window yet.
            now = trio.current_time()
            epochs = [next_phase(now + TICK_S * place / len(routers)) for place in range(len(routers))]
            first_due += [offset + int(epoch * 1e9) for epoch in epochs]
            for router, epoch in zip(routers, epochs, strict=True):
                nursery.start_soon(router.run, epoch)
            await measure(trio.sleep, seconds)
        else:
            tell(kib=(resident_kib() - warm) / (count - OPTIONS.warm))
        os._exit(0)


# --- clients on asyncio -----------------------------------------------------------------------------


class Connection(Protocol):
    """What an asyncio client needs of a connection: the shape of `websockets`."""

    def __aiter__(self) -> AsyncIterator[object]: ...
    async def send(self, message: bytes) -> None: ...


async def _forward(dial: Callable[[], Awaitable[Connection]], count: int, seconds: float) -> None:
    """Hold the connections that `dial` opens, whose settings are sent, and forward."""
    targets = neighbours(count)

    async def forward(number: int) -> None:
        target = connections[targets[number]]
        async for frame in connections[number]:
            if isinstance(frame, bytes):
                await target.send(frame)
            elif isinstance(frame, str) and '"Warning"' in frame:
                CONTROL.note(number, json.loads(frame)["code"])

    connections: list[Connection] = []
    warm = 0
    for at in range(count):
        if at == OPTIONS.warm:
            warm = resident_kib()
        connections.append(await dial())
    tasks = [asyncio.create_task(forward(number)) for number in range(count)]
    await asyncio.sleep(0.2)
    if seconds:
        await measure(asyncio.sleep, seconds)
    else:
        tell(kib=(resident_kib() - warm) / (count - OPTIONS.warm))
    del tasks
    os._exit(0)


def run_websockets(url: str, count: int, seconds: float) -> None:
    asyncio.run(_websockets(url, count, seconds))


def run_uvloop(url: str, count: int, seconds: float) -> None:
    import uvloop

    uvloop.run(_websockets(url, count, seconds))


async def _websockets(url: str, count: int, seconds: float) -> None:
    from websockets.asyncio.client import connect

    tls = ssl.create_default_context(cafile=OPTIONS.authority) if OPTIONS.authority else None

    async def dial() -> Connection:
        socket = await connect(url, ssl=tls, compression=None, ping_interval=None)
        await socket.recv()
        await socket.send(SETTINGS)
        return socket

    await _forward(dial, count, seconds)


def run_aiohttp(url: str, count: int, seconds: float) -> None:
    asyncio.run(_aiohttp(url, count, seconds))


async def _aiohttp(url: str, count: int, seconds: float) -> None:
    import aiohttp

    tls = ssl.create_default_context(cafile=OPTIONS.authority) if OPTIONS.authority else True

    class Taken:
        """A connection of aiohttp's in the shape of the others."""

        def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
            self._socket = socket
            self.send = socket.send_bytes

        async def __aiter__(self) -> AsyncIterator[object]:
            async for message in self._socket:
                yield message.data

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def dial() -> Connection:
            socket = await session.ws_connect(url, ssl=tls, compress=0)
            await socket.receive()
            await socket.send_str(SETTINGS)
            return Taken(socket)

        await _forward(dial, count, seconds)


def run_sdk(url: str, count: int, seconds: float) -> None:
    if OPTIONS.authority:
        os.environ["SSL_CERT_FILE"] = OPTIONS.authority
    asyncio.run(_sdk(url, count, seconds))


async def _sdk(url: str, count: int, seconds: float) -> None:
    from deepgram import AsyncDeepgramClient
    from deepgram.environment import DeepgramClientEnvironment

    base = url.removesuffix("/v1/agent/converse")
    environment = DeepgramClientEnvironment(base=base, production=base, agent=base, agent_rest=base)
    client = AsyncDeepgramClient(api_key="none", environment=environment)

    class Taken:
        """A connection of the SDK's in the shape of the others."""

        def __init__(self, connection: object) -> None:
            self._connection = connection
            self.send = connection.send_media

        def __aiter__(self) -> AsyncIterator[object]:
            return self._connection.__aiter__()

    async with contextlib.AsyncExitStack() as stack:

        async def dial() -> Connection:
            connection = await stack.enter_async_context(client.agent.v1.connect())
            await connection.recv()
            await connection.send_media(SETTINGS.encode())
            return Taken(connection)

        await _forward(dial, count, seconds)


def run_pipecat(url: str, count: int, seconds: float) -> None:
    if OPTIONS.authority:
        os.environ["SSL_CERT_FILE"] = OPTIONS.authority
    asyncio.run(_pipecat(url, count, seconds))


async def _pipecat(url: str, count: int, seconds: float) -> None:
    from pipecat_client import open_agents

    warm = 0

    def opened(agents: int) -> None:
        nonlocal warm
        if agents == OPTIONS.warm:
            warm = resident_kib()

    async with open_agents(url, neighbours(count), SETTINGS, CONTROL.note, opened):
        if seconds:
            await measure(asyncio.sleep, seconds)
        else:
            tell(kib=(resident_kib() - warm) / (count - OPTIONS.warm))
        os._exit(0)


# --- a client of trio-websocket as it comes ---------------------------------------------------------


def run_stock(url: str, count: int, seconds: float) -> None:
    import trio

    trio.run(_stock, url, count, seconds)


async def _stock(url: str, count: int, seconds: float) -> None:
    import trio
    import trio_websocket

    tls = ssl.create_default_context(cafile=OPTIONS.authority) if OPTIONS.authority else None
    targets = neighbours(count)

    async def forward(number: int) -> None:
        target = sockets[targets[number]]
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
    "trialogue": run_ours,
    "websockets": run_websockets,
    "websockets+uvloop": run_uvloop,
    "aiohttp": run_aiohttp,
    "deepgram-sdk": run_sdk,
    "pipecat": run_pipecat,
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
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(size) for size in text.split(",")],
        default="3,4,5,6",
        help="agents of the meetings, in turn",
    )
    parser.add_argument("--core", type=int, help="the core to stay on")
    OPTIONS = parser.parse_args()
    if OPTIONS.core is not None:
        os.sched_setaffinity(0, {OPTIONS.core})
    CLIENTS[OPTIONS.client](OPTIONS.url, OPTIONS.count, OPTIONS.seconds)
