"""What each record adds to the page."""

import pytest
from report_values import MEETING, PLAN, grant, records

from trialogue.model.commands import (
    AnswerTool,
    Attribute,
    EndTurn,
    Play,
    Replace,
    Report,
    RunTool,
    StopPlayout,
)
from trialogue.model.events import (
    FaultStruck,
    FloorRequestCancelled,
    FloorRequested,
    Joined,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    ProcessSuspended,
    ReplyFailed,
    ReplySent,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SpeechStarted,
    SpeechStopped,
    ToolFinished,
    ToolRequested,
    VoiceFell,
    VoiceRose,
    Woke,
)
from trialogue.model.participants import Participant
from trialogue.report.page.fold import PageFold


def marks_of(*facts):
    """The marks of these facts, by their kind."""
    fold = PageFold(PLAN)
    return [mark for record in records(*facts) for mark in fold.take(record)]


def kinds(marks):
    """Which marks there are."""
    return [mark["k"] for mark in marks]


def test_the_page_begins_with_a_lane_a_participant():
    """The cast has its lanes before anything happens."""
    marks = PageFold(PLAN).begin()
    assert [(mark["who"], mark["label"]) for mark in marks] == [
        ("ada", "Chair & host"),
        ("tech_lead", "Tech lead"),
        ("eve", "Eve"),
        ("kim", "Kim"),
    ]


def test_a_participant_who_joins_has_a_lane_from_then_on():
    """Lanes come from events, not from the header alone."""
    (mark,) = marks_of((7.0, Joined(Participant("zoe", title="Zoe Q."))))
    assert (mark["k"], mark["who"], mark["label"], mark["at"]) == ("lane", "zoe", "Zoe Q.", 7.0)


def test_a_fault_of_the_scenario_is_told():
    """What it is called, and what it does."""
    (mark,) = marks_of((3.0, FaultStruck("ada", "drop", "disconnect")))
    assert mark == {"k": "fault", "who": "ada", "at": 3.0, "text": "drop (disconnect)"}


def test_a_grant_says_why():
    """The policy's reason is shown beside the turn."""
    marks = marks_of((1.0, Woke("x"), grant("ada", 1, 1.0)), (2.0, Woke("x"), EndTurn("ada", 1, "timeout")))
    assert marks == [
        {"k": "grant", "turn": 1, "who": "ada", "at": 1.0, "why": "next in order"},
        {"k": "over", "turn": 1, "who": "ada", "at": 2.0, "cause": "timeout"},
    ]


def test_sound_has_a_begin_and_an_end():
    """An agent's playout and a person's speech are stretches of the same form."""
    marks = marks_of(
        (1.0, PlaybackStarted("ada", 1, 1, 1.0)),
        (2.0, SpeechStarted("kim", 1.9)),
        (3.0, SpeechStopped("kim", 2.9)),
        (4.0, PlaybackFinished("ada", 1, 1, 4.0, 3.0, "complete")),
    )
    assert marks == [
        {"k": "on", "id": 1, "who": "ada", "turn": 1, "at": 1.0},
        {"k": "on", "id": 2, "who": "kim", "turn": None, "at": 1.9},
        {"k": "off", "id": 2, "at": 2.9},
        {"k": "off", "id": 1, "at": 4.0},
    ]


def test_a_lane_ends_with_the_voice():
    """The silence behind it is nobody's sound, as in the measures."""
    ended = PlaybackFinished("ada", 1, 1, 4.0, 3.0, "complete", 0.19)
    marks = marks_of((1.0, PlaybackStarted("ada", 1, 1, 1.0)), (4.0, ended))
    assert [mark["at"] for mark in marks if mark["k"] == "off"] == [3.81]


@pytest.mark.parametrize(
    "event", [MuteAsked("kim", True), Left("kim"), ProcessSuspended(60.0), MeetingResumed("00")]
)
def test_a_person_who_is_muted_or_gone_is_silent(event):
    """A person who was muted while speaking does not go on speaking on the page, and speaks anew later."""
    began, again = (2.0, SpeechStarted("kim", 2.0)), (9.0, SpeechStarted("kim", 9.0))
    fell, rose = (3.2, VoiceFell("kim", 3.0)), (3.4, VoiceRose("kim", 3.3))
    for before, end in (((began,), 4.0), ((began, fell), 3.0), ((began, fell, rose), 4.0)):
        marks = marks_of(*before, (4.0, event), again)
        assert [(mark["k"], mark["at"]) for mark in marks if mark["k"] in {"on", "off"}] == [
            ("on", 2.0),
            ("off", end),
            ("on", 9.0),
        ]


def test_open_sound_ends_with_the_records():
    """Sound that a crash left open ends on the page with the last record."""
    fold = PageFold(PLAN)
    for record in records((1.0, PlaybackStarted("ada", 1, 1, 1.0))):
        fold.take(record)
    assert fold.close(9.0) == [{"k": "off", "id": 1, "at": 9.0}, {"k": "close", "at": 9.0}]


TURN = (
    (1.0, Woke("x"), grant("ada", 1, 1.0)),
    (1.1, SentenceSaid("ada", 1, "One  two.", 0.0), Play("ada", 1, 1)),
    (1.2, SentenceSaid("ada", 1, "Three four.", 2.0)),
    (1.3, ReplySent("ada", 1, 4.0)),
    (2.0, PlaybackStarted("ada", 1, 1, 2.0)),
)


def test_words_come_when_the_turn_is_over_and_follow_the_sound():
    """Each sentence has the place where it is heard, and the character at which it begins."""
    ended = (6.0, PlaybackFinished("ada", 1, 1, 6.0, 4.0, "complete"), EndTurn("ada", 1, "finished"))
    (words,) = [mark for mark in marks_of(*TURN, ended) if mark["k"] == "words"]
    assert words == {
        "k": "words",
        "turn": 1,
        "who": "ada",
        "beside": "",
        "from": 2.0,
        "to": 6.0,
        "text": "One two. Three four.",
        "lost": "",
        "certain": True,
        "parts": [(2.0, 0), (4.0, 9)],
    }


def test_words_that_a_cut_took_are_told_apart():
    """What was meant and not heard is there, and is not said to be heard."""
    cut = (4.0, SpeechStarted("kim", 4.0), StopPlayout("ada", 1), EndTurn("ada", 1, "interrupted"))
    ended = (4.1, PlaybackFinished("ada", 1, 1, 4.1, 2.1, "cut"))
    words = [mark for mark in marks_of(*TURN, cut, ended) if mark["k"] == "words"]
    assert (words[-1]["text"], words[-1]["lost"]) == ("One two.", "Three four.")


def test_words_beside_a_turn_stand_as_what_they_were():
    """What the rules call a backchannel, the page calls one."""
    aside = Attribute("kim", 1, "mm  hm", is_certain=True, beside="backchannel", begin_s=2.0, end_s=2.4)
    (words,) = marks_of((3.0, Woke("x"), aside))
    assert (words["text"], words["beside"], words["from"], words["to"]) == ("mm hm", "backchannel", 2.0, 2.4)


def test_a_raised_hand_is_in_the_queue():
    """The page shows a raised hand in the queue, with its priority."""
    assert marks_of((1.0, FloorRequested("kim", 2))) == [{"k": "ask", "who": "kim", "at": 1.0, "priority": 2}]


@pytest.mark.parametrize("event", [Left("kim"), SessionFailed("kim", "gone"), FloorRequestCancelled("kim")])
def test_a_hand_of_one_who_is_gone_leaves_the_queue(event):
    """The page shows nobody waiting who has left, has failed or has taken the hand down."""
    asked, gone = marks_of((1.0, FloorRequested("kim")), (4.0, event))[:2]
    assert (asked["k"], gone) == ("ask", {"k": "unask", "who": "kim", "at": 4.0})


def test_an_agent_whose_fallback_takes_its_seat_stays_in_the_queue():
    """The page shows it waiting, as the measures count it."""
    held = (1.0, FloorRequested("ada")), (4.0, SessionFailed("ada", "gone"), Replace("ada"))
    assert "unask" not in kinds(marks_of(*held))


def test_a_hand_of_one_who_cannot_have_the_floor_is_in_no_queue():
    """The page shows no observer waiting."""
    refused = Report("stale", "the floor was wanted for somebody", "kim")
    assert "ask" not in kinds(marks_of((1.0, FloorRequested("kim"), refused)))


def test_a_call_that_is_answered_without_a_run_has_an_outcome():
    """A call that shares a result, one of the floor's own tools and a repeated request are not unanswered."""
    marks = marks_of(
        (1.0, ToolRequested("ada", 1, "c1", "price", "{}"), RunTool("ada", "c1", "price", "{}")),
        (2.0, ToolFinished("ada", "c1", "succeeded", "8"), AnswerTool("ada", 1, "c1", "price", "8")),
        (3.0, ToolRequested("kim", 1, "c1", "price", "{}"), AnswerTool("kim", 1, "c1", "price", "8")),
        (
            4.0,
            ToolRequested("ada", 1, "c2", "give_floor", "{}"),
            AnswerTool("ada", 1, "c2", "give_floor", "ok"),
        ),
        (5.0, ToolRequested("ada", 2, "c1", "price", "{}"), AnswerTool("ada", 2, "c1", "price", "8")),
    )
    results = [(each["who"], each["at"], each["outcome"]) for each in marks if each["k"] == "result"]
    assert results == [
        ("ada", 2.0, "succeeded"),
        ("kim", 3.0, "succeeded"),
        ("ada", 4.0, "answered"),
        ("ada", 5.0, "answered"),
    ]


def test_a_request_that_is_repeated_while_its_call_runs_is_one_call():
    """A service that asks twice for a call makes one call on the page, as in the figures."""
    marks = marks_of(
        (1.0, ToolRequested("ada", 1, "c1", "price", "{}"), RunTool("ada", "c1", "price", "{}")),
        (1.5, ToolRequested("ada", 1, "c1", "price", "{}")),
        (2.0, ToolRequested("ada", 1, "c1", "stock", "{}"), RunTool("ada", "c1", "stock", "{}", run=1)),
        (3.0, ToolFinished("ada", "c1", "succeeded", "8", run=1)),
    )
    calls = [(each["k"], each["at"], each["tool"]) for each in marks if each["k"] in {"call", "result"}]
    assert calls == [("call", 1.0, "price"), ("call", 2.0, "stock"), ("result", 3.0, "stock")]


def test_tools_troubles_and_the_agenda_are_told():
    """A whole meeting gives a mark of each kind that it has."""
    fold = PageFold(PLAN)
    marks = [mark for record in MEETING for mark in fold.take(record)]
    assert {"call", "result", "away", "back", "note", "agenda", "end"} <= set(kinds(marks))
    assert [mark["code"] for mark in marks if mark["k"] == "note"] == [
        "refused",
        "actor-crashed",
        "session-failed",
    ]
    assert [mark["title"] for mark in marks if mark["k"] == "agenda"] == [
        "What is *new*?",
        "What is next?",
        None,
    ]


def test_a_report_that_repeats_its_event_is_told_once():
    """An event with its own mark is not marked a second time by its report."""
    assert marks_of((1.0, Woke("x"), Report("participant-failed", "gone", "ada", "failure"))) == []
    assert marks_of((1.0, ServiceWarned("ada", "stale", "AnswerTool for a session that is over"))) == []


def test_a_failed_reply_says_why():
    """The reason stands in the service's warning before it, which its error does not repeat."""
    refused = "The endpoint could not be asked: Connection refused"
    marks = marks_of(
        (1.0, ServiceWarned("ada", "THINK_REQUEST_FAILED", refused)),
        (
            1.0,
            ReplyFailed("ada", 1, "FAILED_TO_THINK"),
            Report("reply-failed", "FAILED_TO_THINK", "ada", "failure"),
        ),
    )
    assert marks[-1]["text"] == f"FAILED_TO_THINK: {refused}"
