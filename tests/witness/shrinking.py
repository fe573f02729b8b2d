"""The smallest world that still goes wrong in the same way: fewer features, then less time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve
from cases import Case
from living import live
from physics import Violation

from trialogue.model.plan import MeetingPlan


def failure(case: Case, make: Callable[[MeetingPlan], Any]) -> Violation | None:
    """What goes wrong in a world; None where nothing does."""
    try:
        live(case, make)
    except Violation as violation:
        return violation
    return None


def shrunk(case: Case, make: Callable[[MeetingPlan], Any]) -> tuple[Case, Violation]:
    """The case with as few features as it takes to go wrong in the same way; ValueError if nothing does."""
    first = failure(case, make)
    if first is None:
        raise ValueError(f"nothing goes wrong in {case}")
    smallest, found = case, first
    goes_on = True
    while goes_on:
        goes_on = False
        for smaller in _smaller(smallest):
            again = failure(smaller, make)
            if again is not None and again.kind == first.kind:
                smallest, found, goes_on = smaller, again, True
                break
    return smallest, found


def _smaller(case: Case) -> list[Case]:
    """The same with one thing less."""
    return [evolve(case, on=case.on - {feature}) for feature in sorted(case.on)]
