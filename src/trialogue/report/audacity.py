"""Labels for Audacity: each utterance with its speaker and times, beside the recording in an audio editor."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import labels, subtitles


def audacity(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """Label file: one line an utterance, with start and end in seconds and the label, separated by tabs."""
    names = labels(plan)
    return "".join(
        f"{each.start_ms / 1000:.6f}\t{each.end_ms / 1000:.6f}\t"
        f"{names.get(each.participant, each.participant)}: {each.text}\n"
        for each in subtitles(utterances)
    )
