"""Profile of a live hour: where the processor's time goes while 60 agents meet over TLS on the real clock.

    python -m tests.benchmarks.live_hour [MINUTES] [AGENTS]

Service, client and meetings are those of `agents-tls`; the client is this process. Every 10 ms of its
processor time is a sample; each minute it tells its resident set, and what searches for garbage took.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from tests.benchmarks import agent_clients
from tests.benchmarks.bench_agents import CLIENT_CORE, certificates, service
from tests.benchmarks.sampling import Samples


class Searches:
    """Searches for garbage: how many of each generation, and how long they took."""

    def __init__(self) -> None:
        self.counts, self.longest_ms, self.total_ms = [0, 0, 0], 0.0, 0.0
        self._began = 0.0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
            return
        took = (time.perf_counter() - self._began) * 1e3
        self.counts[about["generation"]] += 1
        self.longest_ms, self.total_ms = max(self.longest_ms, took), self.total_ms + took


def each_minute(began: float, searches: Searches) -> NoReturn:
    """Tell how it goes; a thread of its own, which sleeps."""
    while True:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        held = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        print(
            f"{(time.monotonic() - began) / 60:5.1f} min  {held:.1f} MiB, {time.process_time():.0f} s of "
            f"processor time, {searches.counts} searches in {searches.total_ms:.0f} ms, "
            f"{searches.longest_ms:.1f} at most; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        time.sleep(60)


def main() -> None:
    """Hold the meetings and print the shares."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    agents = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    samples, searches = Samples(0.01, own=agent_clients.__file__), Searches()

    def tell(**facts: float) -> None:
        samples.end()
        window_s, count = (facts["last"] - facts["first"]) / 1e9, samples.functions.total()
        print(f"{facts['cpu_s']:.0f} s of the processor in {window_s:.0f} s, {count} samples")
        print("\n".join(samples.shares()), flush=True)

    agent_clients.tell = tell
    with certificates() as (certificate, authority), service(certificate, speaks=True) as (url, _):
        agent_clients.OPTIONS = argparse.Namespace(sizes=[3, 4, 5, 6], warm=0, authority=authority)
        os.sched_setaffinity(0, {CLIENT_CORE})
        threading.Thread(target=each_minute, args=(time.monotonic(), searches), daemon=True).start()
        samples.begin()
        agent_clients.run_ours(url, agents, 60 * minutes)


if __name__ == "__main__":
    main()
