"""Markdown: the transcript for readers (CommonMark 0.31 with GitHub's tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.model.clock_time import bounded
from trialogue.model.commands import EndMeeting, MoveAgenda
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.text import safe_text
from trialogue.model.transcript import Utterance
from trialogue.report.cast import with_everybody
from trialogue.report.cues import CUT, labels
from trialogue.report.tools import ToolRecord, tool_calls

_ACTIVE: Final = re.compile(r"[\\`*_\[\]<~|$#!]|&(?=[#\w])")
_AGENDA, _TOOL, _SPEECH = range(3)

_Entry = tuple[float, int, str]
"""Moment, kind (which orders those of one moment), and paragraph."""


@checks_arguments
def markdown(
    plan: MeetingPlan,
    utterances: Sequence[Utterance],
    records: Sequence[Record],
    *,
    started: datetime | None = None,
) -> str:
    """Transcript: title, date, cast, then agenda, speech and tools in order, and the end's reason.

    `started` is the time of day at the meeting's start; without it there is no date. All characters with a
    meaning in Markdown are escaped, so no text of participants, services or tools makes markup.
    """
    plan = with_everybody(plan, records)
    names = labels(plan)
    entries = [
        *_agenda(plan, records),
        *((call.at, _TOOL, _tool(call, names)) for call in tool_calls(records)),
        *((each.start_s, _SPEECH, _speech(each, names)) for each in utterances),
    ]
    head = [f"# {escaped(plan.name)}", *_date(started), _cast(plan.participants)]
    body = [paragraph for _, _, paragraph in sorted(entries, key=lambda entry: entry[:2])]
    return "\n\n".join([*head, *body, "---", _ending(records)]) + "\n"


def escaped(text: str) -> str:
    """One safe line with Markdown's characters escaped."""
    return _ACTIVE.sub(r"\\\g<0>", safe_text(text))


def _date(started: datetime | None) -> Iterator[str]:
    if started is not None:
        yield f"{started.day} {started:%B %Y, %H:%M %Z}"


def _cast(participants: Iterable[Participant]) -> str:
    rows = (f"| {escaped(each.label)} | {each.role.value} | {each.kind.value} |\n" for each in participants)
    return ("| Participant | Role | Kind |\n| --- | --- | --- |\n" + "".join(rows)).rstrip("\n")


def _agenda(plan: MeetingPlan, records: Iterable[Record]) -> Iterator[_Entry]:
    titles = {item.id: item.title for item in plan.agenda}
    for record in records:
        for command in record.commands:
            if isinstance(command, MoveAgenda) and command.item is not None:
                title = titles.get(command.item, command.item)
                yield record.at, _AGENDA, f"## {escaped(title)}"


def _speech(utterance: Utterance, names: dict[str, str]) -> str:
    words = escaped(utterance.heard)
    cut = f"*\\{CUT[:-1]}\\]*" if utterance.was_cut else ""
    line = f"**{_name(utterance.participant, names)}** ({_clock(utterance.start_s)})"
    return " ".join(part for part in (line, words, cut) if part)


def _tool(call: ToolRecord, names: dict[str, str]) -> str:
    took = f" after {call.duration_s:.1f} s" if call.duration_s else ""
    who = _name(call.participant, names)
    return f"> {who} ({_clock(call.at)}) called {escaped(call.tool)}: {call.outcome}{took}"


def _ending(records: Iterable[Record]) -> str:
    for record in records:
        for command in record.commands:
            if isinstance(command, EndMeeting):
                return f"Ended at {_clock(record.at)}: {escaped(command.reason)}."
    return "The records stop before the meeting ended."


def _name(participant: str, names: dict[str, str]) -> str:
    return escaped(names.get(participant, participant))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(bounded(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
