"""Notes on patterns that never come true, which an author waits for in vain.

Each of them is only noted: an app can add participants and tools while the meeting runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from trialogue.model.expectations import OF_SESSIONS, Happening
from trialogue.scenario.ears import has_ear
from trialogue.scenario.expect_keys import ExpectationKeys
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Path, path_text
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.vocabulary import Seat

__all__ = ["never_notes"]

_LOST = "session-lost"
_OF_SPEAKERS = frozenset(
    (Happening.GRANTED, Happening.HEARD, Happening.INTERRUPTED, Happening.HAND, Happening.TIMEOUT)
)


def never_notes(document: Document) -> Iterator[str]:
    """Line for each pattern that never comes true, with the reason."""
    for path, event in _events(document):
        for key, why in _faults(document, event, is_expected=path[0] == "expect"):
            yield f"{path_text((*path, key))}: {why}"


def _faults(document: Document, event: EventKeys, *, is_expected: bool) -> Iterator[tuple[str, str]]:
    """Reasons for which an event never comes, each with its key."""
    if event.error == _LOST:
        when = (
            "is an error only of a meeting in which no agent was heard" if is_expected else "is no error here"
        )
        told = f"{_LOST} {when}: write {{participant: NAME, event: lost}}"
        yield "error", told
    limit = document.run.limits.time if document.run and document.run.limits else None
    if event.at is not None and limit is not None and not math.isinf(limit) and event.at > limit:
        yield "at", f"never comes: the meeting ends after {write_duration(limit)} (run.limits.time)"
    seat = document.cast.get(event.by or "")
    if seat is not None and event.tool is not None and event.tool not in (seat.tools or ()):
        yield "by", f"never comes: {event.by} does not have the tool {event.tool}"
    if seat is not None and (event.error or "").startswith("tool-") and not seat.tools:
        yield "by", f"never comes: {event.by} has no tools"
    yield from _of_seats(document, event)


def _of_seats(document: Document, event: EventKeys) -> Iterator[tuple[str, str]]:
    """Reasons that are of the participant who is meant."""
    seat = document.cast.get(event.participant or "")
    if seat is not None and event.event in {Happening.JOINED, Happening.LEFT}:
        yield "event", "comes only where an app adds or removes participants while the meeting runs"
    if seat is not None and event.event in OF_SESSIONS and not _has_session(seat):
        yield "event", f"never comes: {event.participant} has no session, whose events these are"
    said = event.said.by if event.said is not None else None
    speaks = event.participant if event.event in {None, *_OF_SPEAKERS} else None
    for key, name in (("participant", speaks), ("speaking", event.speaking), ("said", said)):
        silent = document.cast.get(name or "")
        if silent is not None and silent.role is Seat.OBSERVER:
            yield key, f"never comes: {name} is an observer and never speaks"


def _has_session(seat: AgentKeys) -> bool:
    return not seat.is_person or has_ear(seat)


def _events(document: Document) -> Iterator[tuple[Path, EventKeys]]:
    """Every event that something waits for; not those that are not to happen."""
    for name, seat in document.cast.items():
        for index, clip in enumerate(seat.via.clips if isinstance(seat.via, ClipsKeys) else ()):
            yield ("cast", name, "via", "clips", index, "when"), clip.when
    for index, point in enumerate(document.agenda or ()):
        if point.done_when is not None:
            yield ("agenda", index, "done_when"), point.done_when
    for index, end in enumerate(document.end.any if document.end else ()):
        if isinstance(end, EventKeys):
            yield ("end", "any", index), end
    for index, fault in enumerate(document.faults or ()):
        yield ("faults", index, "when"), fault.when
    yield from _expected(document)


def _expected(document: Document) -> Iterator[tuple[Path, EventKeys]]:
    expect = document.expect
    for index, keys in enumerate(expect.always or () if expect else ()):
        for part in ("when", "then"):
            event = getattr(keys, part)
            if isinstance(event, EventKeys):
                yield ("expect", "always", index, part), event
    for index, event in enumerate(expect.in_order or () if expect else ()):
        yield ("expect", "in_order", index), event
    for index, event in enumerate(expect.never or () if expect else ()):
        if event.error == _LOST:
            yield ("expect", "never", index), EventKeys(error=event.error)
    for index, keys in enumerate(expect.at_end or () if expect else ()):
        if not _is_excluded(keys):
            yield ("expect", "at_end", index), keys


def _is_excluded(keys: ExpectationKeys) -> bool:
    """Whether an event is expected not to happen."""
    times = keys.times or keys.called
    return times is not None and times.max == 0
