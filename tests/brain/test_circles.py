"""Livelocks, loops and deputies."""

from __future__ import annotations

import pytest
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Table, moderated, of, opened

from trialogue.model.commands import Cue
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    SessionFailed,
)
from trialogue.model.plan import FloorRules

HANDS = FloorRules(policy="queue", otherwise="queue")


@pytest.mark.parametrize(("raised", "waited"), [(2.0, True), (2.5, False)])
def test_who_has_waited_since_the_first_of_six_turns_comes_in(raised, waited):
    """Since that ended, at the latest."""
    table = opened(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue"))
    table.at(0, GrantAsked("tech"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        table.begins(name, f"At {table.now:.0f}: what of it, {other}?")
        table.plays(name)
        if table.meeting.turn == (1 if raised == 2.0 else 2):
            table.at(raised, FloorRequested("law"))
            table.now = 2.0 * (table.meeting.turn - 1)
        table.ends(name)
    assert ("livelock" in table.reports()) is waited


def test_the_chair_breaks_a_loop_though_another_is_next():
    """It is asked at once, also where it hears: nobody said so aloud."""
    rules = FloorRules(order=("tech", "biz", "mod"))
    table = opened(EAR, TECH, BIZ, floor=rules)
    table.at(0, GrantAsked("biz"))
    for text in ("Well.", "Thank you.", "Bye.", "Bye bye.", "Goodbye."):
        assert table.reports() == []
        table.says(table.meeting.holder, text)
    assert (table.reports(), table.meeting.holder) == (["politeness-loop"], "mod")
    assert of(table.log[-1][2], Cue)[0].text.endswith("Go on to something else, or end the meeting.")


def test_an_agent_is_deputy_before_a_person():
    """A person may not want to be."""
    table = opened(CHAIR, GUEST, TECH, floor=FloorRules(policy="moderated"))
    table.at(1, SessionFailed("mod", "401"))
    assert (table.meeting.floor_view.chair, table.reports()) == ("tech", ["participant-failed", "chair-dead"])


def test_a_chair_that_passes_is_not_dead():
    """It answers that it has nothing to say."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    for _ in range(4):
        while table.meeting.holder != "mod":
            table.says(table.meeting.holder, f"At {table.now:.0f}.")
        table.begins("mod", "", 0.0)
    assert "chair-dead" not in table.reports()
