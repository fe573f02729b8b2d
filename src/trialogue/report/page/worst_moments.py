"""Moments of a meeting that are worth a look, the worst first: the page opens there, and `n` goes on.

1. First come unmet expectations, in order of time; then failures; then faults that the meeting survived, such
   as lost sessions; then the longest silence; then warnings; then the other long silences.
2. The longest silence counts from `LEAST_S`, others from `SILENCE_S`; those before the first sound and after
   the last count, too.
3. The same failure of the same participant within `SAME_S` is one moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from trialogue.report.page.fold import Mark
from trialogue.report.stretches import Stretch, joined
from trialogue.values import frozen

__all__ = ["Highlight", "worst_moments"]

SILENCE_S: Final = 2.0
"""Seconds from which a silence is worth a look."""

LEAST_S: Final = 0.5
"""Seconds from which the longest silence is worth a look."""

SILENCES: Final = 5
"""Most silences that are listed."""

SAME_S: Final = 5.0
"""Seconds within which a repeated failure is no moment of its own."""

MOST: Final = 200
"""Most moments that are listed."""

What = Literal["failure", "fault", "silence", "warning"]


@frozen
class Highlight:
    """Moment that is worth a look."""

    at: float
    """Its beginning, in seconds since the meeting's start."""

    what: What
    """Kind of moment."""

    text: str
    """One line for people."""

    participant: str | None = None
    """Participant concerned, if any."""


def worst_moments(
    marks: Iterable[Mark], heard: Sequence[Stretch], duration_s: float, missed: Iterable[Highlight] = ()
) -> tuple[Highlight, ...]:
    """All moments, the worst first; `missed` are the unmet expectations, and as warnings others of note."""
    told, missed = list(_noted(marks)), list(missed)
    unmet = _distinct(each for each in missed if each.what == "failure")
    failed = _distinct(each for each in told if each.what == "failure")
    faults = _distinct(each for each in told if each.what == "fault")
    warned = _distinct(each for each in (*told, *missed) if each.what == "warning")
    quiet = sorted(_silences(heard, duration_s), key=lambda each: (each[0] - each[1], each[0]))[:SILENCES]
    silent = [Highlight(start, "silence", f"{end - start:.1f} s of silence") for start, end in quiet]
    long = [each for each, (start, end) in zip(silent, quiet, strict=True) if end - start >= SILENCE_S]
    return (*unmet, *failed, *faults, *silent[:1], *warned, *long[1:])[:MOST]


def _noted(marks: Iterable[Mark]) -> Iterator[Highlight]:
    for mark in marks:
        at, who = mark.get("at"), mark.get("who")
        if not isinstance(at, int | float) or not (who is None or isinstance(who, str)):
            continue
        match mark:
            case {"k": "note", "level": "failure", "code": code, "text": text}:
                yield Highlight(at, "failure", f"{code}: {text}", who)
            case {"k": "note", "level": "warning", "code": code, "text": text}:
                yield Highlight(at, "warning", f"{code}: {text}", who)
            case {"k": "away", "text": text}:
                yield Highlight(at, "fault", f"session lost: {text}", who)
            case {"k": "fault", "text": text}:
                yield Highlight(at, "fault", f"fault of the scenario: {text}", who)
            case {"k": "result", "outcome": "failed" | "timed-out" | "unknown" as outcome, "tool": tool}:
                code = f" ({mark['code']})" if mark.get("code") else ""
                yield Highlight(at, "failure", f"tool {tool}: {outcome}{code}", who)
            case _:
                pass


def _distinct(found: Iterable[Highlight]) -> list[Highlight]:
    last: dict[tuple[str, str | None], float] = {}
    kept: list[Highlight] = []
    for each in sorted(found, key=lambda moment: moment.at):
        key = each.text, each.participant
        if key not in last or each.at - last[key] > SAME_S:
            kept.append(each)
        last[key] = each.at
    return kept


def _silences(heard: Sequence[Stretch], duration_s: float) -> Iterator[tuple[float, float]]:
    """Stretches without a voice that are long enough."""
    silent_since = 0.0
    for each in joined(heard):
        if each.start_s - silent_since >= LEAST_S:
            yield silent_since, each.start_s
        silent_since = max(silent_since, each.end_s)
    if duration_s - silent_since >= LEAST_S:
        yield silent_since, duration_s
