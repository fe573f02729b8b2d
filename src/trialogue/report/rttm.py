"""RTTM: the times of speech, for diarization tools (NIST RT-09 evaluation plan, appendix A)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from trialogue.arguments import checks_arguments
from trialogue.model.events import Event, MeetingStarted, SpeechStarted, SpeechStopped
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.text import safe_text
from trialogue.report.stretches import Stretch, joined


@checks_arguments
def rttm(plan: MeetingPlan, heard: Iterable[Stretch]) -> str:
    """One SPEAKER line for each stretch of heard sound, by its beginning; times in seconds.

    Speech that took no turn is included, and pauses within a turn are not: it has sound, not words. The names
    of the file and the speakers are the plan's, with `_` for white space.
    """
    file = _word(plan.name)
    ordered = sorted(heard, key=lambda each: (each.start_s, each.end_s, each.participant))
    lines = (
        f"SPEAKER {file} 1 {each.start_s:.3f} {each.length_s:.3f} <NA> <NA> "
        f"{_word(each.participant)} <NA> <NA>\n"
        for each in joined(ordered)
        if each.length_s > 0
    )
    return "".join(lines)


def read_rttm(text: str) -> tuple[Stretch, ...]:
    """Stretches of an RTTM file's SPEAKER lines, by their beginning; other lines have no speech.

    `ValueError` for an invalid SPEAKER line, with its number, and for lines of several recordings, each of
    which has times of its own.
    """
    lines = [(line.split(), number) for number, line in enumerate(text.splitlines(), 1)]
    spoken = [(words, number) for words, number in lines if words[:1] == ["SPEAKER"]]
    found = [_stretch(words, number) for words, number in spoken]
    if len(files := list(dict.fromkeys(words[1] for words, _ in spoken))) > 1:
        told = f"{safe_text(files[0])} and {safe_text(files[1])}"
        raise ValueError(f"it has {len(files)} recordings, such as {told}: write a file for each")
    return tuple(sorted(found, key=lambda each: (each.start_s, each.end_s, each.participant)))


def _stretch(words: Sequence[str], number: int) -> Stretch:
    try:
        start_s, length_s, name = float(words[3]), float(words[4]), words[7]
    except (IndexError, ValueError) as error:
        raise ValueError(f"line {number} is not an RTTM SPEAKER line") from error
    if not (isfinite(start_s) and isfinite(length_s) and length_s >= 0):
        raise ValueError(f"line {number} has invalid times")
    return Stretch(name, None, start_s, start_s + length_s)


def _word(name: str) -> str:
    return "_".join(safe_text(name).split()) or "<NA>"


def foreign_meeting(name: str, heard: Iterable[Stretch]) -> tuple[MeetingPlan, tuple[Record, ...]]:
    """Plan with people, whose capitals are the file's, and records of their speech, without words.

    It has no grants, so measures of the floor, of sessions and of latency have no meaning.
    """
    ordered = sorted(heard, key=lambda each: (each.start_s, each.end_s, each.participant))
    sound = [each for each in joined(ordered) if each.length_s > 0]
    names = sorted({each.participant for each in sound})
    cast = tuple(Participant(who, kind=Kind.HUMAN, title="" if who.islower() else who) for who in names)
    facts: list[tuple[float, Event]] = [(0.0, MeetingStarted())]
    for each in sound:
        facts.append((each.start_s, SpeechStarted(each.participant, each.start_s)))
        facts.append((each.end_s, SpeechStopped(each.participant, each.end_s)))
    facts.sort(key=lambda fact: (fact[0], isinstance(fact[1], SpeechStarted)))
    records = tuple(Record(seq, at, event, ()) for seq, (at, event) in enumerate(facts, 1))
    return MeetingPlan(name, cast), records
