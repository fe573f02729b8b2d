"""Priorities and urgencies of those that wait."""

from __future__ import annotations

import pytest
from playbook import BIZ, TECH, Table, plan

from trialogue.model.events import (
    FloorRequested,
    ToolRequested,
)


@pytest.mark.parametrize(("asked", "counts"), [(-9, -2), (-2, -2), (-1, -1), (1, 1), (2, 2), (9, 2)])
def test_priorities_end_where_the_standard_ends_them(asked, counts):
    """Priorities beyond the five of RFC 8855 count as the lowest or the highest."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, FloorRequested("biz", asked))
    (waiting,) = table.meeting.floor_view.queue
    assert (waiting.priority, waiting.urgency) == (counts, 5)


@pytest.mark.parametrize(
    ("word", "counts"),
    [
        ('"lowest"', -2),
        ('" Low "', -1),
        ('"normal"', 0),
        ('"HIGH"', 1),
        ('"highest"', 2),
        ('"utmost"', 0),
        ("-9", -2),
        ("9", 2),
        ("-1", -1),
        ("null", 0),
    ],
)
def test_a_model_says_its_priority_in_words(word, counts):
    """Priorities in words and in numbers are read, and anything else is normal."""
    table = Table(plan(TECH, BIZ))
    table.open()
    answer = table.at(1, ToolRequested("biz", 1, "c1", "request_floor", f'{{"priority": {word}}}'))
    assert answer[0].content == "Your hand is up."
    assert [waiting.priority for waiting in table.meeting.floor_view.queue] == [counts]


@pytest.mark.parametrize(
    ("urgency", "counts"), [("0", 0), ("10", 10), ("-1", 0), ("11", 10), ("6.6", 7), ('"very"', 5)]
)
def test_a_bid_is_as_urgent_as_ten_at_most(urgency, counts):
    """Urgency is kept from 0 to 10, and text that is no number is ignored."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, ToolRequested("biz", 1, "c1", "bid", f'{{"urgency": {urgency}, "about": "money"}}'))
    (waiting,) = table.meeting.floor_view.queue
    assert (waiting.urgency, waiting.priority, waiting.about) == (counts, 0, "money")
