"""A scenario's faults, ready to strike."""

from __future__ import annotations

from attrs import frozen

from trialogue.model.expectations import Trigger
from trialogue.scenario.pattern_reading import trigger_of
from trialogue.scenario.schema import Document

__all__ = ["FaultSpec", "fault_specs"]


@frozen
class FaultSpec:
    """One fault that a scenario wants."""

    id: str
    """What the scenario calls it."""

    kind: str
    """What it does."""

    to: str
    """Which agent it strikes."""

    trigger: Trigger
    """When."""

    by_s: float = 0.0
    """By how much everything is late, in seconds."""

    for_s: float | None = None
    """For how long; None to the session's end."""


def fault_specs(document: Document) -> tuple[FaultSpec, ...]:
    """Those of a completed document, in its order."""
    return tuple(
        FaultSpec(each.id, each.do, each.to, trigger_of(document, each.when), each.by or 0.0, each.for_)
        for each in document.faults or ()
    )
