"""Makes typical changes in a copy of the source, shows that each works, and counts the files that it touches.

    python tests/exercises/count.py

A line an exercise; exit code 1 where one does not work, or touches more than it may.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

SOURCE = Path(__file__).parents[2] / "src"

SCENARIO = """
trialogue: 1
name: small
run: {seed: 3, clock: virtual, limits: {time: 2m, turns: 4}}
cast:
  ann: {lines: [One., Two.]}
  bob: {lines: [Three., Four.]}
floor: {policy: POLICY}
"""

HOLD = """
import sys
from trialogue import Edges, run_meeting
from trialogue.testing import murmuring_engines
print(run_meeting(sys.argv[1], out=sys.argv[2], edges=Edges(engines=murmuring_engines())).result.reason)
"""

POLICY = '''"""Whoever has been silent longest speaks next."""

from __future__ import annotations

from attrs import frozen

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody


@frozen
class LongestSilent:
    """The oldest silence decides."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name whoever's last turn is longest ago."""
        ended = {taken.participant: taken.ended_at for taken in view.turns}
        able = view.able()
        if not able:
            return Nobody("all-away")
        return Next(min(able, key=lambda name: ended.get(name, -1.0)), "silent longest")


POLICY = PolicyEntry("longest-silent", LongestSilent(), about="Nobody shall be silent for long.", keys=())
'''

EXPORT = '''"""CSV: one line an utterance, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.transcript import Utterance


def csv(utterances: Iterable[Utterance]) -> str:
    """Each utterance's start in seconds, and who spoke."""
    return "".join(f"{each.start_s:.3f},{each.participant}\\n" for each in utterances)
'''


@frozen
class Exercise:
    """A change that is typical of its kind."""

    name: str
    """What is added or replaced."""

    target: str
    """What it may touch, in words."""

    change: Callable[[Path], None]
    """Makes it in the package's folder."""

    works: Callable[[Path], bool]
    """Whether it works: holds a meeting with it."""

    fits: Callable[[list[str]], bool]
    """Whether the touched files, by their paths in the package, are no more than it may touch."""


def add_policy(package: Path) -> None:
    """Write the policy's module."""
    (package / "brain/floor/policies/longest_silent.py").write_text(POLICY)


def add_export(package: Path) -> None:
    """Write the export's module, and its line in the list."""
    (package / "report/csv.py").write_text(EXPORT)
    listing = package / "report/exports.py"
    text = listing.read_text()
    line = '        "transcript.csv": lambda held: csv(held.utterances),\n'
    text = text.replace('        "transcript.vtt"', f'{line}        "transcript.vtt"', 1)
    text = text.replace(
        "from trialogue.report.markdown",
        "from trialogue.report.csv import csv\nfrom trialogue.report.markdown",
        1,
    )
    listing.write_text(text)


def replace_library(package: Path) -> None:
    """Put another package in the place of trio-websocket, wherever it is named."""
    (package.parent / "other_websocket.py").write_text("from trio_websocket import *\n")
    for path in package.rglob("*.py"):
        text = path.read_text()
        if re.search(r"^(import|from) trio_websocket", text, re.MULTILINE):
            path.write_text(text.replace("trio_websocket", "other_websocket"))


def held(package: Path, policy: str = "round-robin") -> Path | None:
    """The run of a meeting with the package as it is now; None where it failed."""
    file, run = package.parent / f"{policy}.yaml", package.parent / f"run-{policy}"
    file.write_text(SCENARIO.replace("POLICY", policy))
    path = os.pathsep.join((str(package.parent), *filter(None, sys.path)))
    done = subprocess.run(
        [sys.executable, "-c", HOLD, str(file), str(run)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    print(done.stderr, end="", file=sys.stderr)
    return run if done.returncode == 0 else None


def decides(package: Path) -> bool:
    """Whether the added policy has granted the floor."""
    run = held(package, "longest-silent")
    return run is not None and "silent longest" in (run / "journal.jsonl").read_text()


def exports(package: Path) -> bool:
    """Whether the added file is among a meeting's."""
    run = held(package)
    return run is not None and (run / "transcript.csv").read_text().count("\n") == 4


def connects(package: Path) -> bool:
    """Whether a meeting is held, and nothing names the old library any more."""
    left = [path for path in package.rglob("*.py") if "trio_websocket" in path.read_text()]
    return not left and held(package) is not None


EXERCISES = (
    Exercise("a floor policy", "1 file", add_policy, decides, lambda touched: len(touched) == 1),
    Exercise("an export", "1 file, and a line", add_export, exports, lambda touched: len(touched) == 2),
    Exercise(
        "another websocket library",
        "transport/ alone",
        replace_library,
        connects,
        lambda touched: all(name.startswith("transport/") for name in touched),
    ),
)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the package, to be changed."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "trialogue"
        shutil.copytree(SOURCE / "trialogue", package, ignore=shutil.ignore_patterns("__pycache__"))
        yield package


def contents(package: Path) -> dict[str, bytes]:
    """What is in each module, by its path in the package."""
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*.py")}


def done(exercise: Exercise) -> bool:
    """Do one, and print what it took; whether it works and fits."""
    with copied() as package:
        before = contents(package)
        exercise.change(package)
        after = contents(package)
        touched = sorted(name for name in after if after[name] != before.get(name))
        works = exercise.works(package)
    fits = bool(touched) and exercise.fits(touched)
    verdict = "ok" if works and fits else "TOO MANY" if works else "DOES NOT WORK"
    print(f"{exercise.name}: {len(touched)} source files (target: {exercise.target}), {verdict}")
    print(*(f"    {name}" for name in touched), sep="\n")
    return works and fits


if __name__ == "__main__":
    outcomes = [done(exercise) for exercise in EXERCISES]
    sys.exit(0 if all(outcomes) else 1)
