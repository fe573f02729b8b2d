"""Conditions of `end` that never came in a meeting that a limit ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from trialogue.expect.occurrences import Happenings
from trialogue.model.records import Record
from trialogue.report.result import Result
from trialogue.scenario.pattern_reading import pattern_of, with_time
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.vocabulary import EndWord

__all__ = ["BY_LIMIT", "ends_that_never_came"]

BY_LIMIT: Final = frozenset({"silence", "limit-time", "limit-turns", "limit-cost", "politeness-loop"})
"""Reasons for the end of a meeting that nothing which its author waited for has ended."""


def ends_that_never_came(resolved: Resolved, result: Result, records: Sequence[Record]) -> Iterator[str]:
    """Text for each written condition that never came: its place, and what it waits for; no speech."""
    document = resolved.document
    if result.reason not in BY_LIMIT or document.end is None or ("end",) not in resolved.places.known:
        return
    happened = Happenings.of(records, result.failures)
    for index, end in enumerate(document.end.any):
        if isinstance(end, EventKeys):
            pattern, text = pattern_of(document, end)
            nth = end.nth or 1
            came = [at for at in happened.find(pattern) if end.within is None or at.at <= end.within]
            if len(came) < nth:
                yield f"end.any[{index}] ({with_time(text, nth)}) never came"
        elif end is EndWord.AGENDA_DONE and document.agenda:
            yield f"end.any[{index}] ({end.value}) never came"
