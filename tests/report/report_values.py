"""A meeting with everything that reports tell of: a cut, a tool, a lost session, an agenda."""

from trialogue.model.commands import (
    AnswerTool,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    Report,
    RunTool,
    StopPlayout,
)
from trialogue.model.events import (
    ActorCrashed,
    InjectionRefused,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.participants import Kind, Participant, Role
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance

PLAN = MeetingPlan(
    "Stand-up <1>",
    (
        Participant("ada", Role.CHAIR, title="Chair & host"),
        Participant("tech_lead"),
        Participant("eve", Role.OBSERVER),
        Participant("kim", kind=Kind.HUMAN),
    ),
    seed=7,
    agenda=(AgendaItem("news", "What is *new*?"), AgendaItem("next", "What is next?")),
)


def said(name, turn, stretch, heard, intended=None, cause="finished"):
    """An utterance; where no more was meant than was heard, `intended` is left out."""
    return Utterance(name, turn, *stretch, heard, heard if intended is None else intended, cause)


UTTERANCES = (
    said("ada", 1, (2.0, 6.0), "Good morning. <b>Who</b> is --> first?"),
    said(
        "tech_lead",
        2,
        (7.0, 11.5),
        "We fixed the\nbuild and",
        "We fixed the\nbuild and shipped.",
        "interrupted",
    ),
    said("kim", 3, (11.0, 13.0), "Wait, {really}?"),
    said("tech_lead", 4, (3700.25, 3701.0), "", "Yes.", "hold-limit"),
)


def records(*facts):
    """Records of these facts: each is when, what, and then the commands."""
    return tuple(
        Record(seq, at, event, tuple(commands)) for seq, (at, event, *commands) in enumerate(facts, 1)
    )


def grant(to, turn, at):
    return GrantFloor(to, turn, "next in order", at + 90.0)


SEARCH = ("c1", "search_it")

MEETING = records(
    (0.0, MeetingStarted(), MoveAgenda("news", "opened")),
    (0.5, SessionReady("ada", 1)),
    (1.0, SessionReady("tech_lead", 1), grant("ada", 1, 1.0)),
    (2.0, PlaybackStarted("ada", 1, 1, 2.0)),
    (3.0, SessionLost("tech_lead", 1, "1006 going away", 0.4)),
    (4.5, SessionReady("tech_lead", 2)),
    (
        6.0,
        PlaybackFinished("ada", 1, 1, 6.0, 4.0, "complete"),
        EndTurn("ada", 1, "finished"),
        grant("tech_lead", 2, 6.0),
    ),
    (
        6.2,
        InjectionRefused("tech_lead", 2, "user is speaking"),
        Report("refused", "try again", "tech_lead", "failure"),
    ),
    (
        6.5,
        ToolRequested("tech_lead", 2, "c1", "search_it", "{}"),
        RunTool("tech_lead", "c1", "search_it", "{}"),
    ),
    (
        6.8,
        ToolFinished("tech_lead", "c1", "succeeded", "42"),
        AnswerTool("tech_lead", 2, "c1", "search_it", "42"),
    ),
    (7.0, PlaybackStarted("tech_lead", 2, 1, 7.0)),
    (11.0, SpeechStarted("kim", 11.0), StopPlayout("tech_lead", 2), EndTurn("tech_lead", 2, "interrupted")),
    (11.5, PlaybackFinished("tech_lead", 2, 1, 11.5, 4.5, "cut")),
    (13.0, SpeechStopped("kim", 13.0), MoveAgenda("next", "done")),
    (14.0, ToolRequested("ada", 1, "c2", "give_floor", "{}"), AnswerTool("ada", 1, "c2", "give_floor", "ok")),
    (15.0, ActorCrashed("recorder", "OSError")),
    (16.0, SessionFailed("tech_lead", "402 out of credit", refused=True)),
    (20.0, StopAsked("hung-up"), MoveAgenda(None, "done"), EndMeeting("hung-up")),
)
