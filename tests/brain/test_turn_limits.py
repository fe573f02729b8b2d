"""Limits of one turn."""

from __future__ import annotations

import pytest
from playbook import BIZ, TECH, Table, plan

from trialogue.model.commands import EndTurn
from trialogue.model.events import (
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    Woke,
)
from trialogue.model.plan import FloorRules, HoldRules


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


@pytest.mark.parametrize(("begins", "ends"), [(30.5, 30.5), (34.9, 34.9), (35.0, 35.0), (35.1, 30.0)])
def test_a_sentence_may_run_five_seconds_behind_the_limit(begins, ends):
    """A turn behind its limit ends with its sentence where that comes so soon; else it is cut."""
    table = Table(plan(TECH, BIZ, floor=FloorRules(hold=HoldRules(30.0))))
    table.open()
    table.at(0, ReplyStarted("tech", 1))
    table.at(0, SentenceSaid("tech", 1, "A long one.", 0.0))
    table.at(0, SentenceSaid("tech", 1, "Another.", begins))
    table.at(0, PlaybackStarted("tech", 1, 1, 0.0))
    answer = table.at(30, Woke("hold"))
    if ends > 30:
        assert of(answer, EndTurn) == []
        assert of(table.at(ends - 0.01, Woke("revoke")), EndTurn) == []
        answer = table.at(ends, Woke("revoke"))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "hold-limit")]


def test_a_timer_that_is_a_microsecond_early_is_due():
    """Times are recorded so; what is earlier is none of its business."""
    for early, due in ((1e-6, True), (1e-5, False)):
        table = Table(plan(TECH, BIZ))
        table.open()
        assert bool(of(table.at(20.0 - early, Woke("think")), EndTurn)) is due
