"""Agents by ear that start at once."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, EAR, LAW, TECH, of, opened

from trialogue.model.commands import (
    Drop,
    Report,
)
from trialogue.model.events import (
    FloorRequestCancelled,
    GrantAsked,
    ReplyStarted,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import (
    FloorRules,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


EARS = (SOUND, evolve(BIZ, hears=EAR.hears), evolve(LAW, hears=EAR.hears))
FREE = FloorRules(policy="free", otherwise="queue")


@pytest.mark.parametrize(("late", "collide"), [(0.3, True), (0.31, False)])
def test_a_participant_who_started_with_the_first_is_next(late, collide):
    """An agent that started within 0.3 s of the first loses its words, and is next."""
    table = opened(*EARS, floor=FREE)
    table.at(0, ReplyStarted("tech", 1))
    table.at(late, ReplyStarted("biz", 1))
    if table.meeting.holder is None:
        table.at(0.31, Woke("choose"))
    assert table.meeting.holder == "tech"
    assert ("collision" in table.reports()) is collide
    waiting = [waiting.participant for waiting in table.meeting.floor_view.queue]
    assert waiting == (["biz"] if collide else [])
    assert bool(of(table.at(1, FloorRequestCancelled("biz")), Report)) is not collide


def test_a_participant_who_is_selected_collides_with_nobody():
    """A participant who was named, or an agent by text, is not reported as a collision."""
    table = opened(*EARS, floor=FREE)
    table.at(0, GrantAsked("tech"))
    table.begins("tech", "What do you say, Law?")
    table.plays("tech")
    table.at(1, ReplyStarted("biz", 1))
    table.now = 0
    table.ends("tech")
    assert (table.meeting.holder, table.reports()) == ("law", [])
    greeted = opened(SOUND, BIZ, floor=FREE)
    greeted.at(0, ReplyStarted("biz", 1))
    greeted.at(0, ReplyStarted("tech", 1))
    assert (greeted.meeting.holder, greeted.reports()) == ("biz", [])


def test_a_participant_who_is_cued_does_not_answer_twice():
    """A holder's second reply beside its answer to a cue is dropped, and raises no hand."""
    table = opened(*EARS, floor=FREE)
    table.at(0.0, GrantAsked("tech", "the price"))
    table.begins("tech", "It is eight.")
    table.plays("tech")
    number = table._reply["tech"] + 1
    assert table.at(1.0, ReplyStarted("tech", number)) == [Drop("tech", number, "denied")]
    assert table.meeting.floor_view.queue == ()
