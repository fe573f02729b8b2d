"""RTTM: who spoke when, for diarization tools (NIST RT-09 evaluation plan, appendix A)."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.plan import MeetingPlan
from trialogue.model.text import safe_text
from trialogue.report.stretches import Stretch, joined


def rttm(plan: MeetingPlan, heard: Iterable[Stretch]) -> str:
    """One SPEAKER line a stretch of sound that was heard, by its beginning; times in seconds.

    Speech that took no turn is there, and pauses within a turn are not: it is sound, not words. The file's
    and the speakers' names are the plan's, with `_` for white space.
    """
    file = _word(plan.name)
    ordered = sorted(heard, key=lambda each: (each.start_s, each.end_s, each.participant))
    lines = (
        f"SPEAKER {file} 1 {each.start_s:.3f} {each.length_s:.3f} <NA> <NA> "
        f"{_word(each.participant)} <NA> <NA>\n"
        for each in joined(ordered)
        if each.length_s > 0
    )
    return "".join(lines)


def _word(name: str) -> str:
    return "_".join(safe_text(name).split()) or "<NA>"
