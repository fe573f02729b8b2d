"""Resident memory an idle session, over plain TCP and over TLS; run by hand.

    python tests/benchmarks/bench_memory.py [--count 100] [--rounds 3]

Sessions are opened to a service in another process; the first ten fill caches and are not counted. The
figure is the growth of the client's resident set for each further one, in KiB, median of the rounds. Ours is
a whole agent of a meeting: actor, session with its timers, socket with writer and liveness; the others hold
a connection and one task that reads it.
"""

import argparse
import statistics
from importlib.util import find_spec

from bench_agents import certificates, client, service

WARM = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="sessions that are counted")
    parser.add_argument("--rounds", type=int, default=3, help="alternating runs")
    options = parser.parse_args()
    kinds = ["ours", "websockets", "trio-websocket"]
    if find_spec("uvloop"):
        kinds.insert(2, "websockets+uvloop")
    with certificates() as (certificate, authority):
        for way, chain, trust in (("plain", None, []), ("TLS", certificate, ["--authority", authority])):
            runs: dict[str, list[float]] = {kind: [] for kind in kinds}
            for _ in range(options.rounds):
                for kind in kinds:
                    with service(chain, speaks=False) as (url, _process):
                        told = client(kind, url, options.count + WARM, "--warm", str(WARM), *trust)
                    runs[kind].append(told["kib"])
            cells = (f"{kind} {statistics.median(found):.0f}" for kind, found in runs.items())
            print(f"{way}, {options.count} sessions, KiB each: " + ", ".join(cells), flush=True)


if __name__ == "__main__":
    main()
