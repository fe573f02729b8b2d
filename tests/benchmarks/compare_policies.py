"""Compare the policies: hold `scenarios/policy-*.yaml` and print their timelines and one table of measures.

    python tests/benchmarks/compare_policies.py

Meetings are held in virtual time with engines that murmur (50 ms a letter), so the figures are the same on
every machine. `docs/explain/policies.md` shows what it prints.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from trialogue.app.edges import Edges
from trialogue.app.run import run_meeting
from trialogue.journal import read
from trialogue.model.commands import GrantFloor, Report
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.rules.transcript import utterances
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing.engines import murmuring_engines

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SECONDS_A_CHARACTER = 0.5


def hold(path: Path, out: Path) -> tuple[MeetingPlan, tuple[Record, ...]]:
    """Hold one meeting; its plan and its records."""
    run_meeting(
        path, overrides=Overrides(clock=Clock.VIRTUAL), out=out, edges=Edges(engines=murmuring_engines())
    )
    reading = read(out / "journal.jsonl")
    return reading.header.plan, tuple(reading)


def timeline(plan: MeetingPlan, said: tuple[Utterance, ...]) -> list[str]:
    """One line a speaker: `#` where it is heard, half a second a character."""
    width = round(max(each.end_s for each in said) / SECONDS_A_CHARACTER) + 1
    lines = []
    for participant in plan.participants:
        row = ["."] * width
        for each in said:
            if each.participant == participant.name:
                begin, end = (round(at / SECONDS_A_CHARACTER) for at in (each.start_s, each.end_s))
                row[begin : max(end, begin + 1)] = "#" * max(end - begin, 1)
        lines.append(f"{participant.name:>5} {''.join(row)}")
    return lines


def measures(plan: MeetingPlan, records: tuple[Record, ...], said: tuple[Utterance, ...]) -> list[str]:
    """One row: turns, speech, mean gap, shares, who was granted, what was reported."""
    speech = {p.name: 0.0 for p in plan.participants}
    for each in said:
        speech[each.participant] += each.end_s - each.start_s
    total = sum(speech.values())
    shares = sorted(part / total for part in speech.values())
    spread = sum(abs(a - b) for a in shares for b in shares) / (2 * len(shares))
    gaps = [after.start_s - before.end_s for before, after in pairwise(said)]
    commands = [command for record in records for command in record.commands]
    reports = sorted({c.code for c in commands if isinstance(c, Report)})
    order = " ".join(c.to for c in commands if isinstance(c, GrantFloor))
    mean = sum(gaps) / len(gaps)
    return [
        plan.floor.policy,
        str(len(said)),
        f"{total:.1f}",
        f"{mean:.2f} ({len(gaps)})",
        f"{spread:.2f}",
        order,
        ", ".join(reports) or "none",
    ]


def main() -> None:
    """Print a timeline of each, then the table."""
    rows = [["policy", "turns heard", "speech s", "mean gap s (n)", "Gini", "order of grants", "reports"]]
    rows.append(["---"] * len(rows[0]))
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(SCENARIOS.glob("policy-*.yaml")):
            plan, records = hold(path, Path(folder) / path.stem)
            said = utterances(records)
            print(f"{plan.floor.policy}\n", *timeline(plan, said), "", sep="\n")
            rows.append(measures(plan, records, said))
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
