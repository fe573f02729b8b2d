"""Bugs that chaos is to find: each is planted in a copy of the source, and must break its promise.

    python tests/chaos/planted.py [NAME...]

An oracle that cannot fail promises nothing. One fault is tried on the table of three in virtual time, without
the bug and with it. A bug is found where some promise is broken with it alone. Exit code 1 where one is not
found, or a place of the source has changed so that its bug cannot be planted any more. By hand: some minutes.
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]

TRY = """
import sys
from pathlib import Path
from trialogue.chaos.trial import FaultPlan, Planned, try_meeting
from trialogue.chaos.catalogue import fault_named
from trialogue.chaos.promises import judge
from trialogue.scenario.resolve import prepare
file, fault, whom, out = sys.argv[1:]
plan = FaultPlan((Planned(fault_named(fault), whom),))
for text in judge(try_meeting(prepare(file), plan, out=Path(out))).broken:
    print("BROKEN", text.partition(chr(10))[0])
print("JUDGED")
"""


@frozen
class Planted:
    """One bug: what is changed in which files, under which fault, and the promise that it breaks."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    fault: str
    whom: str
    promise: str


KEY_FORMS = "lambda self: self._all_forms()"
LOST = "self._report(SessionLost(self.participant, self._number, reason, retry_in_s))"

BUGS = (
    Planted(
        "nothing masks the key",
        (
            ("transport/upgrade.py", "for word in hide:", "for word in ():"),
            ("model/secrets.py", KEY_FORMS, "lambda self: ()"),
        ),
        "unauthorized",
        "ann",
        "the key appears nowhere",
    ),
    Planted(
        "a lost session is not told",
        (("actors/agent.py", LOST, "pass"),),
        "fin-mid-turn",
        "ann",
        "recorded with its cause",
    ),
    Planted(
        "one malformed message ends a session",
        (
            (
                "actors/agent_session.py",
                "self._malformed.count()",
                'raise ConnectionLost("one malformed message")',
            ),
        ),
        "malformed",
        "ann",
        "the others go on",
    ),
    Planted(
        "a tool has no deadline",
        (("tools/executor.py", "trio.fail_after(tool.timeout_s)", "trio.fail_after(1e9)"),),
        "tool-hangs",
        "bob",
        "recorded with its cause",
    ),
    Planted(
        "a full disk ends as if all were well",
        (("errors.py", "    exit_code = 4\n", "    exit_code = 0\n"),),
        "disk-full",
        "ann",
        "exit code and report name the cause",
    ),
)


def tried(source: Path, bug: Planted, out: Path) -> tuple[str, ...]:
    """The promises that are broken under the bug's fault, by this source."""
    sys.path.insert(0, str(Path(__file__).parent))
    from conftest import SCENARIO

    out.mkdir()
    scenario = out / "table.yaml"
    scenario.write_text(SCENARIO)
    command = [sys.executable, "-c", TRY, str(scenario), bug.fault, bug.whom, str(out / "run")]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "JUDGED" not in done.stdout:
        return (f"no hang: {done.stderr.strip().splitlines()[-1:]}",)
    return tuple(line[7:] for line in done.stdout.splitlines() if line.startswith("BROKEN "))


def planted(bug: Planted, folder: Path) -> Path:
    """A copy of the source with the bug in it; SystemExit where its place is gone."""
    copy = folder / "src"
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in bug.edits:
        path = copy / "trialogue" / name
        text = path.read_text()
        if text.count(old) != 1:
            raise SystemExit(
                f"{bug.name}: {name} has {text.count(old)} places like {old!r}, and one is wanted"
            )
        path.write_text(text.replace(old, new))
    return copy


def main(names: list[str]) -> int:
    """Try every bug, or those named, and print the table."""
    missed = 0
    print(f"{'bug':45}{'fault':16}{'without':9}with it")
    for bug in BUGS:
        if names and bug.name not in names:
            continue
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            without = tried(ROOT / "src", bug, folder / "without")
            broken = tried(planted(bug, folder), bug, folder / "with")
        is_found = not without and any(text.startswith(f"{bug.promise}:") for text in broken)
        missed += not is_found
        told = f"broken: {bug.promise}" if is_found else f"NOT FOUND ({'; '.join(broken) or 'all kept'})"
        print(f"{bug.name:45}{bug.fault:16}{'broken' if without else 'kept':9}{told}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
