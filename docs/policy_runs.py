"""Holds one meeting a policy, and makes what the pages of the policies show of it.

Meetings are held in virtual time with engines that murmur (50 ms a letter), so that pictures and figures
are the same on every machine.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from timeline import draw, story

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.words.transcript import utterances
from trialogue.journal import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import GrantFloor, Report
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions

SCENARIOS = Path(__file__).parents[1] / "scenarios"
CUSTOM = SCENARIOS / "custom"
PICTURES = Path(__file__).parent / "explain" / "policies"
RUNS: Mapping[str, Path] = {
    **{name: SCENARIOS / f"policy-{name}.yaml" for name in sorted(POLICIES)},
    "custom": CUSTOM / "policy-custom.yaml",
}
"""The scenario of each policy."""


@cache
def held(name: str) -> tuple[MeetingPlan, tuple[Record, ...]]:
    """Hold a policy's meeting: its plan and its records."""
    if str(CUSTOM) not in sys.path:
        sys.path.append(str(CUSTOM))
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(imports=("follow_up.*",)))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run_meeting(RUNS[name], overrides=Overrides(clock=Clock.VIRTUAL), out=out, edges=edges)
        reading = read(out / "journal.jsonl")
        return reading.header.plan, tuple(reading)


def picture(name: str) -> str:
    """The picture of a policy's meeting."""
    return draw(f"Who was heard when under the policy {name}", *held(name))


def turns(name: str) -> list[tuple[str, ...]]:
    """A row a turn: its number, who, from when to when, why, how it ended, and what was heard."""
    plan, records = held(name)
    labels = {p.name: p.label for p in plan.participants}
    heard = {each.turn: each.heard for each in utterances(records)}
    return [
        (
            str(turn.number),
            labels[turn.participant],
            f"{turn.granted_at:.1f}",
            turn.why,
            turn.cause,
            heard.get(turn.number, ""),
        )
        for turn in story(plan, records).turns
    ]


def measured(name: str) -> tuple[str, ...]:
    """A policy's row of the comparison."""
    plan, records = held(name)
    said = utterances(records)
    speech = {p.name: 0.0 for p in plan.participants}
    for each in said:
        speech[each.participant] += each.end_s - each.start_s
    total = summed(speech.values())
    shares = [part / total for part in speech.values()]
    spread = summed(abs(a - b) for a in shares for b in shares) / (2 * len(shares))
    gaps = [after.start_s - before.end_s for before, after in pairwise(said)]
    commands = [command for record in records for command in record.commands]
    reports = sorted({c.code for c in commands if isinstance(c, Report)})
    return (
        f"[{name}](policies/{name}.md)",
        str(len(said)),
        f"{total:.1f}",
        f"{summed(gaps) / len(gaps):.2f} ({len(gaps)})",
        f"{spread:.2f}",
        " ".join(c.to for c in commands if isinstance(c, GrantFloor)),
        ", ".join(reports) or "none",
    )
