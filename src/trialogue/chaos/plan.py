"""Plan of faults in a meeting: which fault strikes whom, and not before when."""

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
"""In how many seconds of the meeting drawn faults have their time."""

MOST_DRAWN: Final = 1_000
"""Faults of one meeting that are drawn at most; each is in the plan, which is made before it is held."""

_SESSION: Final = re.compile(r"0{0,8}[1-9][0-9]{0,8}")
"""Number of a session, from 1."""


@frozen
class Planned:
    """One fault of a plan."""

    fault: Fault
    """Fault that strikes."""

    participant: str
    """Participant that is struck; of no matter for faults of the meeting's own parts."""

    session: int = 1
    """Not before this one of its dials, counted from 1."""

    after_s: float = 0.0
    """Not before so many seconds of the meeting."""

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
    """In no order: each has its own time."""

    seed: int = 0
    """Seed from which jitter is drawn."""

    def of(self, *ills: Part) -> list[Planned]:
        """The faults of these parts."""
        return [each for each in self.planned if each.fault.ill in ills]


@checks_arguments
def planned(words: Sequence[str], resolved: Resolved, seed: int) -> FaultPlan:
    """The plan of words like NAME, NAME@PARTICIPANT or NAME@PARTICIPANT:SESSION; `SetupError` for misfits.

    Whom a fault strikes that names nobody is drawn from `seed`: calls and tools strike one who has tools.
    """
    chance = random.Random(f"chaos/{seed}")  # noqa: S311 - a draw, not a secret
    return FaultPlan(tuple(_read(word, resolved, chance) for word in words), seed)


@checks_arguments
def drawn(count: int, resolved: Resolved, seed: int) -> FaultPlan:
    """So many faults, of those that a meeting outlives, drawn from `seed`; WrongValue beyond `MOST_DRAWN`."""
    if not 0 <= count <= MOST_DRAWN:
        raise WrongValue(f"count is from 0 to {MOST_DRAWN:,}", argument="count")
    chance = random.Random(f"chaos/{seed}")  # noqa: S311 - a draw, not a secret
    outlived = [fault for fault in FAULTS if fault.fate is not Fate.ENDS]
    faults = [chance.choice(outlived) for _ in range(count)]
    return FaultPlan(tuple(_drawn(each, resolved, chance) for each in faults), seed)


def _drawn(fault: Fault, resolved: Resolved, chance: random.Random) -> Planned:
    """A fault at a time of its own, if it does not belong to a session's beginning."""
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
