"""Tiers of annotation formats: a row of labels for each participant, without overlaps."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from attrs import evolve

from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import Subtitle, labels, subtitles


def tiers(plan: MeetingPlan, utterances: Iterable[Utterance]) -> dict[str, tuple[Subtitle, ...]]:
    """Label and utterances of each participant, by their beginning, in the order of the table.

    An utterance that begins before the end of the one before begins at that end; one that lies within it is
    joined to its words. A silent participant has an empty row. Participants with the same label are
    distinguished by their names.
    """
    names = labels(plan)
    doubled = {label for label in names.values() if list(names.values()).count(label) > 1}
    rows: dict[str, tuple[Subtitle, ...]] = dict.fromkeys(names, ())
    ordered = sorted(subtitles(utterances), key=lambda each: each.participant)
    for name, said in groupby(ordered, key=lambda each: each.participant):
        rows[name] = _without_overlap(said)
    return {
        (f"{names.get(name, name)} ({name})" if names.get(name) in doubled else names.get(name, name)): row
        for name, row in rows.items()
    }


def _without_overlap(said: Iterable[Subtitle]) -> tuple[Subtitle, ...]:
    done: list[Subtitle] = []
    for each in said:
        end = done[-1].end_ms if done else 0
        if done and each.end_ms <= end:
            done[-1] = evolve(done[-1], text=f"{done[-1].text} {each.text}")
        else:
            done.append(evolve(each, start_ms=max(each.start_ms, end)))
    return tuple(done)
