"""Pages of the policies: their keys, a run of each, and how they compare."""
# ruff: noqa: INP001 - a module beside the pages

from __future__ import annotations

from collections.abc import Mapping

import next_speakers
import policy_runs
from scenario_pages import default_of, places_of_keys, words
from tables import table

from trialogue.brain.floor.policies import ENTRIES
from trialogue.scenario.json_schema import field_docs

COMPARED = ("policy", "turns heard", "speech s", "mean gap s (n)", "Gini", "order of grants", "reports")
TURNS = ("turn", "who", "granted at s", "why", "ended", "heard")


SHAPED_BY: Mapping[str, tuple[str, ...]] = {
    **{name: entry.keys for name, entry in ENTRIES.items()},
    "custom": ("floor.custom",),
}
"""The keys that shape each policy."""


def policy_keys(name: str) -> str:
    """The keys that shape a policy, as the reference of the scenario tells of them."""
    rows: list[tuple[str, ...]] = []
    for path in SHAPED_BY[name]:
        place, _, key = path.rpartition(".")
        record, member, places = next(
            (record, member, places)
            for record, places in places_of_keys().items()
            for member in record.members
            if place in places and member.key == key
        )
        meaning = field_docs(record.cls)[member.attribute]
        rows.append((f"`{path}`", words(member.kind), default_of(places, key), meaning))
    return table(("key", "value", "default", "meaning"), rows).replace(
        "](#", "](../../reference/scenario.md#"
    )


def policies_listed() -> str:
    """Every policy, with when to choose it."""
    return "\n".join(f"- [{name}](policies/{name}.md): {entry.about}" for name, entry in ENTRIES.items())


def policies_compared() -> str:
    """The figures of all policies, on the same cast and seed."""
    return table(COMPARED, [policy_runs.measured(name) for name in policy_runs.RUNS])


def policies_natural() -> str:
    """How often each policy that needs voices alone names who did speak next among people."""
    rates = sorted(((next_speakers.rate(name), name) for name in next_speakers.BY_SOUND), reverse=True)
    rows = [(f"[{name}](policies/{name}.md)", f"{share:.0%} ({count})") for (share, count), name in rates]
    return table(("policy", "named who spoke next (n)"), rows)


def policy_run(name: str) -> str:
    """A policy's picture, its turns and its figures."""
    shown = f"![Who was heard when, turn by turn; the table below says the same]({name}.svg)"
    figures = table(COMPARED[1:], [policy_runs.measured(name)[1:]])
    return f"{shown}\n\n{table(TURNS, policy_runs.turns(name))}\n\n{figures}"
