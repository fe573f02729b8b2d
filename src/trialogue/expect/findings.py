"""Findings of a check: the checked records, and the unmet expectations, before they are reported."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field

from trialogue.expect.occurrences import Occurrence
from trialogue.model.checked import Checked
from trialogue.model.expectations import Kind, Section
from trialogue.model.records import Record
from trialogue.report.result import Result
from trialogue.values import frozen


@frozen
class HeldRecords:
    """Finished meeting, as its expectations see it."""

    records: Sequence[Record]
    """Records, in order."""

    result: Result
    """Result, from the same records."""


@frozen
class Finding:
    """Unmet expectation, with the place at which it shows."""

    place: str
    """Place in the scenario."""

    section: Section
    """List of the expectation."""

    expected: str
    """Expectation, in words."""

    happened: str
    """Actual event, in words."""

    at: Occurrence
    """Place at which it shows."""

    kind: Kind
    """Kind of expectation."""

    heard: str = field(default="", repr=False)
    """Words that were heard, quoted; empty where the expectation is not of speech. Personal."""


@frozen
class Looked:
    """Expectation that was looked up: its result, and each miss."""

    result: Checked
    """Result."""

    misses: tuple[Finding, ...] = ()
    """Misses."""
