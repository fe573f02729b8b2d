"""Try worlds by hand: `python tests/witness/worlds.py --count 10000`, or one of them with its trace.

python tests/witness/worlds.py --count 10000 --jobs 2       # figures, and the smallest of each fault
python tests/witness/worlds.py 4711                          # the world of this seed
python tests/witness/worlds.py 4711 --on people,coughs       # with these features only
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from attrs import Factory, define, evolve
from cases import Case, drawn
from living import live, trace
from physics import Violation
from shrinking import failure, shrunk
from sometimes import REGISTER, Sometimes

from trialogue.brain.meeting import Brain

CHUNK = 50


@define
class Tally:
    """What many worlds came to."""

    worlds: int = 0
    events: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = Factory(Counter)
    policies: Counter[str] = Factory(Counter)
    happened: Counter[str] = Factory(Counter)
    faults: dict[str, list[tuple[int, str]]] = Factory(dict)

    def add(self, other: Tally) -> None:
        """Count another's worlds in."""
        self.worlds += other.worlds
        self.events += other.events
        self.seconds += other.seconds
        self.reasons += other.reasons
        self.policies += other.policies
        self.happened += other.happened
        for kind, found in other.faults.items():
            self.faults.setdefault(kind, []).extend(found)


def try_worlds(first: int, count: int, draw: Callable[[int], Case] = drawn) -> Tally:
    """Live through so many worlds."""
    tally = Tally()
    for seed in range(first, first + count):
        sometimes = Sometimes()
        tally.worlds += 1
        try:
            world, _ = live(draw(seed), Brain, sometimes)
        except Violation as violation:
            tally.faults.setdefault(violation.kind, []).append((seed, str(violation)))
            tally.happened += sometimes.counts
            continue
        tally.events += len(world.log)
        tally.seconds += world.now
        tally.reasons[world.ended.reason if world.ended else "goes on"] += 1
        tally.policies[world.plan.floor.policy] += 1
        tally.happened += sometimes.counts
    return tally


def _chunk(place: tuple[int, int]) -> Tally:
    return try_worlds(*place)


def report(tally: Tally, cpu_s: float) -> str:
    """What came of it, in lines to print."""
    lines = [
        f"{tally.worlds} worlds, {tally.seconds / 3600:.1f} h of meetings, {tally.events} events",
        f"{cpu_s:.1f} s of CPU",
        "ended by: " + ", ".join(f"{reason} {count}" for reason, count in tally.reasons.most_common()),
        "under: " + ", ".join(f"{policy} {count}" for policy, count in sorted(tally.policies.items())),
        *(f"{tally.happened[name]:8d}  {name}" for name in REGISTER),
    ]
    for kind, found in sorted(tally.faults.items(), key=lambda pair: -len(pair[1])):
        lines.append(f"FAULT {kind}: {len(found)} worlds, first {[seed for seed, _ in found[:5]]}")
    return "\n".join(lines)


def main() -> int:
    """Read the command line; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seed", nargs="?", type=int)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--on")
    parser.add_argument("--time", type=float, default=240.0)
    parser.add_argument("--whole", action="store_true", help="the whole trace")
    parser.add_argument("--shrink", action="store_true", help="the smallest world of each fault")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _one(asked)
    began = time.process_time()
    tally = Tally()
    chunks = [
        (first, min(CHUNK, asked.first + asked.count - first))
        for first in range(asked.first, asked.first + asked.count, CHUNK)
    ]
    if asked.jobs > 1:
        with ProcessPoolExecutor(asked.jobs) as pool:
            for part in pool.map(_chunk, chunks):
                tally.add(part)
    else:
        for chunk in chunks:
            tally.add(_chunk(chunk))
    print(report(tally, time.process_time() - began), flush=True)
    for found in tally.faults.values() if asked.shrink else ():
        case, violation = shrunk(drawn(found[0][0]), Brain)
        print(f"\n--- {case}\n{violation}", flush=True)
    return 1 if tally.faults else 0


def _one(asked: argparse.Namespace) -> int:
    case = evolve(drawn(asked.seed), time_s=asked.time)
    if asked.on is not None:
        case = Case(asked.seed, frozenset(asked.on.split(",")) - {"nothing", ""}, asked.time)
    try:
        if asked.shrink and failure(case, Brain) is not None:
            case, violation = shrunk(case, Brain)
            raise violation
        world, _ = live(case, Brain, trace_all=asked.whole)
    except Violation as violation:
        print(f"--- {case}\n{violation}")
        return 1
    if asked.whole:
        print(trace(world, len(world.log)))
    print(f"{case}: {len(world.log)} events, ended by {world.ended}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
