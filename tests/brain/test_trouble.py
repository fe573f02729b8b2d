"""Meetings that go wrong: each trouble by its name, with its remedy. And warnings, shares, money."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from playbook import BIZ, CHAIR, EAR, LAW, TECH, Noted, Table, moderated, of, plan

from trialogue.brain.course.cost import Cost, Meter, cost_of
from trialogue.model.commands import Cue, EndMeeting, EndTurn, GrantFloor, Report
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    MeetingStarted,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    Woke,
)
from trialogue.model.participants import Price
from trialogue.model.plan import AgendaItem, FloorRules, HoldRules, Limits, ShareRules
from trialogue.model.records import Record


def sharing(*cast, policy="addressed", otherwise="least-spoken", **share):
    """A meeting in which shares are limited."""
    rules = FloorRules(policy=policy, otherwise=otherwise, share=ShareRules(**share))
    table = Table(plan(*(cast or (TECH, BIZ, LAW)), floor=rules, limits=Limits(time_s=None, turns=99)))
    table.open()
    return table


# --- dominance --------------------------------------------------------------------------------------------


def test_who_had_too_much_is_passed_over():
    """No verdict before a minute of speech; then another comes first, and a report says so."""
    table = sharing(max=0.5)
    table.says("tech", "Biz?", 40.0)
    table.says("biz", "Tech?", 15.0)
    assert table.meeting.holder == "tech", "55 seconds of speech say nothing yet"
    table.says("tech", "Biz?", 20.0)
    table.says("biz", "Tech?", 5.0)
    assert table.meeting.holder == "law"
    assert [r.participant for r in table.commands(Report) if r.code == "dominance"] == ["tech"]


def test_shares_are_forgotten_with_their_window():
    """What is longer ago does not count."""
    table = sharing(max=0.5, window_s=70.0)
    table.says("tech", "Biz?", 40.0)
    table.says("biz", "Law?", 30.0)
    table.says("law", "Tech?", 41.0)
    assert table.meeting.holder == "tech"


def test_so_many_turns_in_a_row():
    """Then somebody else comes, if there is somebody."""
    table = sharing(TECH, BIZ, in_a_row=2, policy="queue")
    for _ in range(2):
        table.at(table.now, FloorRequested("tech"))
        table.says("tech")
    table.at(table.now, FloorRequested("tech"))
    table.says(table.meeting.holder)
    assert table.grants()[:3] == ["tech", "tech", "biz"]
    alone = sharing(TECH, in_a_row=1)
    alone.says("tech")
    assert alone.grants() == ["tech", "tech"]


def test_the_chair_and_what_is_asked_for_are_never_passed_over():
    """Whoever limits the others must be able to."""
    rules = FloorRules(policy="moderated", share=ShareRules(in_a_row=1))
    table = Table(plan(CHAIR, TECH, floor=rules))
    table.open()
    table.says("mod", "Tech?")
    table.at(table.now, GrantAsked("tech"))
    table.says("tech")
    assert table.meeting.holder == "tech"
    assert "dominance" not in table.reports()


def test_a_turn_behind_its_limit_ends_with_its_sentence():
    """Where its end is known and soon; else it is cut at once."""
    for offset, ends in ((31.0, 33.0), (50.0, 30.0)):
        table = Table(plan(TECH, BIZ, floor=FloorRules(hold=HoldRules(30.0))))
        table.open()
        table.at(0, ReplyStarted("tech", 1))
        table.at(0, SentenceSaid("tech", 1, "A long one.", 0.0))
        table.at(1, SentenceSaid("tech", 1, "Another.", offset))
        table.at(2, PlaybackStarted("tech", 1, 1, 2.0))
        answer = table.at(30, Woke("hold"))
        if ends > 30:
            assert of(answer, EndTurn) == []
            answer = table.at(ends, Woke("revoke"))
        assert of(answer, EndTurn) == [EndTurn("tech", 1, "hold-limit")]


# --- livelock, politeness ---------------------------------------------------------------------------------


def test_two_who_speak_by_turns_let_the_third_in():
    """Livelock: after six turns of A and B, C, whose hand is up, has the floor."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue")))
    table.open()
    table.at(0, GrantAsked("tech"))
    table.at(0, FloorRequested("law"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        assert table.meeting.holder == name
        table.says(name, f"At {table.now:.0f}: what of it, {other}?")
    assert table.meeting.holder == "law"
    assert [r for r in table.commands(Report) if r.code == "livelock"] == [
        Noted("livelock", "law", "biz", "tech")
    ]


def test_who_does_not_wait_long_breaks_nothing():
    """A hand that went up in the middle waits for its turn."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue")))
    table.open()
    table.at(0, GrantAsked("tech"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        if table.now == 6.0:
            table.at(table.now, FloorRequested("law"))
        table.says(name, f"At {table.now:.0f}: what of it, {other}?")
    assert table.meeting.holder == "tech"
    assert "livelock" not in table.reports()


def test_closings_without_end_end_the_meeting():
    """The chair is asked to go on; the second time the meeting ends."""
    table = Table(moderated(CHAIR, TECH))
    table.open()
    for text in ("Thank you. Tech?", "Thank you too!", "Goodbye. Tech?", "Bye! Have a nice day."):
        table.says(table.meeting.holder, text)
    assert table.reports() == ["politeness-loop"]
    assert table.commands(Cue)[-1].text.endswith("Go on to something else, or end the meeting.")
    for text in ("Thank you. Tech?", "Thank you too!", "Goodbye. Tech?"):
        table.says(table.meeting.holder, text)
    assert of(table.says(table.meeting.holder, "Take care."), EndMeeting) == [EndMeeting("politeness-loop")]


def test_the_same_words_again_and_again():
    """Near-identical turns of two are a loop; of one alone, or of few words, they are none."""
    same = "We should look into this matter more closely"
    table = Table(plan(TECH, BIZ))
    table.open()
    for index in range(4):
        table.says(table.meeting.holder, f"{same}{'!' * index}")
    assert table.reports() == ["politeness-loop"]
    short = Table(plan(TECH, BIZ))
    short.open()
    for _ in range(8):
        short.says(short.meeting.holder, "So be it.")
    assert short.reports() == []
    alone = Table(plan(TECH))
    alone.open()
    for _ in range(6):
        alone.says("tech", same)
    assert alone.reports() == []


def test_long_thanks_are_no_closing():
    """Whoever says something beside them is not in a loop."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for index in range(6):
        said = " ".join(f"w{index}{n}" for n in range(12))
        table.says(table.meeting.holder, f"Thank you. {said}")
    assert table.reports() == []


# --- dead chair -------------------------------------------------------------------------------------------


def test_a_chair_that_is_gone_has_a_deputy():
    """The next of the cast decides from then on, as the chair did."""
    table = Table(moderated(CHAIR, TECH, BIZ, LAW))
    table.open()
    table.says("mod", "Biz?")
    table.at(table.now, SessionFailed("mod", "401"))
    table.says("biz")
    assert [r.participant for r in table.commands(Report) if r.code == "chair-dead"] == ["tech"]
    assert table.meeting.holder == "tech"
    table.says("tech", "Law, please.")
    assert table.meeting.holder == "law"
    table.says("law")
    assert table.meeting.holder == "tech"


def test_a_chair_that_never_answers_has_a_deputy():
    """Three silent turns one after another make it a dead one."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    for _ in range(3):
        assert table.meeting.holder == "mod"
        table.now += 20
        table.at(table.now, Woke(f"think:{table.meeting.turn}"))
        if "chair-dead" not in table.reports():
            table.says(table.meeting.holder)
    assert [r.participant for r in table.commands(Report) if r.code == "chair-dead"] == ["tech"]
    assert table.meeting.floor_view.chair == "tech"


# --- time boxes -------------------------------------------------------------------------------------------


def test_without_a_chair_everybody_is_told():
    """By a note in the digest."""
    table = Table(plan(TECH, BIZ, agenda=(AgendaItem("one", "One", time_s=60.0, warn_s=10.0),)))
    table.open()
    table.says("tech", length=19.0)
    table.says("biz", length=19.0)
    table.begins("tech", length=19.0)
    table.plays("tech")
    table.at(50, Woke("box"))
    table.now = 38
    assert "Note: 10 seconds are left for this point: One." in of(table.ends("tech", 19.0), Cue)[0].text


def test_who_watches_reads_the_points_title():
    """What people know a point by, and not the key that it has in the file."""
    table = Table(plan(TECH, BIZ, agenda=(AgendaItem("one", "The long view", time_s=60.0, warn_s=10.0),)))
    table.open()
    table.at(50, Woke("box"))
    warned = [report.text for report in table.commands(Report) if report.code == "agenda-warning"]
    assert warned == ["10 seconds are left for The long view"]


# --- money ------------------------------------------------------------------------------------------------

DEAR = Price("dear", usd_a_minute=0.6, as_of="2025-06-16")
PAID = (evolve(TECH, price=DEAR), evolve(BIZ, price=evolve(DEAR, as_of="2025-01-01")))


def test_the_meeting_ends_when_the_money_is_used_up():
    """After the turn in which that happens."""
    table = Table(plan(*PAID, limits=Limits(cost_usd=1.2)))
    table.open()
    table.begins("tech", "Long.", 80.0)
    table.plays("tech")
    assert of(table.at(60, Woke("limit-cost")), EndMeeting) == []
    assert table.reports() == ["limit-cost"]
    table.now = 0
    assert of(table.ends("tech", 70.0), EndMeeting) == [EndMeeting("limit-cost")]


def test_sessions_that_are_away_cost_nothing():
    """The limit moves back."""
    table = Table(plan(*PAID, floor=FloorRules(think_s=300.0), limits=Limits(cost_usd=1.2, silence_s=300.0)))
    table.open()
    table.at(30, SessionLost("biz", 1, "1006", 1.0))
    table.at(60, Woke("limit-cost"))
    assert table.reports() == []
    at = [c.at for _, _, out in table.log for c in out if getattr(c, "timer", "") == "limit-cost"]
    assert at == [120.0, 60.0, 90.0]


def test_what_has_no_price_is_said_aloud():
    """And counted as nothing."""
    table = Table(plan(evolve(TECH, price=Price("theirs")), BIZ, limits=Limits(cost_usd=1.0)))
    table.open()
    assert [r.text for r in table.commands(Report)] == [
        "no price is known for theirs: what it costs is not counted"
    ]
    assert [c for _, _, out in table.log for c in out if getattr(c, "timer", "") == "limit-cost"] == []


def test_what_a_meeting_cost_follows_from_its_records():
    """Minutes of ready sessions at the plan's prices, on the oldest day."""
    cast = (*PAID, evolve(LAW, price=Price("theirs")), CHAIR)
    events = (
        (0.0, MeetingStarted()),
        (0.0, SessionReady("tech", 1)),
        (0.0, SessionReady("law", 1)),
        (30.0, SessionRolledOver("tech", 1)),
        (90.0, SessionReady("tech", 2)),
        (90.0, SessionReady("biz", 1)),
        (120.0, SessionFailed("biz", "401")),
    )
    records = [Record(seq, at, event, ()) for seq, (at, event) in enumerate(events, start=1)]
    cost = cost_of(plan(*cast), records)
    assert (round(cost.usd, 6), cost.unpriced, cost.as_of) == (0.9, ("theirs",), "2025-01-01")
    assert Meter(plan(TECH)).cost(9.0) == Cost(0.0, (), "")
    assert Meter(plan(*PAID)).reaches(1.0, 5.0) is None


def test_a_chair_by_ear_can_be_the_one_that_is_dead():
    """Its deputy need not hear as it did."""
    table = Table(moderated(EAR, TECH, BIZ))
    table.open()
    table.at(1, SessionFailed("mod", "401"))
    assert of(table.log[-1][2], GrantFloor)[0].to == "tech"


@given(
    cents=st.floats(0.001, 1000.0),
    rates=st.lists(st.floats(0.001, 9.0), min_size=1, max_size=5),
    breaks=st.lists(st.floats(0.0, 100.0), max_size=5),
)
def test_the_moment_at_which_money_is_used_up_comes(cents, rates, breaks):
    """At the time that was named the money is used up: no timer comes again and again at one moment."""
    cast = [evolve(TECH, name=f"agent-{n}", price=Price("dear", rate)) for n, rate in enumerate(rates)]
    meter = Meter(plan(*cast))
    meter.take(MeetingStarted(), 0.0)
    for participant in cast:
        meter.take(SessionReady(participant.name, 1), 0.0)
    now = 0.0
    for number, wait in enumerate(breaks):
        now = round(now + wait, 6)
        meter.take(SessionReady(cast[0].name, number + 2), now)
    at = meter.reaches(cents / 100, now)
    assert at is not None
    assert meter.reaches(cents / 100, at) == at
