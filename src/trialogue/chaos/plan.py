"""Plan of faults in a meeting: the participant and the earliest time of each."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.chaos.catalogue import FAULTS, Fate, Fault, Part, fault_named
from trialogue.errors import SetupError, WrongValue
from trialogue.scenario.resolve import Resolved
from trialogue.values import frozen

DRAWN_S: Final = 30.0
"""Seconds of the meeting within which drawn faults have their time."""

MOST_DRAWN: Final = 1_000
"""Most faults of one meeting that are drawn; each is in the plan, which is made before the meeting."""

_SESSION: Final = re.compile(r"0{0,8}[1-9][0-9]{0,8}")
"""Number of a session, from 1."""


@frozen
class Planned:
    """Planned fault."""

    fault: Fault
    """Fault that strikes."""

    participant: str
    """Participant that is struck; unused for faults of the meeting's own parts."""

    session: int = 1
    """Earliest of the participant's dials that it strikes, from 1."""

    after_s: float = 0.0
    """Earliest time, in seconds of the meeting."""

    @checks_arguments
    def is_for(self, participant: str, number: int) -> bool:
        """Whether it may strike in this dial."""
        return participant == self.participant and number >= self.session

    def __str__(self) -> str:
        return f"{self.fault.name}@{self.participant}:{self.session}"


@frozen
class FaultPlan:
    """Plan of faults in one meeting."""

    planned: tuple[Planned, ...]
    """Planned faults, in no order: each has its own time."""

    seed: int = 0
    """Seed of the jitter."""

    def of(self, *parts: Part) -> list[Planned]:
        """Faults of these parts."""
        return [each for each in self.planned if each.fault.effect in parts]


@checks_arguments
def planned(words: Sequence[str], resolved: Resolved, seed: int) -> FaultPlan:
    """Plan of words like NAME, NAME@PARTICIPANT or NAME@PARTICIPANT:SESSION; `SetupError` for invalid ones.

    A fault without a participant strikes one drawn from `seed`; faults of calls and tools strike one with
    tools.
    """
    chance = random.Random(f"chaos/{seed}")  # noqa: S311 - a draw, not a secret
    return FaultPlan(tuple(_read(word, resolved, chance) for word in words), seed)


@checks_arguments
def drawn(count: int, resolved: Resolved, seed: int) -> FaultPlan:
    """So many faults, of those that a meeting survives, drawn from `seed`; WrongValue beyond `MOST_DRAWN`."""
    if not 0 <= count <= MOST_DRAWN:
        raise WrongValue(f"count is from 0 to {MOST_DRAWN:,}", argument="count")
    chance = random.Random(f"chaos/{seed}")  # noqa: S311 - a draw, not a secret
    has_tools = any(spec.tools for spec in resolved.agents)
    outlived = [
        fault for fault in FAULTS if fault.fate is not Fate.ENDS and (has_tools or not fault.needs_tool)
    ]
    faults = [chance.choice(outlived) for _ in range(count)]
    return FaultPlan(tuple(_drawn(each, resolved, chance) for each in faults), seed)


def _drawn(fault: Fault, resolved: Resolved, chance: random.Random) -> Planned:
    """Fault with a drawn time, if it does not belong to a session's beginning."""
    whom = _struck(fault, resolved, chance)
    after_s = round(chance.uniform(0.0, DRAWN_S), 3)
    return Planned(fault, whom, after_s=after_s if fault.strikes_any_time else 0.0)


def _read(word: str, resolved: Resolved, chance: random.Random) -> Planned:
    name, _, whom = word.partition("@")
    participant, _, number = whom.partition(":")
    fault = fault_named(name)
    if not participant:
        return Planned(fault, _struck(fault, resolved, chance))
    if participant not in {spec.name for spec in resolved.agents}:
        raise SetupError(f"{word}: {resolved.plan.name} has no agent named {participant!r}")
    if number and not _SESSION.fullmatch(number):
        raise SetupError(f"{word}: sessions are counted from 1")
    return Planned(fault, participant, int(number or 1))


def _struck(fault: Fault, resolved: Resolved, chance: random.Random) -> str:
    able = [spec.name for spec in resolved.agents if spec.tools or not fault.needs_tool]
    if not able:
        raise SetupError(f"{fault.name}: no participant of {resolved.plan.name} has a tool")
    return chance.choice(able)
