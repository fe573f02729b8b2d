"""What subtitle formats share: which words are shown when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from trialogue.model.plan import MeetingPlan
from trialogue.model.text import safe_text
from trialogue.model.transcript import Utterance

CUT: Final = "[interrupted]"
"""What stands after words that were cut off."""


@frozen
class Subtitle:
    """Words with the stretch of time in which they are shown."""

    start_ms: int
    """From when, in milliseconds since the meeting's start."""

    end_ms: int
    """Until when; always later than `start_ms`."""

    participant: str
    """Who says them."""

    text: str
    """One safe line, not yet escaped for any format. Personal."""


def subtitles(utterances: Iterable[Utterance]) -> tuple[Subtitle, ...]:
    """The utterances of which at least a word was heard, by their beginning."""
    made = [_subtitle(each) for each in utterances if safe_text(each.heard)]
    return tuple(sorted(made, key=lambda each: (each.start_ms, each.end_ms)))


def stamp(milliseconds: int, point: str) -> str:
    """`HH:MM:SS` and the milliseconds after a point or a comma."""
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"


def labels(plan: MeetingPlan) -> dict[str, str]:
    """What each participant is called in front of people, by name."""
    return {each.name: safe_text(each.label) for each in plan.participants}


def _subtitle(utterance: Utterance) -> Subtitle:
    start = max(0, round(utterance.start_s * 1000))
    end = max(start + 1, round(utterance.end_s * 1000))
    text = safe_text(utterance.heard)
    return Subtitle(start, end, utterance.participant, f"{text} {CUT}" if utterance.was_cut else text)
