"""A meeting with all that a screen shows: a cut, a tool, a lost session, a silent agent, an agenda."""

from trialogue.model.commands import (
    AnswerTool,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    Play,
    Report,
    RunTool,
    StopPlayout,
)
from trialogue.model.events import (
    ActorCrashed,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    StopAsked,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Participant, Role
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.records import Record

PLAN = MeetingPlan(
    "edge cache",
    (
        Participant("ada", Role.CHAIR, title="Moderator"),
        Participant("tech"),
        Participant("biz", title="Business \x1b[31mexpert\x1b[0m"),
        Participant("eve", Role.OBSERVER),
    ),
    seed=7,
    agenda=(
        AgendaItem("pain", "What [red]hurts[/red] today", "tech", 60.0),
        AgendaItem("cost", "What it costs", None, 10.0),
    ),
)


def records(*facts):
    """Records of these facts: each is when, what, and then the commands."""
    return tuple(
        Record(seq, at, event, tuple(commands)) for seq, (at, event, *commands) in enumerate(facts, 1)
    )


def grant(to, turn, at):
    return GrantFloor(to, turn, "next in order", at + 90.0)


MEETING = records(
    (0.0, MeetingStarted()),
    (0.2, SessionReady("ada", 1)),
    (0.3, SessionReady("tech", 1)),
    (0.4, SessionReady("biz", 1), MoveAgenda("pain", "opened"), grant("ada", 1, 0.4)),
    (0.5, SessionReady("eve", 1)),
    (0.9, ReplyStarted("ada", 1)),
    (0.9, SentenceSaid("ada", 1, "Good morning, [bold]all[/bold].", 0.0)),
    (1.0, SentenceSaid("ada", 1, "Tech,\nwhat \x07hurts?", 1.5), Play("ada", 1, 1)),
    (1.1, PlaybackStarted("ada", 1, 1, 1.0)),
    (1.5, ReplySent("ada", 1, 3.0)),
    (
        4.0,
        PlaybackFinished("ada", 1, 1, 4.0, 3.0, "complete"),
        EndTurn("ada", 1, "finished"),
        grant("tech", 2, 4.0),
    ),
    (5.0, SentenceSaid("tech", 1, "Every page waits.", 0.0), Play("tech", 1, 2)),
    (5.1, PlaybackStarted("tech", 2, 1, 5.0)),
    (5.2, SentenceSaid("tech", 1, "And when the link drops, all are out.", 1.5)),
    (5.3, SentenceSaid("tech", 1, "Nobody hears this.", 9.0)),
    (7.5, SessionLost("biz", 1, "1011 internal error", 0.5)),
    (8.0, Woke("hold:2"), Report("hold-warning", "the turn is long", "tech")),
    (8.2, SessionReady("biz", 2)),
    (
        8.5,
        Woke("hold:2"),
        StopPlayout("tech", 2),
        EndTurn("tech", 2, "hold-limit"),
        MoveAgenda("cost", "time"),
        grant("biz", 3, 8.5),
    ),
    (8.52, PlaybackFinished("tech", 2, 1, 8.5, 3.5, "cut")),
    (9.0, ToolRequested("biz", 2, "c1", "price_list", '{"item": 1}'), RunTool("biz", "c1", "price_list", "")),
    (9.9, ToolFinished("biz", "c1", "succeeded", "42"), AnswerTool("biz", 2, "c1", "price_list", "42")),
    (10.5, SentenceSaid("biz", 1, "It costs eight cents.", 0.0), Play("biz", 1, 3)),
    (10.6, PlaybackStarted("biz", 3, 1, 10.5)),
    (12.0, PlaybackFinished("biz", 3, 1, 12.0, 1.5, "complete"), EndTurn("biz", 3, "finished")),
    (12.1, ToolRequested("ada", 1, "c2", "give_floor", "{}"), AnswerTool("ada", 1, "c2", "give_floor", "ok")),
    (12.2, ServiceWarned("biz", "SLOW_THINK_REQUEST", "the model is slow"), grant("tech", 4, 12.2)),
    (18.0, Woke("think:4"), EndTurn("tech", 4, "timeout"), Report("stale", "an old event")),
    (18.5, ActorCrashed("agent:eve", "ValueError")),
    (19.0, SessionFailed("tech", "402 out of credit", refused=True), grant("ada", 5, 19.0)),
    (19.1, SentenceSaid("ada", 2, "We are out of", 0.0), Play("ada", 2, 5)),
    (19.2, PlaybackStarted("ada", 5, 2, 19.2)),
    (
        20.0,
        StopAsked("interrupted"),
        StopPlayout("ada", 5),
        EndTurn("ada", 5, "meeting-ended"),
        EndMeeting("interrupted"),
    ),
)

TOLD = """\
00:00  ── What [red]hurts[/red] today ──
00:01  Moderator         Good morning, [bold]all[/bold].
00:02                    Tech, what hurts?
00:05  Tech              Every page waits.
00:06                    And when the link drops, all are out.
00:07  Business [31mex…  ! lost its session (1011 internal error); reconnects in 0.5 s
00:08  Tech              ! hold-warning: the turn is long
00:08  Business [31mex…  ! is back
00:08  Tech              ! has spoken as long as it may
00:08  ── What it costs ──
00:08  Tech              [interrupted]
00:09  Business [31mex…  → calls price_list
00:09  Business [31mex…  → price_list succeeded after 0.9 s
00:10  Business [31mex…  It costs eight cents.
00:12  Moderator         → calls give_floor
00:12  Business [31mex…  ! warning from its service: SLOW_THINK_REQUEST: the model is slow
00:18  Tech              ! says nothing
00:18                    ! agent:eve crashed: ValueError
00:19  Tech              ! left for good: 402 out of credit
00:19  Moderator         We are out of
00:20                    [interrupted]
00:20  ── ended: you interrupted it ──
"""
"""The whole of it, as it is told."""
