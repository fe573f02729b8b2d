"""Runs every scenario under the virtual clock with two versions of the source, and compares their files.

    python tests/exercises/same_runs.py OLDER[..NEWER] [FILE...]

Both are revisions; without NEWER the newer version is the working tree. The scenarios are those of the older
version (or FILEs of it): what was written for it runs alike with the newer. A line a scenario; exit code 1
where any file differs or is missing, with its first difference.

Only what the machine's own time makes differs by nature (`BY_NATURE`); everything else is the meeting's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

RUN = "import sys; from trialogue.cli import main; sys.exit(main())"

OPTIONS = ("--clock", "virtual", "--via", "local", "--quiet", "--allow-import", "follow_up.*")

TIMEOUT_S = 900
"""How long one meeting may take the machine."""

BY_NATURE = {
    "result.json": (("speed",),),
    "manifest.json": (("files", "result.json", "blake2b"), ("files", "result.json", "size"), ("digest",)),
}
"""What differs between any two runs: the speed of the machine, and the digests of what holds it."""


def exported(revision: str, folder: Path) -> Path:
    """The files of a revision, in a folder of their own; those of the working tree for none."""
    if not revision:
        return REPOSITORY
    archive = subprocess.run(
        ["git", "-C", str(REPOSITORY), "archive", revision, "src", "scenarios", "tests/benchmarks"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def run(tree: Path, scenario: Path, out: Path) -> str:
    """Hold a meeting with the source of a tree; what was said where that fails, else nothing."""
    path = os.pathsep.join((str(tree / "src"), str(scenario.parent)))
    held = subprocess.run(
        [sys.executable, "-c", RUN, "run", str(scenario), *OPTIONS, "--out", str(out)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return held.stderr if held.returncode else ""


def comparable(file: Path) -> bytes:
    """A file's bytes; where machine times stand in it, those of its JSON without them."""
    content = file.read_bytes()
    if file.name not in BY_NATURE:
        return content
    document = json.loads(content)
    for *way, last in BY_NATURE[file.name]:
        holder = document
        for key in way:
            holder = holder[key]
        del holder[last]
    return json.dumps(document, indent=1).encode()


def difference(name: str, older: Path, newer: Path) -> str | None:
    """What is first different between two runs' files of that name; None where nothing is."""
    missing = [run.name for run in (older, newer) if not (run / name).is_file()]
    if missing:
        return f"{name} is missing in the {missing[0]} run"
    first, second = comparable(older / name), comparable(newer / name)
    if first == second:
        return None
    lines = zip_longest(first.splitlines(), second.splitlines())
    number, (was, is_now) = next((number, pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1])
    return f"{name}, line {number}:\n      {shown(was)}\n      {shown(is_now)}"


def shown(line: bytes | None) -> str:
    """A line of a file, as far as a terminal shows it."""
    return "(nothing)" if line is None else repr(line[:300])


def files_of(run: Path) -> set[str]:
    """The names of all files of a run."""
    return {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}


def compared(scenario: Path, trees: tuple[Path, Path], work: Path) -> bool:
    """Hold one scenario with both versions, and print how that went; whether the runs are the same."""
    print(f"{scenario.relative_to(trees[0])}: ", end="", flush=True)
    runs = work / "older" / scenario.stem, work / "newer" / scenario.stem
    for tree, out in zip(trees, runs, strict=True):
        if told := run(tree, scenario, out):
            print(f"the {out.parent.name} version failed:\n{told}")
            return False
    names = sorted(files_of(runs[0]) | files_of(runs[1]))
    different = [told for name in names if (told := difference(name, runs[0], runs[1])) is not None]
    print(f"{len(different)} of {len(names)} files differ" if different else f"{len(names)} files the same")
    print(*(f"    {told}" for told in different), sep="\n", end="\n" if different else "")
    return not different


def scenarios_of(tree: Path, names: Iterable[str]) -> list[Path]:
    """The files of these names in a tree; without names, every scenario in it that is shipped or measured."""
    folders = ("scenarios", "scenarios/custom", "tests/benchmarks")
    return [tree / name for name in names] or sorted(
        path for folder in folders for path in (tree / folder).glob("*.yaml")
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        revisions = sys.argv[1].partition("..")
        both = exported(revisions[0], work / "base"), exported(revisions[2], work / "changed")
        outcomes = [compared(each, both, work) for each in scenarios_of(both[0], sys.argv[2:])]
    print(f"{outcomes.count(True)} of {len(outcomes)} scenarios give the same files")
    sys.exit(0 if outcomes and all(outcomes) else 1)
