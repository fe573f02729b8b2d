"""Findings: what is looked at, and what is missing, before it is told."""

from __future__ import annotations

from collections.abc import Sequence

from trialogue.expect.occurrences import Occurrence
from trialogue.model.expectations import Kind, Section
from trialogue.model.records import Record
from trialogue.report.result import Result
from trialogue.values import frozen


@frozen
class HeldRecords:
    """A meeting that was held, as its expectations see it."""

    records: Sequence[Record]
    """Its records, in order."""

    result: Result
    """Outcome of it, from the same records."""


@frozen
class Finding:
    """An expectation that was not met, and where that shows."""

    place: str
    """Place in the scenario."""

    section: Section
    """List of the expectation."""

    expected: str
    """Expectation, in words."""

    happened: str
    """Happening in its place, in words."""

    at: Occurrence
    """Place at which it shows."""

    kind: Kind
    """Kind of expectation."""
