"""SubRip: subtitles that every player reads. It has no standard and no escapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.cues import Subtitle, captions, labels, lines, stamp

_LOOKALIKES: Final = str.maketrans({"<": "\u2039", ">": "\u203a", "{": "(", "}": ")"})
"""Players take `<...>` and `{\\...}` for markup and `-->` for a time; nothing can quote them."""


@checks_arguments
def srt(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """The transcript as SubRip; a block a sentence, its speaker before the words.

    Angle brackets and braces become characters that look like them and mean nothing.
    """
    names = labels(plan)
    blocks = [_block(number, each, names) for number, each in enumerate(captions(utterances), 1)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _block(number: int, cue: Subtitle, names: dict[str, str]) -> str:
    said = f"{names.get(cue.participant, cue.participant)}: {cue.text}".translate(_LOOKALIKES)
    return f"{number}\n{stamp(cue.start_ms, ',')} --> {stamp(cue.end_ms, ',')}\n{lines(said)}"
