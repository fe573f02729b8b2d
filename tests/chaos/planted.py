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

PATIENCE_S = 300
"""How long one trial may take on the machine's own clock; most take a few seconds."""

TRY = """
import sys
from pathlib import Path
from trialogue.chaos.plan import FaultPlan, Planned
from trialogue.chaos.trial import try_meeting
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
    changes: tuple[tuple[str, str], ...] = ()
    """What the scenario has otherwise than the table of three."""


KEY_FORMS = "lambda self: self._all_forms()"
LOST = "self._report(SessionLost(self.participant, self._number, reason, retry_in_s))"
REFUSED = "self._complaints.refuse(InjectionRefused(name, asked.turn, reason, asked.prompt))"

BUGS = (
    # --- a key that is shown ---
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
        "nothing masks what a session says",
        (("model/secrets.py", KEY_FORMS, "lambda self: ()"),),
        "key-echoed",
        "ann",
        "the key appears nowhere",
    ),
    # --- what is not told ---
    Planted(
        "a lost session is not told",
        (("actors/agent.py", LOST, "pass"),),
        "fin-mid-turn",
        "ann",
        "recorded with its cause",
    ),
    Planted(
        "a tool has no deadline",
        (("tools/executor.py", "trio.fail_after(tool.timeout_s)", "trio.fail_after(1e9)"),),
        "tool-hangs",
        "bob",
        "recorded with its cause",
    ),
    Planted(
        "a reply may be dry for ever",
        (("actors/playout.py", "DRY_S = 1.0", "DRY_S = 1e9"),),
        "sound-stalls",
        "ann",
        "recorded with its cause",
    ),
    Planted(
        "a refused prompt is not told",
        (("actors/agent_session.py", REFUSED, "pass"),),
        "prompt-refused",
        "ann",
        "recorded with its cause",
    ),
    Planted(
        "a change may be unconfirmed for ever",
        (("actors/updates.py", "now + CONFIRM_S", "now + 1e9"),),
        "update-unconfirmed",
        "ann",
        "recorded with its cause",
        (("turns: 9", "turns: 14"),),
    ),
    # --- who is harmed ---
    Planted(
        "one malformed message ends a session",
        (
            (
                "actors/session.py",
                "self._malformed.count()",
                'raise ConnectionLost("one malformed message")',
            ),
        ),
        "malformed",
        "ann",
        "the others go on",
    ),
    Planted(
        "nobody dials twice",
        (("brain/redialling.py", "if self._tried >= self.rules.attempts or", "if True or"),),
        "refused",
        "ann",
        "the others go on",
    ),
    Planted(
        "a session that rolls over counts as lost",
        (
            (
                "actors/agent.py",
                "self._report(SessionRolledOver(self.participant, self._number))",
                'self._lost("it rolled over", 0.0)',
            ),
        ),
        "rolls-over",
        "ann",
        "the others go on",
    ),
    Planted(
        "who is late counts as dead",
        (("transport/socket.py", "dead_after_s: float = 15.0", "dead_after_s: float = 0.3"),),
        "latency",
        "ann",
        "the others go on",
    ),
    # --- the end ---
    Planted(
        "a full disk ends as if all were well",
        (("errors.py", "    exit_code = 4\n", "    exit_code = 0\n"),),
        "disk-full",
        "ann",
        "exit code and report name the cause",
    ),
    Planted(
        "who cancels one timer cancels all",
        (("actors/timers.py", "self._current.pop(timer, None)", "self._due.clear()"),),
        "deaf",
        "ann",
        "no hang",
    ),
    # --- the floor ---
    Planted(
        "a turn that is lost does not end",
        (
            (
                "brain/turn/taking.py",
                "    o.emit(EndTurn(",
                '    if cause != "lost":\n        o.emit(EndTurn(',
            ),
        ),
        "reset-mid-turn",
        "ann",
        "one holder, and the floor released",
    ),
    Planted(
        "an interrupted meeting keeps its turn",
        (
            (
                "brain/course/ending.py",
                '        taking.close(o, o.turns.current, "meeting-ended")\n',
                "        pass\n",
            ),
        ),
        "interrupted",
        "ann",
        "one holder, and the floor released",
    ),
    # --- the journal ---
    Planted(
        "chance is not seeded",
        (("brain/owners.py", 'Random(f"{self.plan.seed}/turn/{number}")', "Random()"),),
        "malformed",
        "ann",
        "nothing recorded is lost",
        (("policy: round-robin", "policy: random"),),
    ),
    Planted(
        "a terminated meeting leaves its journal open",
        (
            (
                "meeting/stage.py",
                "        self.journal.close(self.end_reason)\n",
                (
                    '        if self.end_reason != "terminated":\n'
                    "            self.journal.close(self.end_reason)\n"
                ),
            ),
        ),
        "terminated",
        "ann",
        "nothing recorded is lost",
    ),
)


def tried(source: Path, bug: Planted, out: Path) -> tuple[str, ...]:
    """The promises that are broken under the bug's fault, by this source."""
    sys.path.insert(0, str(Path(__file__).parent))
    from conftest import SCENARIO

    out.mkdir()
    scenario = out / "table.yaml"
    text = SCENARIO
    for old, new in bug.changes:
        if text.count(old) != 1:
            raise SystemExit(f"{bug.name}: the scenario has {text.count(old)} places like {old!r}")
        text = text.replace(old, new)
    scenario.write_text(text)
    command = [sys.executable, "-c", TRY, str(scenario), bug.fault, bug.whom, str(out / "run")]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": str(source)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return (f"no hang: nothing was judged within {PATIENCE_S} s",)
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
    print(f"{'bug':52}{'fault':20}{'without':9}with it")
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
        print(f"{bug.name:52}{bug.fault:20}{'broken' if without else 'kept':9}{told}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
