"""A voice agent service that only speaks: stamped frames in real time, and when they came back.

Not run by hand: `bench_agents.py` and `bench_memory.py` start it in a process of its own. It speaks TLS
where it is given a certificate, prints its port, and answers a line `FROM TO` (nanoseconds of the
monotonic clock) with a line of JSON about the frames that came back between them.

A frame is 20 ms of linear16 at 24 kHz, of which the first 24 bytes are three stamps: when the service sent
it, when it was taken out of its connection, and when it was due to leave. The added latency is the time on
the way in and on the way out, without the wait for the tick that lies between them by design.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import ssl
import statistics
import struct
import sys
import time

from websockets.asyncio.server import ServerConnection, serve

STAMPS = struct.Struct(">QQQ")
FRAME_BYTES = 960
FRAME_S = 0.02
REST = bytes(FRAME_BYTES - STAMPS.size)
BOUND = 4_000_000
"""Frames whose latency is kept."""

took: list[tuple[int, int]] = []
"""For every stamped frame that came back: when, and its added latency in nanoseconds."""


async def converse(socket: ServerConnection) -> None:
    """Greet, take the settings, speak and listen."""
    await socket.send('{"type":"Welcome","request_id":"bench"}')
    await socket.recv()
    await socket.send('{"type":"SettingsApplied"}')
    speaking = asyncio.create_task(speak(socket)) if OPTIONS.speak else None
    with contextlib.suppress(Exception):
        async for frame in socket:
            if isinstance(frame, bytes) and len(frame) == FRAME_BYTES:
                note(frame)
    if speaking is not None:
        speaking.cancel()


async def speak(socket: ServerConnection) -> None:
    """Send a stamped frame each 20 ms, and a numbered warning each second; connections are spread."""
    loop = asyncio.get_running_loop()
    ticks, numbers = itertools.count(), itertools.count()
    due = loop.time() + (socket.remote_address[1] * 7 % 20) / 1000
    with contextlib.suppress(Exception):
        while True:
            await asyncio.sleep(due - loop.time())
            due += FRAME_S
            await socket.send(STAMPS.pack(time.monotonic_ns(), 0, 0) + REST)
            if next(ticks) % 50 == 0:
                await socket.send(
                    json.dumps({"type": "Warning", "description": "-", "code": str(next(numbers))})
                )


def note(frame: bytes) -> None:
    """Keep the added latency of a frame that came back; silence has no stamps."""
    sent, arrived, due = STAMPS.unpack_from(frame)
    if sent and len(took) < BOUND:
        now = time.monotonic_ns()
        took.append((now, (arrived - sent) + (now - due) if arrived else now - sent))


def summary(first: int, last: int) -> dict[str, float]:
    """What came back between two times: how many frames, median and 99th percentile in ms."""
    found = sorted(ns for at, ns in took if first <= at < last)
    if len(found) < 100:
        return {"frames": len(found), "p50_ms": float("inf"), "p99_ms": float("inf"), "cpu_s": 0.0}
    return {
        "frames": len(found),
        "p50_ms": statistics.median(found) / 1e6,
        "p99_ms": found[len(found) * 99 // 100] / 1e6,
        "cpu_s": time.process_time(),
    }


async def main() -> None:
    """Serve until the input ends."""
    tls = None
    if OPTIONS.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(OPTIONS.certificate)
    async with serve(
        converse, "127.0.0.1", 0, ssl=tls, compression=None, ping_interval=None, close_timeout=1, backlog=512
    ) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            first, last = line.split()
            print(json.dumps(summary(int(first), int(last))), flush=True)
    os._exit(0)  # connections of a client that was too slow are not worth waiting for


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificate", help="a PEM file with key and chain; plain TCP without")
    parser.add_argument("--core", type=int, help="the core to stay on")
    parser.add_argument("--speak", action="store_true", help="send frames")
    OPTIONS = parser.parse_args()
    if OPTIONS.core is not None:
        os.sched_setaffinity(0, {OPTIONS.core})
    try:
        import uvloop
    except ImportError:
        asyncio.run(main())
    else:
        uvloop.run(main())
