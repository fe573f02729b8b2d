"""CSV: one row for each stretch of speech with its words, for spreadsheets and data frames (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from trialogue.model.plan import MeetingPlan
from trialogue.model.text import safe_text
from trialogue.model.transcript import Utterance
from trialogue.report.cues import labels

COLUMNS: Final = (
    "turn",
    "participant",
    "label",
    "start_s",
    "end_s",
    "cause",
    "beside",
    "certain",
    "heard",
    "intended",
)
"""Header of the table: `beside` is the kind of speech beside another's turn, `cause` the reason for the
turn's end.
"""

_FORMULA: Final = frozenset("=+-@")
"""Characters with which a spreadsheet begins a formula."""


def turns_csv(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """Transcript as a table; times in seconds, lines ended by CR LF.

    Words that a spreadsheet would read as a formula get an apostrophe before them.
    """
    names = labels(plan)
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for each in sorted(utterances, key=lambda each: (each.start_s, each.end_s)):
        writer.writerow(
            (
                each.turn,
                _cell(each.participant),
                _cell(names.get(each.participant, each.participant)),
                f"{each.start_s:.3f}",
                f"{each.end_s:.3f}",
                each.cause,
                each.beside,
                str(each.is_certain).lower(),
                _cell(each.heard),
                _cell(each.intended),
            )
        )
    return table.getvalue()


def _cell(text: str) -> str:
    safe = safe_text(text)
    return f"'{safe}" if safe[:1] in _FORMULA else safe
