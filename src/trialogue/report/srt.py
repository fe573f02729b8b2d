"""SubRip: subtitles that every player reads. The format has no standard and no escapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import Subtitle, captions, labels, lines, stamp

_LOOKALIKES: Final = str.maketrans({"<": "\u2039", ">": "\u203a", "{": "(", "}": ")"})
r"""Replacements: players read `<...>` and `{\...}` as markup and `-->` as a time, without any escape."""


@checks_arguments
def srt(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """Transcript as SubRip; a block for each sentence, its speaker before the words.

    Angle brackets and braces become similar characters without a meaning.
    """
    names = labels(plan)
    blocks = [_block(number, each, names) for number, each in enumerate(captions(utterances), 1)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _block(number: int, cue: Subtitle, names: dict[str, str]) -> str:
    said = f"{names.get(cue.participant, cue.participant)}: {cue.text}".translate(_LOOKALIKES)
    return f"{number}\n{stamp(cue.start_ms, ',')} --> {stamp(cue.end_ms, ',')}\n{lines(said)}"
