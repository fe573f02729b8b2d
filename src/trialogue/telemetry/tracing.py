"""Tracing of records, from a running meeting or from a journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from trialogue.arguments import checks_arguments
from trialogue.journal.files import journal_of
from trialogue.journal.reader import read
from trialogue.journal.records import time_of_day
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.telemetry.spans import GivesMeters, GivesTracers, MeetingSpans

__all__ = ["trace_meeting", "trace_run"]


class Traced(Protocol):
    """Meeting that is traced."""

    @property
    def plan(self) -> MeetingPlan:
        """Plan of the meeting."""
        ...

    @property
    def now(self) -> float:
        """Seconds since its start."""
        ...

    def records(self) -> AsyncIterator[Record]:
        """Records until its end."""
        ...


@checks_arguments
async def trace_meeting(
    meeting: Traced,
    tracer_provider: GivesTracers | None = None,
    meter_provider: GivesMeters | None = None,
) -> None:
    """Make spans and metrics of a running meeting; run it concurrently, for example as `watch`.

    SetupError where the extra `otel` is missing.
    """
    records = meeting.records()
    started = time_of_day(datetime.now(UTC), -meeting.now)
    spans = MeetingSpans(meeting.plan, started, tracer_provider, meter_provider)
    try:
        async for record in records:
            spans.take(record)
    finally:
        spans.close()


@checks_arguments
def trace_run(
    run: str | Path,
    tracer_provider: GivesTracers | None = None,
    meter_provider: GivesMeters | None = None,
) -> int:
    """Make spans and metrics of a recorded meeting, at its own times; returns the number of records.

    SetupError if the extra `otel` is missing, JournalError for a damaged journal.
    """
    reading = read(journal_of(Path(run)))
    spans = MeetingSpans(reading.header.plan, reading.header.started, tracer_provider, meter_provider)
    for record in reading:
        spans.take(record)
    spans.close()
    return reading.seq
