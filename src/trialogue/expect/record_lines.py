"""Records as lines for people: what happened to whom, with texts counted instead of told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from trialogue.journal.personal import masked
from trialogue.model.commands import CancelWake, Command, SetHearing, WakeAt
from trialogue.model.events import Event, LatencyMeasured, VoiceFell, VoiceRose, Woke
from trialogue.model.records import Record
from trialogue.model.text import brief, safe_text

BEFORE: Final = 3
"""Number of records that are told before the one in question."""

AFTER: Final = 2
"""Number of records that are shown after it."""

LONGEST: Final = 160
"""Characters of one line."""

_QUIET_EVENTS: Final = (LatencyMeasured, VoiceFell, VoiceRose, Woke)
_QUIET_COMMANDS: Final = (CancelWake, SetHearing, WakeAt)
_UNTOLD: Final = frozenset({"position_s", "offset_s", "hold_until", "session", "prompt", "request_id", "run"})


def around(records: Sequence[Record], seq: int) -> tuple[str, ...]:
    """The records around one, each on a line; `>` marks the one itself."""
    told = [each for each in records if each.seq == seq or _is_told(each)]
    place = next((index for index, each in enumerate(told) if each.seq >= seq), len(told) - 1)
    shown = told[max(0, place - BEFORE) : place + AFTER + 1] if seq else []
    return tuple(f"{'>' if each.seq == seq else ' '} {line_of(each)}" for each in shown)


def line_of(record: Record) -> str:
    """One record on a line: when, what, and what was decided."""
    decided = [_described(each) for each in record.commands if not isinstance(each, _QUIET_COMMANDS)]
    answer = f" -> {'; '.join(decided)}" if decided else ""
    told = brief(safe_text(f"{_described(record.event)}{answer}"), LONGEST)
    return f"{record.at:8.2f} s  {told}"


def _is_told(record: Record) -> bool:
    decided = any(not isinstance(each, _QUIET_COMMANDS) for each in record.commands)
    return decided or not isinstance(record.event, _QUIET_EVENTS)


def _described(value: Event | Command) -> str:
    return " ".join([type(value).__name__, *_words(masked(value))])


def _words(value: attrs.AttrsInstance) -> Iterator[str]:
    for each in attrs.fields(type(value)):
        if each.name in _UNTOLD:
            continue
        found: object = getattr(value, each.name)
        match found:
            case None | False | "":
                pass
            case float():
                yield f"{found:.2f}"
            case int():
                yield f"{each.name} {found}"
            case str():
                yield found
            case _:
                pass  # a value with fields of its own
