"""Replies that turn out to be empty: their agents had nothing to say, and are told nothing of it."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, TECH, opened, passes

from trialogue.model.commands import Cue, Drop, EndTurn
from trialogue.model.events import FloorRequested, ReplySent, ReplyStarted
from trialogue.model.participants import Hears
from trialogue.model.plan import FloorRules

BY_EAR = evolve(BIZ, hears=Hears.AUDIO)


def test_a_turn_with_an_empty_reply_is_yielded():
    """The next cue of its agent tells what others said, and nothing else."""
    table = opened(TECH, BIZ)
    passes(table, "tech")
    assert table.commands(Drop) == [Drop("tech", 1, "withdrawn")]
    assert table.commands(EndTurn) == [EndTurn("tech", 1, "yielded")]
    table.says("biz", "Well.")
    assert table.commands(Cue)[-1] == Cue("tech", 3, "Biz: Well.\nIt is your turn.")


def test_an_empty_reply_that_waits_is_let_go():
    """And with it the request that stood for it alone."""
    table = opened(TECH, BY_EAR, floor=FloorRules("queue", "queue"))
    table.begins("biz")
    table.plays("biz")
    table.at(1.0, ReplyStarted("biz", 2))
    assert table.at(1.1, ReplySent("biz", 2, 0.0)) == [Drop("biz", 2, "withdrawn")]
    table.ends("biz")
    assert table.grants() == ["biz"]
    table.at(5.0, FloorRequested("biz"))
    assert table.commands(Cue) == [Cue("biz", 2, "It is your turn.")]
