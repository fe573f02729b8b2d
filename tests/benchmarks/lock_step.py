"""Clients of many voice agents in lock step with their peer, which is in the same process: no clock decides.

Not run by hand: `bench_lock_step.py` starts it. The peer gives one connection after the other a frame and
waits until it is there; then the agents of a meeting give theirs. So every frame is a wake by itself, as it
is live, and a busy machine makes it longer but changes nothing else. The peer's own processor time is taken
off; the turns of the loop in which it waits are not, for either client.
"""

# It asks again each turn of the loop, with either client, and says so to both linters.
# ruff: noqa: ASYNC110, ASYNC115
# flake8: noqa: ASYNC110, ASYNC115

import argparse
import asyncio
import base64
import hashlib
import itertools
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

SIZES = (3, 4, 5, 6)
WARM = 20
"""Rounds before it counts."""

FRAME = b"\x82\x7e" + struct.pack(">H", 960) + b"\x01\x02" * 480
ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
GONE = (BlockingIOError, ssl.SSLWantReadError)

Round = Callable[[], Awaitable[None]]


class Peer:
    """The other ends, and what they cost."""

    def __init__(self) -> None:
        self.ends: list[socket.socket] = []
        self.cpu_s = 0.0
        self._listener = socket.create_server(("localhost", 0), backlog=512)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if OPTIONS.certificate else None
        if self._tls is not None:
            self._tls.load_cert_chain(OPTIONS.certificate)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        scheme = "ws" if self._tls is None else "wss"
        return f"{scheme}://localhost:{self._listener.getsockname()[1]}/v1/agent/converse"

    def give(self, number: int) -> None:
        began = time.process_time()
        self.ends[number].send(FRAME)
        self.cpu_s += time.process_time() - began

    def take(self, number: int) -> bool:
        """Take what has come; whether anything had."""
        began, came = time.process_time(), False
        with suppress(*GONE):
            while self.ends[number].recv(65_536):
                came = True
        self.cpu_s += time.process_time() - began
        return came

    def _accept(self) -> None:
        while True:
            end, _ = self._listener.accept()
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end = end if self._tls is None else self._tls.wrap_socket(end, server_side=True)
            self._shake(end)
            self.ends.append(end)

    def _shake(self, end: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += end.recv(65_536)
        key = next(
            line.split(b": ", 1)[1]
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key:")
        )
        answer = base64.b64encode(hashlib.sha1(key + ACCEPT).digest())
        end.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + answer + b"\r\n\r\n"
        )
        self._say(end, b'{"type":"Welcome","request_id":"r"}')
        end.recv(65_536)
        self._say(end, b'{"type":"SettingsApplied"}')
        end.setblocking(False)

    @staticmethod
    def _say(end: socket.socket, text: bytes) -> None:
        end.sendall(b"\x81" + bytes([len(text)]) + text)


def meetings(count: int) -> list[range]:
    """The agents of each meeting, by number."""
    found, first = [], 0
    for size in itertools.cycle(SIZES):
        if first >= count:
            return found
        found.append(range(first, min(first + size, count)))
        first += size
    return found


async def counted(peer: Peer, one_round: Round, steps: float = 0.0) -> None:
    """Warm up, count the rounds, tell, and end; `steps` of tasks a frame were counted before."""
    for _ in range(WARM):
        await one_round()
    peer.cpu_s, began = 0.0, time.process_time()
    for _ in range(OPTIONS.rounds):
        await one_round()
    frames = OPTIONS.rounds * OPTIONS.count
    took = time.process_time() - began - peer.cpu_s
    told = {"us": took / frames * 1e6, "steps": steps}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


async def _ours(peer: Peer) -> None:
    import trio

    from trialogue.actors.agent import Agent, AgentService
    from trialogue.actors.router import AudioGrid, Router
    from trialogue.model.commands import Hearing, SetHearing
    from trialogue.model.events import Event, ReplyStarted, SessionReady
    from trialogue.services.deepgram.agent import agent_offer
    from trialogue.transport.dial import DialRules, open_websocket

    class Steps(trio.abc.Instrument):
        taken = 0

        def before_task_step(self, task: trio.lowlevel.Task) -> None:
            self.taken += not task.name.endswith("_ours")

    think = {"provider": {"type": "open_ai", "model": "m"}}
    offer = agent_offer({"listen": {}, "think": think}, AudioGrid().sample_rate)
    rules = DialRules(within_s=60.0, ca_file=OPTIONS.authority)
    service = AgentService(partial(open_websocket, peer.url, headers={}, dial=rules), offer)
    groups, ready, replies = meetings(OPTIONS.count), 0, dict[str, int]()
    seats: list[tuple[Router, range]] = []
    agents: list[Agent] = []

    def seat(seats_of: range) -> Router:
        def post(event: Event) -> None:
            nonlocal ready
            if isinstance(event, ReplyStarted):
                router.playouts[event.participant].play(event.reply, event.reply)
                replies[event.participant] = event.reply
            elif isinstance(event, SessionReady):
                ready += 1

        cast = [str(number) for number in seats_of]
        router = Router(AudioGrid(), cast, post)
        heard = (Hearing(cast[(place + 1) % len(cast)], (name,)) for place, name in enumerate(cast))
        router.set_hearing(SetHearing(tuple(heard)))
        for name in cast:
            agent = Agent(name, (service,), context=list, mouth=router.playouts[name], post=post)
            router.listen(name, agent.hear)
            agents.append(agent)
        return router

    async def one_round() -> None:
        for router, group in seats:
            for number in group:
                before = arrived(router, str(number))
                peer.give(number)
                while arrived(router, str(number)) == before:
                    await trio.sleep(0)
            router.tick()
            for number in group:
                while not peer.take(number):
                    await trio.sleep(0)

    def arrived(router: Router, name: str) -> float:
        return router.playouts[name].arrived_s(replies.get(name, 0))

    seats.extend((seat(group), group) for group in groups)
    async with trio.open_nursery() as nursery:
        for at, agent in enumerate(agents):
            await nursery.start(agent.run)
            while ready <= at or len(peer.ends) <= at:
                await trio.sleep(0.001)
        steps = Steps()
        trio.lowlevel.add_instrument(steps)
        for _ in range(WARM):
            await one_round()
        trio.lowlevel.remove_instrument(steps)  # to count takes time, which is no part of a frame
        await counted(peer, one_round, steps.taken / (WARM * OPTIONS.count))


async def _websockets(peer: Peer) -> None:
    from websockets.asyncio.client import connect

    tls = ssl.create_default_context(cafile=OPTIONS.authority) if OPTIONS.authority else None
    groups = meetings(OPTIONS.count)
    targets = [group[(place + 1) % len(group)] for group in groups for place in range(len(group))]
    sockets, came = [], [0] * OPTIONS.count

    async def forward(number: int) -> None:
        target = sockets[targets[number]]
        async for frame in sockets[number]:
            if isinstance(frame, bytes):
                await target.send(frame)
                came[number] += 1

    async def one_round() -> None:
        for group in groups:
            for number in group:
                before = came[number]
                peer.give(number)
                while came[number] == before:
                    await asyncio.sleep(0)
            for number in group:
                while not peer.take(number):
                    await asyncio.sleep(0)

    for at in range(OPTIONS.count):
        connected = await connect(peer.url, ssl=tls, compression=None, ping_interval=None)
        await connected.recv()
        await connected.send('{"type":"Settings"}')
        sockets.append(connected)
        while len(peer.ends) <= at:
            await asyncio.sleep(0.001)
    tasks = [asyncio.create_task(forward(number)) for number in range(OPTIONS.count)]
    await asyncio.sleep(0.1)
    await counted(peer, one_round)
    del tasks


def run_ours() -> None:
    import trio

    trio.run(_ours, Peer())


def run_websockets() -> None:
    asyncio.run(_websockets(Peer()))


def run_uvloop() -> None:
    import uvloop

    uvloop.run(_websockets(Peer()))


CLIENTS = {"trialogue": run_ours, "websockets": run_websockets, "websockets+uvloop": run_uvloop}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("count", type=int, help="connections")
    parser.add_argument("--rounds", type=int, default=60, help="frames each way of every connection")
    parser.add_argument("--certificate", help="the peer's certificate and key; plain TCP without")
    parser.add_argument("--authority", help="a PEM file of the authority to trust")
    OPTIONS = parser.parse_args()
    CLIENTS[OPTIONS.client]()
