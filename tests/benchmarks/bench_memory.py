"""Resident memory of an idle session.

Sessions are opened to a service in another process; the first ten fill caches and are not counted. Ours is a
whole agent of a meeting: actor, session with its timers, socket with writer and liveness; the others hold a
connection and one task that reads it.
"""

from collections.abc import Iterator
from functools import partial

from tests.benchmarks.bench_agents import CLIENTS, certificates, client, service
from tests.benchmarks.measuring import Ask, Figure, Goal, Row

WARM = 10


def kib(kind: str, files: tuple[str, str] | None, count: int) -> float:
    """KiB of the client's resident set for each further session."""
    certificate, authority = files or (None, None)
    with service(certificate, speaks=False) as (url, _process):
        trust = ["--authority", authority] if authority else []
        return client(kind, url, count + WARM, "--warm", str(WARM), *trust)["kib"]


def measure(ask: Ask) -> Iterator[Figure]:
    """All clients over TLS, and over plain TCP."""
    with certificates() as files:
        for way, chosen, goal in (("TLS", files, Goal(at_most=70.0)), ("plain TCP", None, None)):
            runs = {kind: partial(kib, kind, chosen, 20 if ask.is_quick else 100) for kind in CLIENTS}
            found = ask.alternate(ask.rounds(3), runs)
            yield Figure(f"an idle session, {way}", "KiB", found, goal)


ROWS = (
    Row(
        "memory",
        "Growth of the resident set for each of 100 idle sessions, after ten that fill caches.",
        measure,
        "A session here has timers, a writer and a liveness check; the others have one task.",
    ),
)
