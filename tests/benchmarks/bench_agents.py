"""Many agents on one core: what a frame of one costs, how late it comes, and whether it comes at all.

A service in a process on one core sends each agent a 20 ms frame (linear16, 24 kHz) each 20 ms and takes one;
a client on the other core holds the connections and routes (`agent_clients.py`). Latency is what is added:
the time in and the time out, without the wait for the router's next tick, which lies between them by design.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import trustme
from attrs import frozen

from tests.benchmarks import peers
from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, NotRun, Row

HERE = Path(__file__).parent
FRAMES_A_SECOND = 50
SERVICE_CORE, CLIENT_CORE = 1, 0
CLIENTS: Mapping[str, str] = {
    OURS: "",
    "websockets": "asyncio",
    "websockets+uvloop": "asyncio",
    "aiohttp": "asyncio",
    "deepgram-sdk": "sdk",
    "pipecat": "pipecat",
    "trio-websocket": "",
}
"""The environment of each client; empty for trialogue's own."""


@frozen
class Seen:
    """One client at one size."""

    us: float
    """µs of the client's process time for an agent's frame, one in and one out."""

    load: float
    """The client's share of its core, in percent."""

    p50_ms: float
    p99_ms: float
    came: float
    """The share of the frames that came back, in percent."""

    lost: float
    """Control messages that did not come, of those before the last that came."""

    grown_kib: float
    """How much the client's resident set grew behind the first tenth of the window."""


@contextmanager
def certificates() -> Generator[tuple[str, str]]:
    """A server's certificate and its authority, in files."""
    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        server, trusted = Path(folder, "server.pem"), Path(folder, "authority.pem")
        server.write_bytes(authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes())
        authority.cert_pem.write_to_path(trusted)
        yield str(server), str(trusted)


@contextmanager
def service(certificate: str | None, *, speaks: bool) -> Generator[tuple[str, subprocess.Popen[str]]]:
    """The service on its core, and its address."""
    arguments = [peers.python("asyncio"), str(HERE / "speaking_service.py"), "--core", str(SERVICE_CORE)]
    arguments += ["--speak"] if speaks else []
    arguments += ["--certificate", certificate] if certificate else []
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        scheme = "wss" if certificate else "ws"
        yield f"{scheme}://localhost:{process.stdout.readline().strip()}/v1/agent/converse", process
        process.stdin.close()


def client(kind: str, url: str, count: int, *options: str) -> dict[str, float]:
    """What a client on its core tells."""
    interpreter = peers.python(CLIENTS[kind]) if CLIENTS[kind] else sys.executable
    arguments = [interpreter, str(HERE / "agent_clients.py"), kind, url, str(count)]
    arguments += ["--core", str(CLIENT_CORE), *options]
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise NotRun(f"{kind} with {count} connections: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


def held(kind: str, files: tuple[str, str] | None, count: int, seconds: float, *options: str) -> Seen:
    """What one client came to with so many agents."""
    certificate, authority = files or (None, None)
    with service(certificate, speaks=True) as (url, process):
        trust = ["--authority", authority] if authority else []
        told = client(kind, url, count, "--seconds", str(seconds), *trust, *options)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{told['first']} {told['last']}\n")
        process.stdin.flush()
        took = json.loads(process.stdout.readline())
    window = (told["last"] - told["first"]) / 1e9
    return Seen(
        us=told["cpu_s"] / max(took["frames"], 1) * 1e6,
        load=told["cpu_s"] / window * 100,
        p50_ms=took["p50_ms"],
        p99_ms=took["p99_ms"],
        came=100 * took["frames"] / (count * window * FRAMES_A_SECOND),
        lost=told["lost"],
        grown_kib=told["grown"],
    )


def figures(size: int, seen: Mapping[str, tuple[Seen, ...]]) -> Iterator[Figure]:
    """The figures of one size."""

    def values(field: str) -> dict[str, tuple[float, ...]]:
        return {kind: tuple(getattr(each, field) for each in runs) for kind, runs in seen.items()}

    cheaper, sooner = Goal(at_most=1.0, beside="websockets"), Goal(at_most=2.0, beside="websockets")
    yield Figure(f"{size} agents: processor a frame", "µs", values("us"), cheaper)
    yield Figure(f"{size} agents: of a core", "%", values("load"))
    yield Figure(f"{size} agents: added latency, median", "ms", values("p50_ms"))
    yield Figure(f"{size} agents: added latency, 99 of 100", "ms", values("p99_ms"), sooner)
    yield Figure(f"{size} agents: frames that came back", "%", values("came"), Goal(at_least=98.0))


def measure(sizes: tuple[int, ...], ask: Ask, *, tls: bool, giant: bool = False) -> Iterator[Figure]:
    """All clients at each size, in turns."""
    with certificates() as files:
        for size in sizes[:1] if ask.is_quick else sizes:
            ask.say(f"{size} agents, {'TLS' if tls else 'plain TCP'}")
            options = ("--sizes", str(size)) if giant else ()
            runs = {
                kind: partial(
                    held, kind, files if tls else None, size, 1.0 if ask.is_quick else 4.0, *options
                )
                for kind in CLIENTS
            }
            yield from figures(size, ask.alternate(ask.rounds(3), runs))


def measure_hundred(ask: Ask) -> Iterator[Figure]:
    """A hundred sessions for ten minutes, ours and then a bare forwarder's."""
    seconds = 5.0 if ask.is_quick else 600.0
    with certificates() as files:
        seen = ask.alternate(
            1,
            {kind: partial(held, kind, files, 100, seconds, "--sizes", "5") for kind in (OURS, "websockets")},
        )

    def values(field: str) -> dict[str, tuple[float, ...]]:
        return {kind: tuple(getattr(each, field) for each in runs) for kind, runs in seen.items()}

    yield Figure("added latency, 99 of 100", "ms", values("p99_ms"), Goal(at_most=2.0, beside="websockets"))
    yield Figure("added latency, median", "ms", values("p50_ms"))
    yield Figure("processor a frame", "µs", values("us"))
    yield Figure("frames that came back", "%", values("came"), Goal(at_least=98.0))
    yield Figure("control messages lost", "", values("lost"), Goal(at_most=0.0))
    yield Figure(
        "growth of the resident set after the first minute", "KiB", values("grown_kib"), Goal(at_most=1024.0)
    )


ABOUT = "Each agent gets and gives one frame of 20 ms (960 bytes) each 20 ms, over {}, {}."
FORWARDERS = (
    "trialogue's agents have playouts, a router and its clock, bounds and a liveness check; "
    "pipecat's are pipelines, whose output waits as a sound device would; "
    "the others forward frames and do nothing else."
)
IN_MEETINGS = "in meetings of three to six agents with a router each"

ROWS = (
    Row(
        "agents-tls",
        ABOUT.format("TLS", IN_MEETINGS),
        partial(measure, (60, 120), tls=True),
        FORWARDERS,
    ),
    Row(
        "agents-plain",
        ABOUT.format("plain TCP", IN_MEETINGS),
        partial(measure, (60, 120, 250), tls=False),
        FORWARDERS,
    ),
    Row(
        "agents-giant",
        ABOUT.format("TLS", "all of them in one meeting"),
        partial(measure, (60, 120), tls=True, giant=True),
        FORWARDERS,
    ),
    Row(
        "agents-hundred",
        "100 sessions in 20 meetings on one core for ten minutes, over TLS, beside a bare forwarder; "
        "the service sends each of them a numbered control message each second.",
        measure_hundred,
        "Only control messages from the service are counted.",
    ),
)
