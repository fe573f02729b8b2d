"""What sessions cost, and how waits grow."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, TECH, plan

from trialogue.brain.course.cost import LEAST_USD, Meter
from trialogue.brain.redialling import Redialling, RedialRules
from trialogue.model.events import (
    SessionReady,
)
from trialogue.model.participants import Price
from trialogue.model.plan import FloorRules

HANDS = FloorRules(policy="queue", otherwise="queue")


def test_a_session_that_follows_on_another_costs_once():
    """Seconds are counted from each beginning to the next, without a gap and without an overlap."""
    meter = Meter(plan(evolve(TECH, price=Price("dear", usd_a_minute=0.6))))
    for session, at in ((1, 0.0), (2, 60.0)):
        meter.take(SessionReady("tech", session), at)
    assert round(meter.cost(120.0).usd, 6) == 1.2


def test_waits_grow_with_every_try():
    """The ceiling doubles: some wait of the sixth try is longer than any of the fifth may be."""
    sixth = []
    for seed in range(20):
        redialling = Redialling(seed, "tech")
        sixth.append([redialling.lost(1.0) or 0.0 for _ in range(6)][-1])
    assert 8.0 < max(sixth) <= 16.0


def test_a_session_that_lived_has_all_its_tries_again():
    """And a dial that failed has not lived at all, however little life it takes."""
    redialling = Redialling(7, "tech", RedialRules(alive_s=0.5))
    assert [redialling.lost(1.0) is None for _ in range(7)] == [False] * 6 + [True]
    redialling.ready(100.0)
    assert [redialling.lost(100.5) is None for _ in range(7)] == [False] * 6 + [True]


CHEAP = Price("cheap", usd_a_minute=0.6)


@pytest.mark.parametrize(("limit", "reached"), [(0.6, 60.0), (0.1, 10.0), (0.05, 5.0), (0.01, 5.0)])
def test_money_is_used_up_when_the_clock_says_so(limit, reached):
    """Reckoned ahead from what has been spent at 5 s; what was reached before is reached now."""
    meter = Meter(plan(evolve(TECH, price=CHEAP)))
    meter.take(SessionReady("tech", 1), 0.0)
    assert meter.reaches(limit, 5.0) == pytest.approx(reached)


def test_a_limit_that_is_as_good_as_nothing_is_reached_at_once():
    """Also before anything has cost something, and where nothing ever will."""
    assert Meter(plan(evolve(TECH, price=CHEAP))).reaches(LEAST_USD, 5.0) == 5.0


def test_what_has_no_price_brings_no_limit_nearer():
    """Nor does what has one while its session is not ready; without any that is, no limit is ever reached."""
    unpriced = evolve(BIZ, price=Price("unknown", usd_a_minute=None))
    meter = Meter(plan(evolve(TECH, price=CHEAP), unpriced))
    meter.take(SessionReady("biz", 1), 0.0)
    assert meter.reaches(0.6, 5.0) is None
    meter.take(SessionReady("tech", 1), 10.0)
    assert meter.reaches(0.6, 10.0) == pytest.approx(70.0)
