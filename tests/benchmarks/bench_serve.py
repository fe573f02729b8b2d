"""Many clients at once at `trialogue serve`, by real sockets and the real clock, and strangers beside them.

The server is a process of its own, with murmuring voices; the clients are another library's, in this one.
Each streams 80 ms of sound each 80 ms (the sparse only while it speaks, and it asks more rarely), and asks
in turn by voice (it plays what the agent said to it, which
the murmur understands) and in writing. A reply is timed from the end of what was asked to its first sound.
The strangers' part times the pings of a client while another sends the worst messages there are, and asks
whether those who only hold a connection keep a client with the key out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, NotRun, Row

RATE = 16_000
CHUNK_S = 0.08
CHUNK = bytes(2 * round(RATE * CHUNK_S))
SOUND = {"encoding": "linear16", "sample_rate": RATE}
GREETING = "Good morning to you."
KEY = "key-of-the-bench"
PING = Goal(at_most=50.0)
TAIL_CHUNKS = 15
"""Chunks of silence behind what is said: 1.2 s, where 0.8 s end a turn."""


def settings(**agent: object) -> str:
    """Settings that a client of any provider sends."""
    think = {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, "prompt": "Be brief."}
    body = {"think": think, "greeting": GREETING, **agent}
    return json.dumps({"type": "Settings", "audio": {"input": SOUND, "output": SOUND}, "agent": body})


class Client:
    """One client: its turns, and how long each reply took to begin."""

    def __init__(self, number: int, until: float, *, is_sparse: bool = False) -> None:
        self.number = number
        self.until = until
        self._is_sparse = is_sparse
        self._pause_s = (20.0, 40.0) if is_sparse else (4.0, 8.0)
        self.spoken: list[float] = []
        self.written: list[float] = []
        self.lost = ""
        self._chance = random.Random(number)
        self._greeting = bytearray()
        self._asked_at: float | None = None
        self._by_voice = False
        self._is_done = asyncio.Event()
        self._to_play = bytearray()
        self._still_chunks = 0

    async def run(self, url: str) -> None:
        try:
            async with connect(
                url, additional_headers={"Authorization": f"Token {KEY}"}, max_queue=None
            ) as socket:
                await socket.send(settings())
                async with asyncio.TaskGroup() as group:
                    listening = group.create_task(self._listen(socket))
                    streaming = group.create_task(self._stream(socket))
                    await self._talk(socket)
                    streaming.cancel()
                    listening.cancel()
        except* (ConnectionClosed, OSError, InvalidStatus) as failure:
            self.lost = str(failure.exceptions[0])[:80]

    async def _talk(self, socket: ClientConnection) -> None:
        await self._is_done.wait()
        while time.monotonic() < self.until:
            await asyncio.sleep(self._chance.uniform(*self._pause_s))
            self._is_done.clear()
            self._by_voice = not self._by_voice
            if self._by_voice:
                self._to_play += self._greeting
            else:
                self._asked_at = time.monotonic()
                await socket.send('{"type":"InjectUserMessage","content":"How are you today?"}')
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_done.wait(), 20.0)

    async def _stream(self, socket: ClientConnection) -> None:
        due = time.monotonic() + self._chance.uniform(0, CHUNK_S)
        while True:
            due += CHUNK_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self._is_sparse and not self._to_play and self._still_chunks == 0:
                due = await self._rest(socket)
                continue
            self._still_chunks = TAIL_CHUNKS if self._to_play else self._still_chunks - 1
            chunk = bytes(self._to_play[: len(CHUNK)])
            del self._to_play[: len(CHUNK)]
            await socket.send(chunk.ljust(len(CHUNK), b"\0"))
            if chunk and not self._to_play:
                self._asked_at = time.monotonic()

    async def _rest(self, socket: ClientConnection) -> float:
        """Send no sound for as long as there is none, and say that we are there; when the next is due."""
        for _ in range(25):
            await asyncio.sleep(0.16)
            if self._to_play:
                return time.monotonic()
        await socket.send('{"type":"KeepAlive"}')
        return time.monotonic()

    async def _listen(self, socket: ClientConnection) -> None:
        greets = True
        async for message in socket:
            if isinstance(message, bytes):
                if greets:
                    self._greeting += message
                elif self._asked_at is not None and not self._to_play:
                    (self.spoken if self._by_voice else self.written).append(
                        time.monotonic() - self._asked_at
                    )
                    self._asked_at = None
            elif '"AgentAudioDone"' in message:
                if greets:
                    del self._greeting[self._speech_bytes() :]
                greets = False
                self._is_done.set()

    def _speech_bytes(self) -> int:
        """The greeting without the silence behind it: where what is asked by voice ends."""
        return len(self._greeting.rstrip(b"\0")) // 2 * 2


@contextlib.asynccontextmanager
async def serving(*options: str) -> AsyncIterator[tuple[str, int]]:
    """A server in a process of its own: its address and its process id."""
    command = [sys.executable, "-m", "trialogue", "serve", "--voices", "murmur", "--port", "0", "--quiet"]
    environment = {**os.environ, "BENCH_KEY": KEY}
    process = await asyncio.create_subprocess_exec(
        *command, "--api-key-env", "BENCH_KEY", *options, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    url = await process.stdout.readline()
    try:
        yield url.decode().strip(), process.pid
    finally:
        process.terminate()
        await process.wait()


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_s(pid: int) -> float:
    """Processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(count: int, minutes: float, *, is_sparse: bool) -> list[Figure]:
    """Many clients for a while: memory, and how long they wait."""
    async with serving("--set", "connections=256") as (url, pid):
        until = time.monotonic() + 60 * minutes
        clients = [Client(number, until, is_sparse=is_sparse) for number in range(count)]
        began, used = time.monotonic(), cpu_s(pid)
        async with asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(client.run(url))
                await asyncio.sleep(0.02)
            memory = [resident_mib(pid)]
            while time.monotonic() < until:
                await asyncio.sleep(min(10.0, max(0.1, until - time.monotonic())))
                memory.append(resident_mib(pid))
        share = (cpu_s(pid) - used) / (time.monotonic() - began)
    lost = [each.lost for each in clients if each.lost]
    figures = [
        Figure(
            "clients lost", "", {OURS: (float(len(lost)),)}, Goal(at_most=0.0), "; ".join(sorted(set(lost)))
        ),
        Figure("of a core", "%", {OURS: (100 * share,)}),
        Figure("resident set, from the first client on", "MiB", {OURS: tuple(memory)}),
    ]
    for kind in ("written", "spoken"):
        waits = [getattr(each, kind) for each in clients if getattr(each, kind)]
        every = sorted(wait for each in waits for wait in each)
        if not every:
            raise NotRun(f"no {kind} reply came within {minutes:g} minutes")
        shown = {
            "median": statistics.median(every),
            "99 of 100": every[len(every) * 99 // 100],
            "slowest client's median": max(statistics.median(each) for each in waits),
            "slowest": every[-1],
        }
        figures += [
            Figure(f"{kind} replies, {name}", "ms", {OURS: (1000 * value,)}, note=f"{len(every)} replies")
            for name, value in shown.items()
        ]
    return figures


# --- strangers ----------------------------------------------------------------------------------------

MIB = 1024 * 1024 - 200


def deep(levels: int) -> str:
    """An object in an object in an object."""
    return '{"x":' * levels + "1" + "}" * levels


def with_functions(functions: list[dict[str, object]]) -> str:
    """An update of who thinks."""
    think = {"provider": {"type": "open_ai", "model": "m"}, "functions": functions}
    return json.dumps({"type": "UpdateThink", "think": think}, separators=(",", ":"))


def worst_messages() -> dict[str, list[str | bytes]]:
    """What a stranger may send that costs most, by what it is; each after good Settings."""
    functions = [
        {
            "name": f"f{n}",
            "description": "word " * 200,
            "parameters": {"properties": {f"p{m}": {"type": "string"} for m in range(30)}},
        }
        for n in range(100)
    ]
    think = {"provider": {"type": "open_ai", "model": "m"}, "functions": functions}
    patterns = [{"when": {"heard": "(a|b|ab){1,20}c"}, "say": "x"} for _ in range(200)]
    words = "weather orders in Paris for nine people " * (MIB // 45)
    return {
        "text of 1 MiB that is no JSON": ["x" * MIB],
        "JSON of 1 MiB, an array of numbers": [
            '{"type":"InjectUserMessage","content":[' + "1," * (MIB // 2 - 60) + "1]}"
        ],
        "JSON of many levels": ['{"type":"__customToThinkProvider","content":' + deep(900) + "}"],
        "60,000 undeclared keys": [
            '{"type":"KeepAlive",' + ",".join(f'"k{n}":1' for n in range(60_000)) + "}"
        ],
        "4,096 functions": [with_functions([{"name": "a"}] * 4_096)],
        "80,000 functions without a name": [with_functions([{"n": 3}] * 80_000)],
        "a user text of 1 MiB": [json.dumps({"type": "InjectUserMessage", "content": words})],
        "a prompt of 1 MiB": [json.dumps({"type": "UpdatePrompt", "prompt": words})],
        "an agent text of 1 MiB": [json.dumps({"type": "InjectAgentMessage", "message": words})],
        "an agent text of a million letters": [
            json.dumps({"type": "InjectAgentMessage", "message": "a" * MIB})
        ],
        "100 functions, and a text": [
            json.dumps({"type": "UpdateThink", "think": think}),
            json.dumps({"type": "InjectUserMessage", "content": words}),
        ],
        "200 patterns, and a text": [
            json.dumps(
                {"type": "UpdateThink", "think": {"provider": {"type": "scripted", "script": patterns}}}
            ),
            json.dumps({"type": "InjectUserMessage", "content": "ab" * (MIB // 4)}),
        ],
        "sound of 1 MiB, ten times": [os.urandom(MIB)] * 10,
        "a thousand pieces of two bytes": [b"\x01\x01"] * 1000,
    }


async def pinged(socket: ClientConnection, waits: list[float]) -> None:
    """Ping until cancelled, and note how long each took."""
    while True:
        began = time.monotonic()
        await (await socket.ping())
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.002)


async def stranger(url: str, what: str) -> None:
    """Come in, send the worst of a kind, and stay for a moment."""
    messages = worst_messages().get(what, [])
    headers = {"Authorization": f"Token {KEY}"}
    with contextlib.suppress(ConnectionClosed):
        async with connect(url, additional_headers=headers, max_queue=None) as socket:
            await socket.send(settings(greeting=""))
            for message in messages:
                await socket.send(message)
            await asyncio.sleep(1.0)


STRANGER = """
import asyncio, sys
from tests.benchmarks.bench_serve import stranger
asyncio.run(stranger(*sys.argv[1:]))
"""


async def strangers(say: Callable[[str], None]) -> list[Figure]:
    """How long a client's pings take while a stranger does its worst."""
    found = []
    async with (
        serving() as (url, _),
        connect(url, additional_headers={"Authorization": f"Token {KEY}"}) as socket,
    ):
        await socket.send(settings())
        stream = asyncio.create_task(Client(0, 0)._stream(socket))
        for what in ("nothing", *worst_messages()):
            say(what)
            waits: list[float] = []
            pinging = asyncio.create_task(pinged(socket, waits))
            # In a process of its own: what it costs to send these would hold up the pings here.
            asked = [sys.executable, "-c", STRANGER, url, what]
            assert await (await asyncio.create_subprocess_exec(*asked)).wait() == 0
            pinging.cancel()
            found.append(Figure(f"worst ping beside {what}", "ms", {OURS: (1000 * max(waits),)}, PING))
        stream.cancel()
    return found


async def crowd() -> list[Figure]:
    """Whether strangers who are slow keep a client with the key out, and who is told 429."""
    headers = {"Authorization": f"Token {KEY}"}
    async with serving("--set", "connections=8") as (url, _):
        host, port = urlsplit(url).hostname or "", urlsplit(url).port or 0
        slow = [await asyncio.open_connection(host, port) for _ in range(400)]
        for _, writer in slow:
            writer.write(b"GET /v1/agent/conv")
        async with contextlib.AsyncExitStack() as stack:
            began = time.monotonic()
            for _ in range(8):
                await stack.enter_async_context(connect(url, additional_headers=headers))
            took_s = time.monotonic() - began
            statuses = []
            for shown in (headers, {"Authorization": "Token wrong"}):
                try:
                    await stack.enter_async_context(connect(url, additional_headers=shown))
                except InvalidStatus as refused:
                    statuses.append(refused.response.status_code)
        for _, writer in slow:
            writer.close()
    return [
        Figure("8 clients with the key come in past 400 slow strangers", "s", {OURS: (took_s,)}),
        Figure("status that the ninth is told", "", {OURS: (float(statuses[0]),)}, Goal(429.0, 429.0)),
        Figure(
            "status that one without the key is told", "", {OURS: (float(statuses[1]),)}, Goal(401.0, 401.0)
        ),
    ]


def measure_load(ask: Ask, *, is_sparse: bool) -> Iterator[Figure]:
    """Two hundred clients for ten minutes."""
    count, minutes = (5, 0.75) if ask.is_quick else (200, 10.0)
    ask.say(f"{count} clients for {minutes:g} minutes")
    yield from asyncio.run(load(count, minutes, is_sparse=is_sparse))


def measure_strangers(ask: Ask) -> Iterator[Figure]:
    """What strangers do to a client."""
    yield from asyncio.run(strangers(ask.say))
    yield from asyncio.run(crowd())


ROWS = (
    Row(
        "serve-sparse",
        "200 clients of another library's at `trialogue serve` for ten minutes, that send sound only while "
        "they speak; a reply is timed from the end of what was asked to its first sound.",
        partial(measure_load, is_sparse=True),
        "0.8 s of silence, which end a spoken turn, are in each spoken reply's time.",
    ),
    Row(
        "serve-steady",
        "The same clients, that send sound all the time: 2,500 messages a second.",
        partial(measure_load, is_sparse=False),
    ),
    Row(
        "serve-strangers",
        "The worst ping of a client while a stranger sends the worst messages there are, and whether clients "
        "with a key come in past a crowd without one.",
        measure_strangers,
    ),
)
