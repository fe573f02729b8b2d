"""How many agents one core holds, what a frame of one costs, and how late it comes; run by hand.

    python tests/benchmarks/bench_agents.py [--sizes 20,40,...] [--seconds 4] [--rounds 1]

A service in a process on one core sends each agent a 20 ms frame (linear16, 24 kHz) each 20 ms and takes
one; a client on the other core holds the connections and routes (see `agent_clients.py`). Clients alternate
at each size; one that was above 20 ms at the 99th percentile twice in a row is not asked for more. A figure
is the median of the rounds. The machine's speed drifts: trust the ratios within a row.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import trustme
from attrs import frozen

HERE = Path(__file__).parent
LIMIT_MS = 20.0
FRAMES_A_SECOND = 50
SERVICE_CORE, CLIENT_CORE = 1, 0


@frozen
class Seen:
    """One client at one size."""

    us: float
    """µs of the client's process time for an agent's frame, one in and one out."""

    load: float
    """The client's share of its core, in percent."""

    p50_ms: float
    p99_ms: float
    is_whole: bool
    """At least 98 % of the frames came back."""

    @property
    def is_in_time(self) -> bool:
        return self.is_whole and self.p99_ms < LIMIT_MS


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
    arguments = [sys.executable, str(HERE / "speaking_service.py"), "--core", str(SERVICE_CORE)]
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
    arguments = [sys.executable, str(HERE / "agent_clients.py"), kind, url, str(count)]
    arguments += ["--core", str(CLIENT_CORE), *options]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


def run(kind: str, files: tuple[str, str] | None, count: int, seconds: float) -> Seen:
    certificate, authority = files or (None, None)
    with service(certificate, speaks=True) as (url, process):
        trust = ["--authority", authority] if authority else []
        told = client(kind, url, count, "--seconds", str(seconds), *trust)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{told['first']} {told['last']}\n")
        process.stdin.flush()
        took = json.loads(process.stdout.readline())
    window = (told["last"] - told["first"]) / 1e9
    due = count * window * FRAMES_A_SECOND
    return Seen(
        us=told["cpu_s"] / max(took["frames"], 1) * 1e6,
        load=told["cpu_s"] / window * 100,
        p50_ms=took["p50_ms"],
        p99_ms=took["p99_ms"],
        is_whole=took["frames"] >= 0.98 * due,
    )


def median(runs: list[Seen]) -> Seen:
    return Seen(
        *(
            statistics.median(getattr(seen, name) for seen in runs)
            for name in ("us", "load", "p50_ms", "p99_ms")
        ),
        is_whole=sum(seen.is_whole for seen in runs) * 2 > len(runs),
    )


def table(files: tuple[str, str] | None, options: argparse.Namespace) -> None:
    print(
        f"{'TLS' if files else 'plain TCP'}: µs a frame, % of a core an agent, added latency p50 / p99 in ms"
    )
    late = dict.fromkeys(options.clients, 0)
    largest = dict.fromkeys(options.clients, 0)
    for count in options.sizes:
        runs: dict[str, list[Seen]] = {}
        for _ in range(options.rounds):
            for kind in options.clients:
                if late[kind] < 2:
                    runs.setdefault(kind, []).append(run(kind, files, count, options.seconds))
        for kind, found in runs.items():
            seen = median(found)
            late[kind] = 0 if seen.is_in_time else late[kind] + 1
            largest[kind] = count if seen.is_in_time else largest[kind]
            print(
                f"{count:4} {kind:18}{seen.us:5.0f} µs {seen.load / count:5.2f} % {seen.load:5.0f} % in all "
                f"{seen.p50_ms:7.2f} /{seen.p99_ms:8.2f} ms {'' if seen.is_in_time else 'late'}",
                flush=True,
            )
    print("largest in time:", ", ".join(f"{kind} {count}" for kind, count in largest.items()), flush=True)


def main() -> None:
    kinds = ["ours", "websockets", "trio-websocket"]
    if find_spec("uvloop"):
        kinds.insert(2, "websockets+uvloop")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", type=lambda text: [int(n) for n in text.split(",")], default="20,40,60,80,100,120"
    )
    parser.add_argument("--clients", type=lambda text: text.split(","), default=",".join(kinds))
    parser.add_argument("--ways", default="plain,tls")
    parser.add_argument("--seconds", type=float, default=4.0, help="the window of one run")
    parser.add_argument("--rounds", type=int, default=1, help="alternating runs at each size")
    options = parser.parse_args()
    with certificates() as files:
        for way in options.ways.split(","):
            table(files if way == "tls" else None, options)


if __name__ == "__main__":
    main()
