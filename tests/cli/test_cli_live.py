"""The picture of a meeting that runs, at chosen moments, 80 columns wide."""

import pytest
from cli_playbook import MEETING, PLAN, records

from trialogue.cli.view_lines import Tone, plain
from trialogue.cli.view_live import FALL_DB, Doing, LiveView, meters
from trialogue.model.commands import EndMeeting, EndTurn, GrantFloor, Hearing, SetHearing
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    Joined,
    Left,
    MeetingResumed,
    MuteAsked,
    ProcessSuspended,
    SessionFailed,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
    Woke,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record


def view_at(now):
    """The view after everything until `now`."""
    view = LiveView(PLAN)
    for record in MEETING:
        if record.at <= now:
            view.take(record)
    return view


def picture(now, levels=None, **shape):
    return "\n".join(plain(each) for each in view_at(now).at(now, levels or {}, **shape))


JOINING = """\
── edge cache · 00:00 ──────────────────────────────────────────────────────────
 … Moderator         joining
 … Tech              joining
 … Business [31mex…  joining
 … Eve               joining"""

SPEAKING = """\
── edge cache · 00:02 · turn 1 ─────────────────────────────────────────────────
   1/2 What [red]hurts[/red] today (Tech) · 00:58 left
 ● Moderator         speaking     █████████
   Tech              listening
   Business [31mex…  listening
   Eve               listening"""

RECONNECTING = """\
── edge cache · 00:07 · turn 2 ─────────────────────────────────────────────────
   1/2 What [red]hurts[/red] today (Tech) · 00:52 left
   Moderator         listening
 ● Tech              speaking     ████▌
 ↻ Business [31mex…  reconnecting
   Eve               listening"""

THINKING = """\
── edge cache · 00:09 · turn 3 · 58 times real time ────────────────────────────
   2/2 What it costs · 00:09 left
   Moderator         listening
   Tech              listening
 ○ Business [31mex…  thinking
   Eve               listening
   → Business [31mexpert[0m waits for price_list, 0.4 s"""

AWAY = """\
── edge cache · 00:19 · turn 5 ─────────
   2/2 What it costs · 00:01 over
 ● Moderator         speaking     ███████████▎
 ✗ Tech              away
   Business [31mex…  listening
   Eve               listening"""


@pytest.mark.parametrize(
    ("now", "levels", "shape", "expected"),
    [
        (0.1, {}, {}, JOINING),
        (2.0, {"ada": -12.0}, {}, SPEAKING),
        (7.9, {"tech": -30.0}, {}, RECONNECTING),
        (9.4, {}, {"speed": 57.6}, THINKING),
        (19.5, {"ada": -3.0}, {"columns": 40}, AWAY),
    ],
    ids=["joining", "speaking", "reconnecting", "thinking", "away"],
)
def test_the_picture(now, levels, shape, expected):
    """The live view shows time, agenda, each participant's state and loudness, and running tools."""
    assert picture(now, levels, **shape) == expected


def test_everybody_has_one_thing_to_do():
    """At the end the live view shows nobody as speaking."""
    view = view_at(20.0)
    assert {each.name: view.doing(each.name) for each in PLAN.participants} == {
        "ada": Doing.LISTENING,
        "tech": Doing.AWAY,
        "biz": Doing.LISTENING,
        "eve": Doing.LISTENING,
    }
    assert view.is_over


def test_a_view_that_came_late_sees_who_is_there():
    """A view opened in the middle of a meeting shows who speaks and who has the floor."""
    view = LiveView(PLAN)
    for record in MEETING[3:9]:
        view.take(record)
    assert view.doing("ada") is Doing.SPEAKING
    assert view.doing("tech") is Doing.JOINING


def test_people_are_here_and_speak_by_themselves():
    """The live view shows a person without a session, and its speech."""
    view = LiveView(MeetingPlan("m", (Participant("kim", kind=Kind.HUMAN),)))
    seen = [view.doing("kim")]
    for record in records((1.0, SpeechStarted("kim", 1.0)), (2.0, SpeechStopped("kim", 2.0))):
        view.take(record)
        seen.append(view.doing("kim"))
    assert seen == [Doing.LISTENING, Doing.SPEAKING, Doing.LISTENING]


def test_each_participant_keeps_its_colour():
    """A participant has the same colour in the live view and in the transcript."""
    view = view_at(6.0)
    told = {
        span.text.strip(): span.seat
        for each in view.heard(6.0)
        for span in each.spans
        if span.seat is not None
    }
    shown = {span.seat for each in view.at(6.0, {}) for span in each.spans}
    assert told == {"Moderator": 0, "Tech": 1}
    assert shown == {None, 0, 1, 2, 3}


def test_problems_are_marked():
    """The live view marks a lost session and an overdue point of the agenda."""
    lost = [
        span.text for each in view_at(7.9).at(7.9, {}) for span in each.spans if span.tone is Tone.WARNING
    ]
    over = [
        span.text for each in view_at(19.0).at(19.0, {}) for span in each.spans if span.tone is Tone.WARNING
    ]
    assert lost == ["reconnecting"]
    assert over == [" · 00:00 over", "away"]


def test_the_transcript_scrolls_by_once():
    """A line of the live view is given out once, when it is due."""
    view = view_at(5.5)
    assert [plain(each) for each in view.heard(2.0)] == [
        "00:00  ── What [red]hurts[/red] today ──",
        "00:01  Moderator         Good morning, [bold]all[/bold].",
    ]
    assert [plain(each) for each in view.heard(5.5)] == [
        "00:02                    Tech, what hurts?",
        "00:05  Tech              Every page waits.",
    ]
    assert view.heard(5.5) == []


def test_meters_rise_at_once_and_fall_slowly():
    """A level meter rises at once and falls slowly."""
    risen = meters({"ada": -30.0}, {"ada": -10.0})
    assert risen == {"ada": -10.0}
    assert meters(risen, {"ada": -40.0}) == {"ada": -10.0 - FALL_DB}
    assert meters(risen, {}) == {"ada": -10.0 - FALL_DB}
    assert meters({"ada": -45.0}, {}) == {}


def test_a_view_is_its_status():
    """The repr of the live view shows the meeting and its holder."""
    assert repr(view_at(9.4)) == "<LiveView of edge cache: turn 3 biz>"


def test_hands_and_who_is_muted():
    """The live view shows hands until they get the floor or go down, and who is muted."""
    hears = (Hearing("ada", ("tech",)),)
    told = records(
        (0.0, FloorRequested("tech")),
        (1.0, FloorRequested("ada")),
        (2.0, MuteAsked("ada", True), SetHearing(hears, muted=("ada",))),
        (3.0, Woke("choose"), GrantFloor("tech", 1, "asked for", 90.0)),
        (4.0, FloorRequestCancelled("ada")),
        (5.0, MuteAsked("ada", False), SetHearing(hears)),
        (6.0, FloorRequested("ada")),
        (7.0, StopAsked("the end"), EndMeeting("the end")),
    )
    view, seen = LiveView(PLAN), []
    for record in told:
        view.take(record)
        ada, tech = (plain(each).split("  ")[-1].strip() for each in view.at(record.at, {})[1:3])
        seen.append((ada, tech))
    assert seen == [
        ("joining", "joining · hand up"),
        ("joining · hand up", "joining · hand up"),
        ("joining · hand up · muted", "joining · hand up"),
        ("joining · hand up · muted", "thinking"),
        ("joining · muted", "thinking"),
        ("joining", "thinking"),
        ("joining · hand up", "thinking"),
        ("joining", "thinking"),
    ]


@pytest.mark.parametrize("event", [MuteAsked("dana", True), ProcessSuspended(60.0), MeetingResumed("00")])
def test_a_person_whose_sound_begins_anew_is_silent(event):
    """A person who was muted while speaking is not shown as speaking, and awaits its next turn."""
    view = LiveView(MeetingPlan("m", (Participant("dana", kind=Kind.HUMAN), Participant("tech"))))
    for record in records((1.0, SpeechStarted("dana", 1.0)), (2.0, event)):
        view.take(record)
    assert view.doing("dana") is Doing.LISTENING


@pytest.mark.parametrize("event", [SessionFailed("tech", "gone"), Left("tech")])
def test_a_hand_of_one_who_is_gone_is_down(event):
    """The live view shows no hand of an agent that has failed or left."""
    view, seen = LiveView(PLAN), []
    for record in records((0.0, FloorRequested("tech")), (1.0, event)):
        view.take(record)
        seen.append("hand up" in plain(view.at(record.at, {})[2]))
    assert seen == [True, False]


def test_a_person_who_has_the_floor_is_not_said_to_think():
    """The live view says "thinks" of agents only."""
    plan = MeetingPlan("m", (Participant("kim", kind=Kind.HUMAN), Participant("ann")))
    view = LiveView(plan)
    view.take(Record(1, 0.0, FloorRequested("kim"), (GrantFloor("kim", 1, "opening", 90.0),)))
    assert view.doing("kim").value == "has the floor"
    grant = GrantFloor("ann", 2, "next", 90.0)
    view.take(Record(2, 1.0, FloorRequested("ann"), (EndTurn("kim", 1, "yielded"), grant)))
    assert view.doing("ann").value == "thinking"


def test_a_participant_who_comes_and_leaves_has_a_seat_from_then_on():
    """A participant who joins is shown with label and colour, and one who left as gone."""
    plan = MeetingPlan("m", (Participant("ann"), Participant("bob")))
    view, kim, dana = LiveView(plan), Participant("kim", title="Kim Q."), Participant("dana", kind=Kind.HUMAN)
    seen = []
    for record in records(
        (0.0, Woke("choose")),
        (1.0, Joined(kim, "{}")),
        (2.0, Joined(dana, "{}"), GrantFloor("kim", 1, "next", 90.0)),
        (3.0, Left("kim"), EndTurn("kim", 1, "left")),
        (4.0, Joined(kim)),
    ):
        view.take(record)
        seen.append([" ".join(plain(each).strip(" …○").split()) for each in view.at(record.at, {})[3:]])
    assert seen == [
        [],
        ["Kim Q. joining"],
        ["Kim Q. thinking", "Dana listening"],
        ["Kim Q. left", "Dana listening"],
        ["Kim Q. joining", "Dana listening"],
    ]
    assert [each.spans[0].seat for each in view.at(5.0, {})[1:]] == [0, 1, 2, 3]
