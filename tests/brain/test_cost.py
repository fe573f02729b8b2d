"""Cost of a meeting: minutes of ready sessions at their prices, and the limit of money."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from playbook import BIZ, CHAIR, LAW, TECH, Table, of, plan

from trialogue.brain.course.cost import LEAST_USD, Cost, Meter, cost_of
from trialogue.model.commands import EndMeeting, Report
from trialogue.model.events import (
    MeetingStarted,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    Woke,
)
from trialogue.model.participants import Price
from trialogue.model.plan import FloorRules, Limits
from trialogue.model.records import Record

DEAR = Price("dear", usd_a_minute=0.6, as_of="2025-06-16")


PAID = (evolve(TECH, price=DEAR), evolve(BIZ, price=evolve(DEAR, as_of="2025-01-01")))


def test_the_meeting_ends_when_the_money_is_used_up():
    """The limit cuts nobody off: the meeting ends after the current turn."""
    table = Table(plan(*PAID, limits=Limits(cost_usd=1.2)))
    table.open()
    table.begins("tech", "Long.", 80.0)
    table.plays("tech")
    assert of(table.at(60, Woke("limit-cost")), EndMeeting) == []
    assert table.reports() == ["limit-cost"]
    table.now = 0
    assert of(table.ends("tech", 70.0), EndMeeting) == [EndMeeting("limit-cost")]


def test_sessions_that_are_away_cost_nothing():
    """Time without a session is not paid for, so the limit is reached later."""
    table = Table(plan(*PAID, floor=FloorRules(think_s=300.0), limits=Limits(cost_usd=1.2, silence_s=300.0)))
    table.open()
    table.at(30, SessionLost("biz", 1, "1006", 1.0))
    table.at(60, Woke("limit-cost"))
    assert table.reports() == []
    at = [c.at for _, _, out in table.log for c in out if getattr(c, "timer", "") == "limit-cost"]
    assert at == [120.0, 60.0, 90.0]


def test_a_service_without_a_price_is_reported():
    """The report says that its cost is unknown, and counts nothing for it."""
    table = Table(plan(evolve(TECH, price=Price("theirs")), BIZ, limits=Limits(cost_usd=1.0)))
    table.open()
    assert [r.text for r in table.commands(Report)] == [
        "no price is known for theirs: what it costs is not counted"
    ]
    assert [c for _, _, out in table.log for c in out if getattr(c, "timer", "") == "limit-cost"] == []


def test_the_cost_follows_from_the_records():
    """The cost is the minutes of ready sessions at the plan's prices, with the date of the oldest price."""
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


@given(
    cents=st.floats(0.001, 1000.0),
    rates=st.lists(st.floats(0.001, 9.0), min_size=1, max_size=5),
    breaks=st.lists(st.floats(0.0, 100.0), max_size=5),
)
def test_the_moment_at_which_money_is_used_up_comes(cents, rates, breaks):
    """The cost limit is reached at the announced moment, so its timer does not repeat without end."""
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


def test_a_session_that_follows_on_another_costs_once():
    """The cost has neither a gap nor an overlap where one session follows another."""
    meter = Meter(plan(evolve(TECH, price=Price("dear", usd_a_minute=0.6))))
    for session, at in ((1, 0.0), (2, 60.0)):
        meter.take(SessionReady("tech", session), at)
    assert round(meter.cost(120.0).usd, 6) == 1.2


CHEAP = Price("cheap", usd_a_minute=0.6)


@pytest.mark.parametrize(("limit", "reached"), [(0.6, 60.0), (0.1, 10.0), (0.05, 5.0), (0.01, 5.0)])
def test_money_is_used_up_when_the_clock_says_so(limit, reached):
    """The moment of the cost limit follows from what is spent so far and the prices of ready sessions."""
    meter = Meter(plan(evolve(TECH, price=CHEAP)))
    meter.take(SessionReady("tech", 1), 0.0)
    assert meter.reaches(limit, 5.0) == pytest.approx(reached)


def test_a_limit_that_is_as_good_as_nothing_is_reached_at_once():
    """A cost limit of nearly zero ends the meeting at once, even without a price."""
    assert Meter(plan(evolve(TECH, price=CHEAP))).reaches(LEAST_USD, 5.0) == 5.0


def test_sessions_without_a_price_bring_no_limit_nearer():
    """Neither an unpriced session nor a priced one that is not ready counts toward the limit."""
    unpriced = evolve(BIZ, price=Price("unknown", usd_a_minute=None))
    meter = Meter(plan(evolve(TECH, price=CHEAP), unpriced))
    meter.take(SessionReady("biz", 1), 0.0)
    assert meter.reaches(0.6, 5.0) is None
    meter.take(SessionReady("tech", 1), 10.0)
    assert meter.reaches(0.6, 10.0) == pytest.approx(70.0)
