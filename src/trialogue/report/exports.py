"""The one list of files that are made of a meeting for others to read: each is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.audacity import audacity
from trialogue.report.chat import chat
from trialogue.report.eaf import eaf
from trialogue.report.markdown import markdown
from trialogue.report.perfetto import perfetto
from trialogue.report.rttm import rttm
from trialogue.report.srt import srt
from trialogue.report.stretches import stretches
from trialogue.report.textgrid import textgrid
from trialogue.report.turns_csv import turns_csv
from trialogue.report.webvtt import webvtt
from trialogue.values import frozen


@frozen
class HeldMeeting:
    """A meeting that is over, as exports see it."""

    plan: MeetingPlan
    """Its plan."""

    utterances: tuple[Utterance, ...]
    """Utterances, as they were heard."""

    records: tuple[Record, ...]
    """Everything that happened."""

    started: datetime | None = None
    """The time of day of its start; None under a virtual clock."""

    @property
    def length_s(self) -> float:
        """Length of the meeting, in seconds."""
        return self.records[-1].at if self.records else 0.0


@frozen
class Export:
    """One format in which a meeting can be had."""

    file: str
    """Name of its file in a run's directory."""

    about: str
    """Use of it, in a few words."""

    make: Callable[[HeldMeeting], str | bytes]
    """Function that makes its content."""

    is_kept: bool = False
    """Whether each run has it from its end on; else it is made when it is asked for."""

    @checks_arguments
    def content(self, held: HeldMeeting) -> bytes:
        """The file's bytes. SetupError where a package is missing."""
        made = self.make(held)
        return made.encode() if isinstance(made, str) else made


def _markdown(held: HeldMeeting) -> str:
    return markdown(held.plan, held.utterances, held.records, started=held.started)


EXPORTS: Final[Mapping[str, Export]] = MappingProxyType(
    {
        "vtt": Export(
            "transcript.vtt", "WebVTT subtitles", lambda held: webvtt(held.plan, held.utterances), True
        ),
        "srt": Export("transcript.srt", "SRT subtitles", lambda held: srt(held.plan, held.utterances), True),
        "md": Export("transcript.md", "Markdown, to read", _markdown, True),
        "rttm": Export(
            "transcript.rttm",
            "RTTM: who spoke when, for diarization tools",
            lambda held: rttm(held.plan, stretches(held.records)),
            True,
        ),
        "csv": Export(
            "turns.csv", "CSV, a row an utterance", lambda held: turns_csv(held.plan, held.utterances)
        ),
        "textgrid": Export(
            "transcript.TextGrid",
            "Praat TextGrid, a tier a participant",
            lambda held: textgrid(held.plan, held.utterances, held.length_s),
        ),
        "eaf": Export(
            "transcript.eaf",
            "ELAN annotation, a tier a participant",
            lambda held: eaf(held.plan, held.utterances, held.started),
        ),
        "chat": Export("transcript.cha", "CHAT, for CLAN", lambda held: chat(held.plan, held.utterances)),
        "audacity": Export(
            "labels.txt", "Audacity labels", lambda held: audacity(held.plan, held.utterances)
        ),
        "perfetto": Export(
            "meeting.pftrace",
            "Perfetto trace: actors as tracks, grants as flows",
            lambda held: perfetto(held.plan, held.records),
        ),
    }
)
"""Each format's name, and what makes its file."""

KEPT: Final = tuple(each.file for each in EXPORTS.values() if each.is_kept)
"""The files that each run has from its end on."""
