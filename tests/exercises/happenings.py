"""What happens in generated scenarios, by the one grammar: ends, points done, faults and expectations."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import cast

from attrs import frozen

from trialogue.model.expectations import OF_AGENDA, Happening
from trialogue.model.fault_names import FAULT_NAMES, LINE_FAULTS, TOOL_FAULTS

__all__ = ["happenings"]


def happenings(chance: random.Random, document: dict[str, object]) -> dict[str, object]:
    """Ends, points that are done, faults and expectations: those that a random part of them has."""
    table = Table.of(document)
    found: dict[str, object] = {}
    if chance.random() < 0.5:
        ends = [event(chance, table, COURSE) for _ in range(chance.randint(1, 2))]
        found["end"] = {"any": [*ends, "limits"]}
    if table.points and chance.random() < 0.6:
        points = cast("list[dict[str, object]]", document["agenda"])
        found["agenda"] = [{**point, "done_when": event(chance, table, COURSE)} for point in points]
    if chance.random() < 0.6:
        found["faults"] = [fault(chance, table, f"fault-{number}") for number in range(chance.randint(1, 2))]
    if chance.random() < 0.5:
        faults = [each["id"] for each in cast("list[dict[str, object]]", found.get("faults", ()))]
        found["expect"] = expectations(chance, table, faults)
    return found


@frozen
class Table:
    """Who and what is there to be named by patterns."""

    agents: list[str]
    everybody: list[str]
    tools: list[str]
    points: list[str]

    @classmethod
    def of(cls, document: dict[str, object]) -> Table:
        """What a scenario has."""
        seats = cast("dict[str, dict[str, object]]", document["cast"])
        points = cast("list[dict[str, str]]", document.get("agenda", []))
        return cls(
            agents=[name for name, seat in seats.items() if seat.get("role") != "human"],
            everybody=list(seats),
            tools=list(cast("dict[str, object]", document.get("tools", {}))),
            points=[point["id"] for point in points],
        )


COURSE = ("said", "speaking", "agenda", "participant", "tool", "error", "at")
"""What can happen while a meeting goes on."""


def event(
    chance: random.Random, table: Table, kinds_: Sequence[str], *, often: bool = True
) -> dict[str, object]:
    """Something that happens, narrowed or not; the number of the match only where one is counted."""
    there = {"agenda": bool(table.points), "tool": bool(table.tools)}
    kind = chance.choice([each for each in kinds_ if there.get(each, True)])
    found = EVENTS[kind](chance, table)
    if kind not in {"at", "ended"} and chance.random() < 0.2 and often:
        found["nth"] = chance.randint(1, 3)
    if chance.random() < 0.2:
        found["after"] = chance.choice(["100ms", "2s"])
    if kind != "at" and chance.random() < 0.2:
        found["within"] = chance.choice(["4s", "1m"])
    return found


def _some(chance: random.Random, keys: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in keys.items() if chance.random() < 0.4}


def _spoken(chance: random.Random, table: Table) -> dict[str, object]:
    words: dict[str, object] = {"match": "(?i)cost|fast", "number": 8, "name": chance.choice(table.everybody)}
    kept = chance.sample(sorted(words), chance.randint(1, 2))
    return {"said": {**{key: words[key] for key in kept}, **_by(chance, table)}}


def _by(chance: random.Random, table: Table) -> dict[str, object]:
    return _some(chance, {"by": chance.choice(table.everybody)})


SEAT_EVENTS = [each.value for each in Happening if each not in OF_AGENDA]

EVENTS: dict[str, Callable[[random.Random, Table], dict[str, object]]] = {
    "said": _spoken,
    "speaking": lambda chance, table: {
        "speaking": chance.choice(table.everybody),
        **_some(chance, {"for": chance.choice(["0s", "400ms", "2s"])}),
    },
    "agenda": lambda chance, table: {
        "agenda": chance.choice(table.points),
        "event": chance.choice(["started", "done"]),
    },
    "participant": lambda chance, table: {
        "participant": chance.choice(table.everybody),
        "event": chance.choice(SEAT_EVENTS),
    },
    "tool": lambda chance, table: {
        "tool": chance.choice(table.tools),
        **_some(chance, {"outcome": "succeeded", "arguments": "edge", "result": "(?i)eight"}),
        **_some(chance, {"by": "tool-user"}),
    },
    "error": lambda chance, table: {
        "error": chance.choice(["any", "stalled", "session-failed"]),
        **_by(chance, table),
    },
    "at": lambda chance, _: {"at": chance.choice(["0s", "1500ms", "7s"])},
    "ended": lambda chance, _: {"ended": chance.choice(["limit-turns", "said", "happened", "silence"])},
}
"""Each kind of event."""


def fault(chance: random.Random, table: Table, name: str) -> dict[str, object]:
    """Something that goes wrong with one agent."""
    to = chance.choice(table.agents)
    kinds_ = [each for each in FAULT_NAMES if to == "tool-user" or each not in TOOL_FAULTS]
    do = chance.choice(["disconnect", "delay", *LINE_FAULTS] if chance.random() < 0.4 else kinds_)
    lasting = _some(chance, {"for": "3s"}) if do in LINE_FAULTS else {}
    by = {"by": chance.choice(["300ms", "3s"])} if do == "delay" else {}
    return {"id": name, "when": event(chance, table, COURSE), "do": do, "to": to, **by, **lasting}


def expectations(chance: random.Random, table: Table, faults: list[object]) -> dict[str, object]:
    """What is expected; whether it comes true is not the matter here."""
    keys: dict[str, object] = {
        "always": [
            {"response-latency": {"p95": "2s"}, **_except(faults)},
            {
                "when": event(chance, table, COURSE, often=False),
                "then": event(chance, table, (*COURSE, "ended"), often=False),
            },
        ],
        "in_order": [event(chance, table, (*COURSE, "ended")) for _ in range(2)],
        "never": [{"error": "any", **_except(faults)}],
        "at_end": [
            {**event(chance, table, COURSE, often=False), "times": {"max": 3}},
            {"floor-share": {"each": [table.everybody[0]], "max": "90%"}},
            {"turns": {"total": {"min": 1}}},
        ],
    }
    return {key: keys[key] for key in chance.sample(sorted(keys), chance.randint(1, 4))}


def _except(faults: list[object]) -> dict[str, object]:
    """Faults whose effects do not count, each in a list of its own: YAML writes a list twice as an alias."""
    return {"except": list(faults)} if faults else {}
