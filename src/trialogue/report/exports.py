"""The one list of files that are made of a meeting for others to read: each is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import frozen

from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.markdown import markdown
from trialogue.report.rttm import rttm
from trialogue.report.srt import srt
from trialogue.report.stretches import stretches
from trialogue.report.webvtt import webvtt


@frozen
class HeldMeeting:
    """A meeting that is over, as exports see it."""

    plan: MeetingPlan
    """Its plan."""

    utterances: tuple[Utterance, ...]
    """What was said, as heard."""

    records: tuple[Record, ...]
    """Everything that happened."""

    started: datetime | None = None
    """The time of day of its start; None under a virtual clock."""


EXPORTS: Final[Mapping[str, Callable[[HeldMeeting], str]]] = MappingProxyType(
    {
        "transcript.vtt": lambda held: webvtt(held.plan, held.utterances),
        "transcript.srt": lambda held: srt(held.plan, held.utterances),
        "transcript.md": lambda held: markdown(
            held.plan, held.utterances, held.records, started=held.started
        ),
        "transcript.rttm": lambda held: rttm(held.plan, stretches(held.records)),
    }
)
"""Each file's name, and what makes its text."""
