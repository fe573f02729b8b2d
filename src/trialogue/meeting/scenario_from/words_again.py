"""Speakers of a meeting whose words are known, as agents who say them in the meeting's order.

1. Consecutive cues of one speaker are a turn; the silence before it is its time to think.
2. Agents do not speak at once: a short remark that lies within another's turn is left out, and whatever began
   before another's end begins after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from attrs import evolve

from trialogue.errors import JournalError
from trialogue.meeting.scenario_from.foreign import (
    named,
    read_whole,
    refuse_there,
    slug,
    titled,
    whole_scenario,
    written_length,
)
from trialogue.meeting.scenario_from.new_files import new_files
from trialogue.model.escaped_words import as_written
from trialogue.model.patterns import LONGEST
from trialogue.model.plan import InterruptRules
from trialogue.model.transcript import Utterance
from trialogue.report.foreign import VoicedCue, read_cues
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.variables import literal
from trialogue.values import frozen

__all__ = ["CuesTold", "cues_told", "retell_cues", "utterances_of"]

Keys = dict[str, object]

_SHORT: Final = InterruptRules().backchannel_words
"""Most words of a short remark."""

_WORDS: Final = 5
"""Words of a turn that are expected."""

_LEAST_S: Final = 0.02
"""Shortest silence before a turn, in seconds, that counts."""

_ROOM: Final = 3
"""Factor by which the scenario may last longer than the meeting, since other voices take other times."""


@frozen
class CuesTold:
    """Turns made of a meeting's cues, with what was left out."""

    turns: tuple[VoicedCue, ...]
    """Turns in order, each with all its words."""

    remarks: int
    """Number of short remarks within another's turn that are left out."""

    at_once: int
    """Number of turns that began before the last one was over."""


def cues_told(cues: Iterable[VoicedCue]) -> CuesTold:
    """Turns of a meeting's cues; one without a word, such as a note of music, cannot be said."""
    turns, remarks, at_once = list[VoicedCue](), 0, 0
    for each in cues:
        last = turns[-1] if turns else None
        if not re.search(r"\w", each.text):
            continue
        if last is not None and last.speaker == each.speaker:
            turns[-1] = evolve(last, end_s=max(last.end_s, each.end_s), text=f"{last.text} {each.text}")
        elif last is not None and each.end_s <= last.end_s and len(each.text.split()) <= _SHORT:
            remarks += 1
        else:
            at_once += last is not None and each.start_s < last.end_s
            turns.append(each)
    return CuesTold(tuple(turns), remarks, at_once)


def retell_cues(file: Path, path: Path) -> Path:
    """Write the scenario of a meeting by its words (WebVTT with voice spans), and return where it is.

    JournalError for a file that cannot be read or has no words of anybody, SetupError where the scenario is
    there already.
    """
    told = cues_told(read_whole(file, read_cues))
    if not told.turns:
        raise JournalError(
            f"{file} has no words with a speaker: a cue names its speaker with <v NAME>", path=str(file)
        )
    refuse_there(path)
    names = named(each.speaker for each in told.turns)
    thinks = [told.turns[0].start_s, *(b.start_s - a.end_s for a, b in pairwise(told.turns))]
    scripts: dict[str, list[Keys]] = {name: [] for name in names.values()}
    for each, think in zip(told.turns, thinks, strict=True):
        late: Keys = {"think": write_duration(round(think, 3))} if think >= _LEAST_S else {}
        scripts[names[each.speaker]].append({"say": literal(as_written(each.text)), **late})
    titles = titled(names)
    cast = {
        name: {**titles[name], "think": {"provider": "scripted", "script": scripts[name]}}
        for name in names.values()
    }
    order = [names[each.speaker] for each in told.turns]
    latest_s = max(max(each.start_s, each.end_s) for each in told.turns)
    longest = written_length(file, round(10 + _ROOM * latest_s))
    table = _table(longest, thinks, order)
    expected = [_expected(each, names) for each in told.turns]
    document: Keys = {"name": slug(file.stem), **table, "cast": cast, "expect": {"in_order": expected}}
    with new_files() as files:
        files.write(path, whole_scenario(file, _lacks(told), document))
    return path


def _table(longest: str, thinks: Sequence[float], order: Sequence[str]) -> Keys:
    """Limits and a floor that allow the meeting's length, and slower voices."""
    patience = write_duration(round(20 + max(thinks)))
    return {
        "run": {"clock": "virtual", "limits": {"time": longest, "turns": len(order), "silence": longest}},
        "floor": {
            "policy": "scripted",
            "order": list(order),
            "think": patience,
            "hold": {"max": longest},
            "silence": {"after": longest},
        },
    }


def _expected(cue: VoicedCue, names: dict[str, str]) -> Keys:
    match = "(?i)" + r"\W+".join(re.findall(r"\w+", cue.text)[:_WORDS])
    if len(match) > LONGEST:
        match = match[:LONGEST].rstrip(r"\W+")  # drops an incomplete separator
    return {"said": {"by": names[cue.speaker], "match": match}}


def _lacks(told: CuesTold) -> list[str]:
    lacks = ["the sound: agents say the words, in voices of this machine"]
    if told.remarks:
        lacks.append(f"{told.remarks} short remarks within another's turn")
    if told.at_once:
        lacks.append(f"overlap: {told.at_once} turns began before another's end, and begin after it here")
    return lacks


def utterances_of(told: CuesTold) -> tuple[Utterance, ...]:
    """Turns in the form of utterances, under the scenario's names."""
    names = named(each.speaker for each in told.turns)
    return tuple(
        Utterance(names[each.speaker], number, each.start_s, each.end_s, each.text, each.text, "finished")
        for number, each in enumerate(told.turns, 1)
    )
