"""Holds generated meetings by a virtual clock that leaps and by one that ticks, and compares all files.

    python tests/exercises/leaps.py [COUNT] [SEED]
    python tests/exercises/leaps.py FILE...

FILEs are scenarios, held with the voices that they name. The generated meetings have agents that hear text
and agents that hear sound, people who cut in with recordings, frames of 20 to 100 ms, turns that are cut in
the middle of a word, faults, and in others somebody who joins and somebody who leaves while it runs. COUNT
is of those that were begun. A line for each that differs, with its first difference; exit code 1 where any
does.
"""

from __future__ import annotations

import itertools
import os
import random
import runpy
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import trio

from trialogue.chaos.plan import drawn
from trialogue.chaos.trial import try_meeting
from trialogue.errors import AlreadyOver, TrialogueError
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import Meeting
from trialogue.meeting.run import run_meeting, watch_nothing
from trialogue.meeting.virtual import SWITCH, TICKING
from trialogue.scenario import loads, resolve
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.speech.murmur import murmuring_engines
from trialogue.tools.permissions import Permissions

HERE = Path(__file__).parent
GENERATED: dict[str, Any] = runpy.run_path(str(HERE / "generated.py"))
SAME: dict[str, Any] = runpy.run_path(str(HERE / "same_runs.py"))

ASKED = Overrides(clock=Clock.VIRTUAL, time_s=30.0, turns=6)

REFUSED = frozenset({"ScenarioError", "SetupError", "PermissionMissing"})
"""What comes of a meeting that is not begun: it shows nothing, and another is made in its place."""


def meeting(chance: random.Random) -> str:
    """A scenario in which much is heard, and cut."""
    document: dict[str, Any] = GENERATED["scenario"](chance)
    document["run"]["frame"] = chance.choice(["20ms", "40ms", "100ms"])
    for seat in document["cast"].values():
        if seat.get("role") != "human" and chance.random() < 0.4:
            seat["hears"] = "audio"
    if chance.random() < 0.4:
        document["floor"]["hold"] = {"max": chance.choice(["1s", "1300ms", "2s"])}
    text: str = GENERATED["written"](document)
    return text


async def come_and_go(seed: int, meeting: Meeting) -> None:
    """Let one join and one leave at moments of this seed, and the one who left come back."""
    chance = random.Random(f"coming/{seed}")
    leaver = chance.choice(meeting.plan.participants).name
    try:
        await trio.sleep(chance.uniform(0.0, 6.0))
        await meeting.join("newcomer", {"lines": ["I come late. What was said?", "Good."], "hears": "audio"})
        await trio.sleep(chance.choice([0.0, 0.01, chance.uniform(0.0, 4.0)]))
        await meeting.leave(leaver)
        await trio.sleep(chance.uniform(0.0, 4.0))
        await meeting.join(leaver)
    except AlreadyOver:
        return


def held(text: str, out: Path, fault: int | None, moves: int | None) -> str:
    """Hold it once, with a fault or with who comes and goes drawn from a seed; what it came to."""
    try:
        if fault is not None:
            resolved = resolve(loads(text.encode()), ASKED)
            plan = drawn(1, resolved, fault)
            try_meeting(resolved, plan, out=out)
            return f"struck by {plan.planned[0].fault.name}"
        file = out.with_suffix(".yaml")
        file.write_text(text)
        watch = watch_nothing if moves is None else partial(come_and_go, moves)
        edges = Edges(engines=murmuring_engines(), permissions=Permissions(faults=True))
        run_meeting(file, overrides=ASKED, out=out, edges=edges, watch=watch)
    except TrialogueError as ended:
        return type(ended).__name__
    return "held"


def held_so(text: str, fault: int | None, moves: int | None, out: Path) -> str:
    """Hold it into a folder."""
    return held(text, out, fault, moves)


def differences(hold: Callable[[Path], str], folder: Path) -> tuple[str, list[str]]:
    """Hold a meeting both ways, at one path (recorded errors name it); what it came to, and what differs."""
    ways = {"ticking": TICKING, "leaping": ""}
    came = {}
    for way, switch in ways.items():
        os.environ[SWITCH] = switch
        (folder / "held").mkdir()
        came[way] = hold(folder / "held" / "run")
        (folder / "held").rename(folder / way)
    runs = [folder / way / "run" for way in ways]
    names = sorted(SAME["files_of"](runs[0]) | SAME["files_of"](runs[1]))
    told = [text for name in names if (text := SAME["difference"](name, *runs)) is not None]
    if came["ticking"] != came["leaping"]:
        told.append(f"ticking came to {came['ticking']}, leaping to {came['leaping']}")
    return came["leaping"], told


def held_as_it_is(file: Path, out: Path) -> str:
    """Hold a scenario of the library's; what it came to."""
    sys.path.append(str(file.parent))
    permissions = Permissions(imports=("follow_up.*",))
    try:
        run_meeting(
            file, overrides=Overrides(clock=Clock.VIRTUAL), out=out, edges=Edges(permissions=permissions)
        )
    except TrialogueError as ended:
        return type(ended).__name__
    return "held"


def scenarios(files: list[str]) -> int:
    """Hold these both ways, and print a line of each."""
    different = 0
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            came, told = differences(partial(held_as_it_is, Path(file)), Path(folder))
        different += bool(told)
        print(f"{file}: {came},", "the same to the byte" if not told else "differs:", flush=True)
        print(*(f"    {text}" for text in told), sep="\n", end="\n" if told else "")
    print(f"{len(files)} scenarios; {different} differ")
    return 1 if different else 0


def main() -> int:
    """Hold them, and print what came of it."""
    if any(not word.isdecimal() for word in sys.argv[1:]):
        return scenarios(sys.argv[1:])
    count, seed = (int(word) for word in [*sys.argv[1:], "300", "1"][:2]) if sys.argv[1:] else (300, 1)
    counts: dict[str, int] = {}
    different = refused = 0
    for number in itertools.count():
        if number - refused == count:
            break
        chance = random.Random(f"leaps/{seed}/{number}")
        text = meeting(chance)
        fault = number if number % 5 == 0 else None
        moves = number if fault is None and number % 2 else None
        with tempfile.TemporaryDirectory() as folder:
            came, told = differences(partial(held_so, text, fault, moves), Path(folder))
        counts[came] = counts.get(came, 0) + 1
        refused += came in REFUSED
        different += bool(told)
        if told:
            print(f"meeting {number} of seed {seed} ({came}) differs:", *told, sep="\n    ", flush=True)
    print(f"{count} meetings, {refused} more that were not begun, seed {seed}: {counts}; {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
