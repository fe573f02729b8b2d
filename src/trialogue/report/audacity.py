"""Audacity labels: who says what from when to when, beside the recording in an editor of sound."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import labels, subtitles


def audacity(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """One line an utterance: start and end in seconds and the label, with tabs between."""
    names = labels(plan)
    return "".join(
        f"{each.start_ms / 1000:.6f}\t{each.end_ms / 1000:.6f}\t"
        f"{names.get(each.participant, each.participant)}: {each.text}\n"
        for each in subtitles(utterances)
    )
