"""Conversion of an author's keys into patterns for the meeting, for all places with patterns."""

from __future__ import annotations

import re

from trialogue.model.expectations import (
    AgendaPattern,
    EndPattern,
    ErrorPattern,
    EventPattern,
    Happening,
    SeatPattern,
    SoundPattern,
    SpokenPattern,
    TimePattern,
    ToolPattern,
    Trigger,
)
from trialogue.model.plan import Said
from trialogue.scenario.patterns import EventKeys, SpokenKeys
from trialogue.scenario.schema import Document

__all__ = ["awaited_of", "pattern_of", "trigger_of", "with_time"]


def trigger_of(document: Document, keys: EventKeys, own: str | None = None) -> Trigger:
    """Trigger of an action; `own` is the participant whose grant `granted` means."""
    pattern, _ = pattern_of(document, keys, own)
    return Trigger(pattern, keys.nth or 1, keys.after or 0.0, keys.within)


def awaited_of(document: Document, keys: EventKeys) -> Said | Trigger:
    """Pattern that ends a meeting or a point of its agenda."""
    said = keys.said
    if said is not None and keys == EventKeys(said=SpokenKeys(match=said.match, by=said.by)):
        return Said(match=said.match or "", by=said.by)
    return trigger_of(document, keys)


def pattern_of(document: Document, keys: EventKeys, own: str | None = None) -> tuple[EventPattern, str]:
    """Pattern for the keys, and its description in words."""
    by = f" by {keys.by}" if keys.by else ""
    if keys.said is not None:
        return _spoken(document, keys.said)
    if keys.speaking is not None:
        long = f" for {keys.for_:g} s" if keys.for_ else ""
        return SoundPattern(keys.speaking, keys.for_ or 0.0), f"{keys.speaking} is heard{long}"
    if keys.agenda is not None:
        event = keys.event or Happening.STARTED
        return AgendaPattern(keys.agenda, event), f"agenda {keys.agenda} {event.value}"
    if keys.participant is not None:
        event = keys.event or Happening.HEARD
        return SeatPattern(keys.participant, event), f"{keys.participant} {event.value}"
    if keys.tool is not None:
        pattern = ToolPattern(keys.tool, keys.by, keys.outcome, keys.arguments, keys.result)
        outcome = f" {keys.outcome}" if keys.outcome else " called"
        with_ = f" with /{keys.arguments}/" if keys.arguments else ""
        gives = f" giving /{keys.result}/" if keys.result else ""
        return pattern, f"tool {keys.tool}{outcome}{by}{with_}{gives}"
    if keys.granted:
        name = own or ""
        return SeatPattern(name, Happening.GRANTED), f"{name} granted"
    if keys.at is not None:
        return TimePattern(keys.at), f"{keys.at:g} s have passed"
    if keys.ended is not None:
        return EndPattern(keys.ended), f"the meeting ends by {keys.ended}"
    code = None if keys.error in {None, "any"} else keys.error
    return ErrorPattern(code, keys.by), f"{code or 'any'} error{by}"


def with_time(text: str, nth: int | None) -> str:
    """Description of an event with its number, from the second on: `ann granted, the 3rd time`."""
    if nth is None or nth == 1:
        return text
    ending = {1: "st", 2: "nd", 3: "rd"}.get(nth % 10 if nth % 100 not in {11, 12, 13} else 0, "th")
    return f"{text}, the {nth}{ending} time"


def _spoken(document: Document, said: SpokenKeys) -> tuple[EventPattern, str]:
    matches = [said.match] if said.match is not None else []
    words = [f"/{said.match}/"] if said.match is not None else []
    if said.number is not None:
        words.append(f"the number {said.number:,.10g}")
    if said.name is not None:
        called = "|".join(re.escape(each) for each in _called(document, said.name))
        matches.append(rf"(?i)(?:^|\W)(?:{called})(?:\W|$)")  # \b would need a letter at both ends
        words.append(f"the name of {said.name}")
    by = f" by {said.by}" if said.by else ""
    pattern = SpokenPattern(tuple(matches), said.by, said.number)
    return pattern, f"{' and '.join(words)} said{by}"


def _called(document: Document, name: str) -> tuple[str, ...]:
    """Names that speech uses for a participant."""
    seat = document.cast[name]
    spoken = name.replace("_", " ").replace("-", " ")
    return tuple(dict.fromkeys((spoken, *((seat.title,) if seat.title else ()), *(seat.aliases or ()))))
