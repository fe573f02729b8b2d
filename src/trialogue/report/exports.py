"""List of the export formats of a meeting, one line each."""

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
    """Finished meeting, as exports see it."""

    plan: MeetingPlan
    """Plan of the meeting."""

    utterances: tuple[Utterance, ...]
    """Utterances, as heard."""

    records: tuple[Record, ...]
    """Records of all events."""

    started: datetime | None = None
    """Time of day at its start; None in virtual time."""

    @property
    def length_s(self) -> float:
        """Length of the meeting, in seconds."""
        return self.records[-1].at if self.records else 0.0


@frozen
class Export:
    """Export format."""

    file: str
    """Name of its file in a run's directory."""

    about: str
    """Use of it, in a few words."""

    make: Callable[[HeldMeeting], str | bytes]
    """Function that makes its content."""

    is_kept: bool = False
    """Whether each run has the file from its end on; otherwise it is made on request."""

    @checks_arguments
    def content(self, held: HeldMeeting) -> bytes:
        """Bytes of the file. SetupError where a package is missing."""
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
            "turns.csv", "CSV, one row per utterance", lambda held: turns_csv(held.plan, held.utterances)
        ),
        "textgrid": Export(
            "transcript.TextGrid",
            "Praat TextGrid, one tier per participant",
            lambda held: textgrid(held.plan, held.utterances, held.length_s),
        ),
        "eaf": Export(
            "transcript.eaf",
            "ELAN annotation, one tier per participant",
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
"""Export formats by name."""

KEPT: Final = tuple(each.file for each in EXPORTS.values() if each.is_kept)
"""Files that each run has from its end on."""
