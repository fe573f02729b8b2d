"""Planned faults of a scenario."""

from __future__ import annotations

from trialogue.model.plan import PlannedFault
from trialogue.scenario.pattern_reading import trigger_of
from trialogue.scenario.schema import Document

__all__ = ["planned_faults"]


def planned_faults(document: Document) -> tuple[PlannedFault, ...]:
    """Planned faults of a completed document, in document order."""
    return tuple(
        PlannedFault(each.id, each.do, each.to, trigger_of(document, each.when), each.by or 0.0, each.for_)
        for each in document.faults or ()
    )
