"""Meetings of which only the sound's times are known: an RTTM file, read as a meeting of people.

Nobody was granted anything in them, so measures of the floor, of sessions and of latency say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.events import Event, MeetingStarted, SpeechStarted, SpeechStopped
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.stretches import Stretch, joined


def foreign_meeting(name: str, heard: Iterable[Stretch]) -> tuple[MeetingPlan, tuple[Record, ...]]:
    """A plan of people, and records of their speech; what they said is not known."""
    ordered = sorted(heard, key=lambda each: (each.start_s, each.end_s, each.participant))
    sound = [each for each in joined(ordered) if each.length_s > 0]
    cast = tuple(Participant(who, kind=Kind.HUMAN) for who in sorted({each.participant for each in sound}))
    facts: list[tuple[float, Event]] = [(0.0, MeetingStarted())]
    for each in sound:
        facts.append((each.start_s, SpeechStarted(each.participant, each.start_s)))
        facts.append((each.end_s, SpeechStopped(each.participant, each.end_s)))
    facts.sort(key=lambda fact: (fact[0], isinstance(fact[1], SpeechStarted)))
    records = tuple(Record(seq, at, event, ()) for seq, (at, event) in enumerate(facts, 1))
    return MeetingPlan(name, cast), records
