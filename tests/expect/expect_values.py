"""Meetings of a few records, and scenarios of a few lines, to be held against each other."""

from trialogue.brain.words.transcript import utterances
from trialogue.expect import HeldRecords, judge
from trialogue.model.commands import AnswerTool, EndMeeting, EndTurn, GrantFloor, MoveAgenda, Play
from trialogue.model.events import (
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    SentenceSaid,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.records import Record
from trialogue.report.result import Run, result
from trialogue.scenario import loads, resolve

SCENARIO = """
trialogue: 1
name: table
cast:
  ann: {role: chair, title: Doctor Ann, lines: [Hello.]}
  ben: {lines: [Hi.], tools: [price]}
tools: {price: {mock: {result: 8}}}
agenda: [{id: cost, title: Cost, time: 1m}, {id: done, title: Done}]
"""


def expecting(text):
    """The scenario with these lines under `expect`."""
    return resolve(loads(f"{SCENARIO}expect:\n{text}"))


def numbered(*rows):
    """Records of (at, event, *commands)."""
    return tuple(Record(seq, at, event, commands) for seq, (at, event, *commands) in enumerate(rows, start=1))


def turn(number, name, begin, end, words, cause="finished"):
    """Rows of one turn that is heard whole: its grant is the row before."""
    return (
        (begin, SentenceSaid(name, number, words, 0.0), Play(name, number, number)),
        (begin, ReplySent(name, number, end - begin)),
        (begin, PlaybackStarted(name, number, number, begin)),
        (
            end,
            PlaybackFinished(name, number, number, end, end - begin, "complete"),
            EndTurn(name, number, cause),
        ),
    )


MEETING = numbered(
    (0.0, MeetingStarted(), MoveAgenda("cost", "opened"), GrantFloor("ann", 1, "opening", 90.0)),
    (0.5, SessionReady("ann", 1)),
    (0.5, SessionReady("ben", 1)),
    *turn(1, "ann", 1.0, 5.0, "Good morning. What does it cost, Ben?"),
    (5.0, ToolRequested("ben", 1, "c1", "price", '{"item":"edge"}'), GrantFloor("ben", 2, "next", 90.0)),
    (6.0, ToolFinished("ben", "c1", "succeeded", '{"sum":8}'), AnswerTool("ben", 1, "c1", "price", "8")),
    *turn(2, "ben", 7.0, 11.0, "It costs nine thousand a month, Doctor Ann."),
    (12.0, SessionLost("ben", 1, "closed", 1.0), MoveAgenda("done", "done")),
    (15.0, SessionReady("ben", 2), GrantFloor("ann", 3, "next", 90.0)),
    *turn(3, "ann", 15.5, 18.0, "Thank you."),
    (18.0, SessionReady("ben", 2), EndMeeting("agenda-done")),
)
"""Three turns, a call, a session that is lost for three seconds."""


AT_ONCE = numbered(
    (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
    *turn(1, "ann", 1.0, 4.0, "What does it cost, Ben?")[:-1],
    (
        5.0,
        PlaybackFinished("ann", 1, 1, 5.0, 4.0, "complete"),
        EndTurn("ann", 1, "finished"),
        GrantFloor("ben", 2, "next", 90.0),
    ),
    (9.0, SessionReady("ben", 2), EndMeeting("said")),
)
"""A turn whose end is the moment of the next grant."""


def verdict(text, records=MEETING):
    """What comes of these expectations."""
    resolved = expecting(text)
    outcome = result(resolved.plan, records, utterances(records), Run(clock="virtual"))
    return judge(resolved.expectations, HeldRecords(records, outcome))


def missed(text, records=MEETING):
    """The misses, each as (place, kind, at, what happened)."""
    return [(each.place, each.kind, each.at, each.happened) for each in verdict(text, records).misses]
