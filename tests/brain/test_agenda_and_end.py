"""The agenda, limits of money, and the one end of a meeting."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, TECH, Table, of, opened, plan, timers

from trialogue.model.commands import EndMeeting, MoveAgenda, Report, Speak
from trialogue.model.events import (
    SessionLost,
    SessionReady,
    ToolRequested,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import Price
from trialogue.model.plan import (
    AgendaItem,
    FloorRules,
    Limits,
    Said,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def boxed(*items, **more):
    """A meeting with these points, whose chair is not the next of the order."""
    rules = FloorRules(order=("tech", "biz", "mod"))
    return opened(CHAIR, TECH, BIZ, agenda=items, floor=rules, **more)


def test_a_box_is_counted_from_its_points_beginning():
    """A point's time box is warned of in time, and no later point inherits it."""
    one = AgendaItem("one", "One", time_s=60.0, warn_s=10.0, done_when=Said("Next"))
    two = evolve(one, id="two", title="Two", time_s=40.0)
    table = boxed(one, two, AgendaItem("three", "Three"))
    assert timers(table, "box") == [50.0]
    table.says("tech", "Next point.", 8.0)
    assert timers(table, "box") == [38.0]
    table.says("biz", "Next point.", 2.0)
    assert timers(table, "box") == [None]


def test_a_warning_is_not_said_of_a_point_that_is_over():
    """The time of a point ends within another's turn: the chair does not say afterwards how much is left."""
    one = AgendaItem("one", "One", time_s=20.0, warn_s=10.0)
    table = boxed(one, AgendaItem("two", "Two", time_s=40.0, warn_s=10.0))
    table.at(10.0, Woke("box"))
    assert [report.code for report in table.commands(Report)] == ["agenda-warning"]
    table.says("tech", "It is a long story.", 15.0)
    assert [move.item for move in table.commands(MoveAgenda)] == ["one", "two"]
    table.says("biz", "It is.")
    assert table.commands(Speak) == []
    assert table.meeting.holder == "mod"


def test_a_turn_moves_the_agenda_once():
    """Words that end a point of the agenda move it on by one point, at the end of their turn."""
    items = tuple(AgendaItem(name, name, done_when=Said("Next")) for name in ("one", "two", "three"))
    table = boxed(*items)
    table.says("tech", "Next point.")
    for _ in range(3):
        table.at(table.now, WordsHeard("biz", "Hm."))
    assert [move.item for move in table.commands(MoveAgenda)] == ["one", "two"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"end": (Said("done"),), "agenda": (AgendaItem("a", "A", done_when=Said("done")),)}, "said"),
        ({"agenda": (AgendaItem("a", "A", done_when=Said("done")),)}, "agenda-done"),
        ({}, "limit-turns"),
    ],
)
def test_a_meeting_ends_once(more, reason):
    """Of several reasons to end at once, the first one is recorded, and no other."""
    table = opened(TECH, BIZ, limits=Limits(turns=1), **more)
    assert of(table.says("tech", "We are done."), EndMeeting) == [EndMeeting(reason)]
    assert table.commands(EndMeeting) == [EndMeeting(reason)]


def test_a_limit_on_money_that_nobody_spends_wakes_nobody():
    """The timer of the cost limit is off while no priced session is ready, and set with the next one."""
    paid = evolve(TECH, price=Price("dear", usd_a_minute=0.6))
    table = opened(paid, BIZ, floor=FloorRules(think_s=300.0), limits=Limits(cost_usd=0.6, silence_s=300.0))
    assert timers(table, "limit-cost") == [60.0]
    table.at(30, SessionLost("tech", 1, "1006", 1.0))
    assert timers(table, "limit-cost") == [None]
    table.at(40, SessionReady("tech", 2))
    assert timers(table, "limit-cost") == [70.0]


def test_a_viewer_reads_the_title_of_a_point():
    """A point of the agenda is shown by its title, and not by its key."""
    table = Table(plan(TECH, BIZ, agenda=(AgendaItem("one", "The long view", time_s=60.0, warn_s=10.0),)))
    table.open()
    table.at(50, Woke("box"))
    warned = [report.text for report in table.commands(Report) if report.code == "agenda-warning"]
    assert warned == ["10 seconds are left for The long view"]
