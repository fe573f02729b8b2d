"""WebVTT: subtitles with voice spans, for players and browsers (W3C WebVTT, 2019)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from trialogue.arguments import checks_arguments
from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import Subtitle, captions, labels, lines, stamp


@checks_arguments
def webvtt(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """Transcript as WebVTT; a cue for each sentence, its speaker in a voice span.

    `&`, `<` and `>` are written as character references, so no text can open a span or an arrow.
    """
    names = labels(plan)
    blocks = [
        "WEBVTT",
        *(_block(number, each, names) for number, each in enumerate(captions(utterances), 1)),
    ]
    return "\n\n".join(blocks) + "\n"


def _block(number: int, cue: Subtitle, names: dict[str, str]) -> str:
    voice, text = _escaped(names.get(cue.participant, cue.participant)), _escaped(lines(cue.text))
    times = f"{stamp(cue.start_ms, '.')} --> {stamp(cue.end_ms, '.')}"
    return f"{number}\n{times}\n<v {voice}>{text}</v>"


def _escaped(text: str) -> str:
    """Text with `&`, `<` and `>` as character references."""
    return escape(text, quote=False)
