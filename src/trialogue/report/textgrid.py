"""TextGrid: the transcript for Praat, one interval tier a participant (manual, "TextGrid file formats")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialogue.model.clock_time import milliseconds
from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import Subtitle
from trialogue.report.tiers import tiers


def textgrid(plan: MeetingPlan, utterances: Iterable[Utterance], length_s: float) -> str:
    """Transcript in the long text format; intervals without words are empty, quotes are doubled."""
    rows = tiers(plan, utterances)
    end_ms = max([milliseconds(length_s), 1, *(row[-1].end_ms for row in rows.values() if row)])
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {end_ms / 1000:.3f}",
        "tiers? <exists>",
        f"size = {len(rows)}",
        "item []:",
    ]
    for number, (label, row) in enumerate(rows.items(), 1):
        lines += _tier(number, label, row, end_ms)
    return "\n".join(lines) + "\n"


def _tier(number: int, label: str, row: Sequence[Subtitle], end_ms: int) -> list[str]:
    parts = _with_rests(row, end_ms)
    lines = [
        f"    item [{number}]:",
        '        class = "IntervalTier"',
        f"        name = {_quoted(label)}",
        "        xmin = 0",
        f"        xmax = {end_ms / 1000:.3f}",
        f"        intervals: size = {len(parts)}",
    ]
    for place, (start, end, text) in enumerate(parts, 1):
        lines += [
            f"        intervals [{place}]:",
            f"            xmin = {start / 1000:.3f}",
            f"            xmax = {end / 1000:.3f}",
            f"            text = {_quoted(text)}",
        ]
    return lines


def _with_rests(row: Sequence[Subtitle], end_ms: int) -> list[tuple[int, int, str]]:
    """Words and the empty stretches between them: a tier has no gaps."""
    parts: list[tuple[int, int, str]] = []
    at = 0
    for each in row:
        if each.start_ms > at:
            parts.append((at, each.start_ms, ""))
        parts.append((each.start_ms, each.end_ms, each.text))
        at = each.end_ms
    return [*parts, (at, end_ms, "")] if at < end_ms else parts


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
