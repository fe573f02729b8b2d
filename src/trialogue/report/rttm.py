"""RTTM: who spoke when, for diarization tools (NIST RT-09 evaluation plan, appendix A)."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.plan import MeetingPlan
from trialogue.model.text import safe_text
from trialogue.model.transcript import Utterance


def rttm(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """One SPEAKER line an utterance of which sound was heard, by its beginning; times in seconds.

    The file's and the speakers' names are the plan's, with `_` for white space.
    """
    heard = sorted((each.start_s, each.end_s, each.participant) for each in utterances)
    file = _word(plan.name)
    lines = (
        f"SPEAKER {file} 1 {start:.3f} {end - start:.3f} <NA> <NA> {_word(name)} <NA> <NA>\n"
        for start, end, name in heard
        if end > start
    )
    return "".join(lines)


def _word(name: str) -> str:
    return "_".join(safe_text(name).split()) or "<NA>"
