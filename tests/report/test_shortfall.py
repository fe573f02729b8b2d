"""Meetings that ended in order and fell short of what was asked for."""

import pytest
from attrs import evolve
from report_values import records

from trialogue.model.commands import AnswerTool, Cue, EndMeeting, EndTurn, GrantFloor, Prepare
from trialogue.model.events import (
    LineTaken,
    PlaybackStarted,
    RecordingFailed,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.report import Run, result
from trialogue.report.shortfall import Shortfall, shortfall

PLAN = MeetingPlan("m", (Participant("ada"), Participant("ben"), Participant("dana", kind=Kind.HUMAN)))
NO_THOUGHT = ReplyFailed("ada", 1, "FAILED_TO_THINK")
OVER = EndMeeting("silence")
MUTE = [ReplyStarted("ada", 1), SentenceSaid("ada", 1, "Hello.", 0.0), ReplySent("ada", 1, 0.0)]
EMPTY = [ReplyStarted("ada", 1), ReplySent("ada", 1, 0.0)]
HERS = PlaybackStarted("dana", 1, 1, 0.5)


def held(*events):
    return records(*((1.0, event) for event in events), (9.0, Woke("silence"), OVER))


@pytest.mark.parametrize(
    "events",
    [
        [NO_THOUGHT],
        [NO_THOUGHT, ReplyFailed("ben", 2, "FAILED_TO_THINK")],
        [SessionFailed("ada", "refused", refused=True)],
        [SessionLost("ben", 1, "gone", 1.0)],
        [NO_THOUGHT, HERS],
        MUTE,
        [LineTaken("ada", 1, 0), *MUTE],
        EMPTY,
        [*MUTE, NO_THOUGHT],
    ],
    ids=[
        *("no thought", "of all", "refused", "lost", "a person spoke"),
        *("no sound", "a line without sound", "nothing at all", "no sound and no thought"),
    ],
)
def test_nobody_could_speak(events):
    """A meeting in which no agent was heard, because those asked failed, is not ok."""
    assert shortfall(PLAN, held(*events)) is Shortfall.UNSPOKEN
    outcome = result(PLAN, held(*events), (), Run("virtual"))
    assert (outcome.ok, outcome.shortfall) == (False, "unspoken")


@pytest.mark.parametrize(
    "events",
    [
        [],
        [NO_THOUGHT, ReplyStarted("ben", 1)],
        [HERS],
        [SessionLost("ada", 1, "gone", 1.0), ReplyStarted("ada", 1)],
        [*MUTE, ReplyStarted("ben", 1), PlaybackStarted("ben", 1, 1, 0.5)],
        [LineTaken("ada", 1, 0), *EMPTY],
    ],
    ids=[
        *("nobody was asked", "another answered", "a person alone", "after a loss"),
        *("another was heard", "a script that says nothing"),
    ],
)
def test_failures_on_the_way_are_no_shortfall(events):
    """A meeting in which an agent answered is ok, whatever failed on the way."""
    assert shortfall(PLAN, held(*events)) is None
    assert result(PLAN, held(*events), (), Run("virtual")).ok is True


def test_a_lost_recording_is_not_ok():
    """A meeting that lost a recording is not ok, though it went on."""
    events = [ReplyStarted("ada", 1), RecordingFailed("File too large")]
    assert shortfall(PLAN, held(*events)) is Shortfall.UNRECORDED
    assert result(PLAN, held(*events), (), Run("virtual")).ok is False


def test_a_reply_without_sound_is_a_failure():
    """A reply with words and no sound is listed as a failure; an empty reply is not."""
    failures = result(
        PLAN, held(*MUTE, ReplyStarted("ben", 1), ReplySent("ben", 1, 0.0)), (), Run("virtual")
    ).failures
    assert [(each.code, each.participant) for each in failures] == [("unspoken", "ada")]
    warned = ServiceWarned("ada", "SPEAK_REQUEST_FAILED", "No voice.")
    failures = result(PLAN, held(warned, *MUTE), (), Run("virtual")).failures
    assert [(each.code, each.text) for each in failures] == [("unspoken", "No voice.")]


def test_lost_sessions_are_why_nobody_was_heard():
    """A lost session is listed as a failure where no agent was heard, and only there."""
    lost = SessionLost("ada", 1, "INTERNAL_SERVER_ERROR: too little memory", 1.0)
    unheard = result(PLAN, held(lost), (), Run("virtual"))
    assert [(each.code, each.text) for each in unheard.failures] == [("session-lost", lost.reason)]
    assert result(PLAN, held(lost, ReplyStarted("ada", 1)), (), Run("virtual")).failures == ()


def test_a_service_that_never_answers_is_a_shortfall():
    """A meeting whose services were connected, asked and silent is not ok, and names the silent agent."""
    late = (20.0, Woke("think"), EndTurn("ada", 1, "timeout"))
    for begun in ((), ((1.0, ReplyStarted("ada", 1)),)):
        hers = (25.0, Woke("think"), EndTurn("dana", 2, "timeout"))
        kept = records(*begun, late, hers, (30.0, Woke("silence"), OVER))
        outcome = result(PLAN, kept, (), Run("real"))
        assert (outcome.ok, outcome.shortfall) == (False, "unspoken")
        assert [(each.at, each.code, each.participant) for each in outcome.failures] == [
            (20.0, "unspoken", "ada")
        ]


@pytest.mark.parametrize(
    "before",
    [(1.0, PlaybackStarted("ben", 1, 1, 0.5)), (21.0, ReplyStarted("ben", 1))],
    ids=["another was heard", "another answers"],
)
def test_one_late_agent_among_others_is_no_shortfall(before):
    """A meeting in which another agent answered is ok, and so is one in which a person let a turn pass."""
    late = (20.0, Woke("think"), EndTurn("ada", 1, "timeout"))
    kept = records(*sorted([before, late], key=lambda each: each[0]), (30.0, Woke("silence"), OVER))
    assert result(PLAN, kept, (), Run("real")).failures == ()
    hers = records((20.0, Woke("think"), EndTurn("dana", 1, "timeout")), (30.0, Woke("silence"), OVER))
    for kind in (Kind.HUMAN, Kind.RECORDING):
        people = (*PLAN.participants[:2], evolve(PLAN.participants[2], kind=kind))
        assert result(evolve(PLAN, participants=people), hers, (), Run("real")).ok


def _cut_short(at, *events, reason="limit-time"):
    """A meeting that asked ada at 1 s and ended at `at`."""
    ask = (GrantFloor("ada", 1, "order", 60.0), Cue("ada", 1, "It is your turn.", 1))
    over = (Woke(reason), EndTurn("ada", 1, "meeting-ended"), EndMeeting(reason))
    return records((1.0, Woke("ready"), *ask), *events, (at, *over))


@pytest.mark.parametrize("reason", ["limit-time", "silence", "happened"])
def test_a_service_that_is_silent_to_the_end_is_a_shortfall(reason):
    """A meeting whose time is up before a silent service's turn ends is not ok, and names the agent."""
    outcome = result(PLAN, _cut_short(10.0, reason=reason), (), Run("real"))
    assert (outcome.ok, outcome.shortfall) == (False, "unspoken")
    assert [(each.at, each.code, each.participant) for each in outcome.failures] == [
        (10.0, "unspoken", "ada")
    ]
    greets = records(
        (1.0, Woke("ready"), GrantFloor("ada", 1, "order", 60.0)), (10.0, Woke(reason), EndMeeting(reason))
    )
    assert not result(PLAN, greets, (), Run("real")).ok
    called = (1.5, ToolRequested("ada", 1, "c1", "look", "{}"), AnswerTool("ada", 1, "c1", "look", "Yes."))
    assert not result(PLAN, _cut_short(10.0, called), (), Run("real")).ok


HERS_TO_SAY = (1.0, Woke("ready"), GrantFloor("dana", 1, "order", 60.0))
OUT_OF_TIME = (30.0, Woke("time"), EndTurn("dana", 1, "meeting-ended"), EndMeeting("limit-time"))
NOTED = ToolRequested("ada", 1, "c1", "note", "{}")


@pytest.mark.parametrize(
    "happened",
    [
        [(2.0, NOTED), (2.1, Woke("tool"), AnswerTool("ada", 1, "c1", "note", "Noted."))],
        [(2.0, Woke("pause"), Prepare("ada", "Dana may be ready.", 1))],
    ],
    ids=["takes notes", "prepares"],
)
def test_a_meeting_in_which_a_person_spoke_to_its_end_is_no_shortfall(happened):
    """An agent that did not hold the floor, as one that only takes notes, was due to say nothing."""
    kept = records(HERS_TO_SAY, *happened, OUT_OF_TIME)
    assert result(PLAN, kept, (), Run("real")).ok


def test_an_agent_that_waits_for_one_of_two_calls_is_no_shortfall():
    """The result of a quick call is no request to answer while a slow one runs."""
    slow = (1.5, ToolRequested("ada", 1, "c2", "search", "{}"))
    quick = ((1.6, NOTED), (1.7, Woke("tool"), AnswerTool("ada", 1, "c1", "note", "Noted.")))
    assert result(PLAN, _cut_short(10.0, slow, *quick), (), Run("real")).ok


@pytest.mark.parametrize(
    "held",
    [
        _cut_short(3.5),
        _cut_short(10.0, reason="stopped"),
        _cut_short(10.0, (1.5, ReplyStarted("ada", 1))),
        _cut_short(10.0, (1.5, ToolRequested("ada", 1, "c1", "look", "{}"))),
    ],
    ids=["just asked", "stopped", "begins to answer", "waits for a tool"],
)
def test_an_agent_cut_short_is_no_shortfall(held):
    """A meeting that ends before a service could answer, or while it does, is ok."""
    assert result(PLAN, held, (), Run("real")).ok
