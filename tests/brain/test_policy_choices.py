"""What single policies choose."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Table, moderated, opened, plan

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.floor.precedence import feasible
from trialogue.brain.floor.view import (
    Collect,
    FloorView,
    Named,
    Next,
    Nobody,
    Tally,
    TurnTaken,
    Wait,
    Waiting,
)
from trialogue.model.commands import GrantFloor
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
)
from trialogue.model.plan import AgendaItem, FloorRules, ShareRules

HANDS = FloorRules(policy="queue", otherwise="queue")


def taken(number, name):
    """A turn that was heard."""
    return TurnTaken(number, name, "finished", "agenda", "Well.", number, number + 1.0, 1.0)


OWNED = FloorView(
    plan(TECH, BIZ),
    now=9.0,
    free_since=9.0,
    present=("tech", "biz"),
    item=AgendaItem("one", "One", owner="tech"),
    turns=(taken(1, "tech"), taken(2, "biz")),
)
WANTS = (Waiting("tech", 0, 8.0, is_prepared=False),)


@pytest.mark.parametrize(
    ("view", "decided"),
    [
        (OWNED, Nobody("owner-has-spoken")),
        (evolve(OWNED, queue=WANTS), Next("tech", "the owner of the point wants it")),
        (evolve(OWNED, queue=WANTS, turns=OWNED.turns[:1]), Nobody("owner-has-spoken")),
        (evolve(OWNED, present=("biz",)), Nobody("owner-away")),
        (evolve(OWNED, item_since=2.0), Next("tech", "the point is its own")),
        (evolve(OWNED, item_since=1.0), Nobody("owner-has-spoken")),
    ],
)
def test_an_owner_speaks_first_and_then_by_turns(view, decided):
    """A point's owner speaks first to it, and again when it wants to after another has spoken."""
    assert POLICIES["agenda"].choose(view) == decided


def test_a_floor_that_was_handed_to_somebody_away():
    """A hand-off to an absent participant has another reason than one to nobody."""
    view = evolve(OWNED, present=("biz",), named=Named("tech", "", "biz"))
    assert POLICIES["hand-off"].choose(view) == Nobody("named-away")
    assert POLICIES["hand-off"].choose(evolve(view, named=None)) == Nobody("nobody-named")


HAND = Named("biz", "", "tech")
BOTH = (Waiting("tech", 0, 9.0, is_prepared=True), Waiting("biz", 0, 9.0, is_prepared=True))
STARTED = "the first to start"
FREE = FloorView(plan(TECH, BIZ, LAW), now=9.25, free_since=9.0, present=("tech", "biz", "law"))
SAID = evolve(FREE, now=20.0, turns=(taken(1, "biz"), taken(2, "tech")))


@pytest.mark.parametrize(
    ("view", "decided"),
    [
        (evolve(SAID, named=HAND), Next("biz", "the last speaker handed it over")),
        (
            evolve(SAID, named=HAND, present=("tech",)),
            Next("tech", "nobody else starts: the speaker may go on"),
        ),
        (evolve(SAID, turns=(evolve(taken(1, "tech"), heard="Biz?"),)), Next("biz", "selected by name")),
        (evolve(SAID, turns=(*SAID.turns, taken(3, "tech"))), Nobody("nobody-starts")),
        (
            evolve(SAID, turns=(evolve(taken(1, "tech"), heard="Law?"),), present=("tech", "biz")),
            Next("tech", "nobody else starts: the speaker may go on"),
        ),
        (evolve(FREE, queue=BOTH), Wait(9.3, "another may have started too")),
        (evolve(FREE, queue=BOTH, present=("tech", "biz")), Next("tech", STARTED)),
        (evolve(FREE, queue=BOTH, now=9.5, draw=0.49), Next("tech", STARTED)),
        (evolve(FREE, queue=BOTH, now=9.5, draw=0.5), Next("biz", STARTED)),
    ],
)
def test_selected_or_first_or_the_same_again(view, decided):
    """`free` chooses the selected one, else the first starter, else the same again; a draw breaks ties."""
    decision = POLICIES["free"].choose(view)
    if isinstance(decision, Wait):
        decision = evolve(decision, until=round(decision.until, 6))
    assert decision == decided


def test_a_participant_who_starts_a_little_later_may_still_come_first():
    """A higher priority counts where the start is three tenths of a second later, and not behind that."""
    for late, first in ((0.25, "biz"), (0.3, "biz"), (0.5, "tech")):
        queue = (Waiting("biz", 1, late, is_prepared=True), Waiting("tech", 0, 0.0, is_prepared=True))
        assert POLICIES["free"].choose(evolve(FREE, now=9.5, queue=queue)) == Next(first, STARTED)


def test_people_prepare_nothing():
    """A policy that has all prepare asks no person to."""
    view = FloorView(plan(GUEST, TECH), now=1.0, free_since=0.0, present=("dana",), away=("tech",))
    assert feasible(Collect("all prepare"), view) == Nobody("all-away")
    assert feasible(Collect("all prepare"), evolve(view, present=("dana", "tech"))) == Collect("all prepare")


def test_each_turn_has_a_draw_of_its_own():
    """A turn's random draw depends on the meeting's seed and the turn's number only."""
    table = opened(TECH, BIZ, seed=7)
    for turn in (2, 3):
        assert table.meeting.floor_view.draw == Random(f"7/turn/{turn}").random()
        table.says(table.meeting.holder)


def test_a_choice_without_the_dominant_may_find_nobody():
    """A dominant participant still speaks where no other can, without a report."""
    rules = FloorRules(policy="addressed", otherwise="queue", share=ShareRules(in_a_row=1))
    table = opened(TECH, BIZ, floor=rules)
    table.at(0, GrantAsked("tech"))
    table.begins("tech", "Well.")
    table.plays("tech")
    table.at(0, FloorRequested("tech"))
    table.ends("tech")
    assert (table.grants(), table.reports()) == (["tech", "tech"], [])


def test_the_order_is_turned_behind_who_had_a_turn_by_it():
    """The order of speakers names everybody once, from behind the last turn that the order itself gave."""
    table = plan(TECH, BIZ, LAW)
    tally = Tally().after(evolve(taken(1, "biz"), chosen_by="round-robin"), table)
    assert tally.turned == ("law", "tech", "biz")
    tally = tally.after(evolve(taken(2, "tech"), chosen_by="asked"), table)
    assert tally.turned == ("law", "tech", "biz")
    assert tally.after(evolve(taken(3, "law"), chosen_by="silence"), table).turned == ("tech", "biz", "law")
    assert (tally.spoken, tally.began) == ({"biz": 1.0, "tech": 1.0}, {"biz": 1, "tech": 2})


def test_reasons_are_told_without_speech():
    """The reason of a grant contains no speech, whoever chose."""
    table = Table(moderated(EAR, TECH))
    table.open()
    table.says("mod", "Well.")
    table.begins("mod", "Tech.")
    table.plays("mod")
    table.ends("mod")
    table.says("tech")
    reasons = [grant.reason for grant in table.commands(GrantFloor)]
    assert reasons == ["the chair opens", "the chair goes on", "the chair named it", "back to the chair"]


def test_reasons_of_policies_that_name_nobody():
    """Each policy gives the documented code when it names nobody."""
    view = Table(moderated(CHAIR, TECH)).meeting.floor_view
    codes = {name: policy.choose(evolve(view, now=9.0)).reason for name, policy in POLICIES.items()}
    assert codes == {
        "addressed": "nobody-named",
        "agenda": "no-owner",
        "auction": "no-bids",
        "free": "nobody-starts",
        "hand-off": "nobody-named",
        "least-spoken": "all-away",
        "moderated": "chair-away",
        "parallel-collect": "all-away",
        "queue": "nobody-waits",
        "random": "all-away",
        "recency": "all-away",
        "round-robin": "all-away",
        "scripted": "order-done",
    }
    passed = Table(plan(TECH))
    passed.open()
    passed.begins("tech", "", 0.0)
    assert POLICIES["round-robin"].choose(passed.meeting.floor_view).reason == "all-passed"
    assert POLICIES["moderated"].choose(passed.meeting.floor_view).reason == "no-chair"
