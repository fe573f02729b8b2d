"""How two policies, and hands that are up, make one decision."""

import pytest
from attrs import evolve
from playbook import BIZ, TECH, plan

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.floor.precedence import HAND, Choice, by_precedence
from trialogue.brain.floor.view import FloorView, Next, Nobody, Wait, Waiting


class Fixed:
    """A policy that always says the same."""

    def __init__(self, decision):
        self.decision = decision

    def choose(self, view, /):
        """Say it."""
        return self.decision


VIEW = FloorView(plan(TECH, BIZ), now=5.0, free_since=1.0, present=("tech",))


@pytest.mark.parametrize(
    ("first", "second", "decided"),
    [
        (Next("tech", "r"), Nobody("x"), Choice(Next("tech", "r"))),
        (Next("biz", "r"), Next("tech", "r"), Choice(Next("tech", "r"), Nobody("named-away"))),
        (Wait(6.0, "r"), Next("tech", "r"), Choice(Wait(6.0, "r"))),
        (Wait(5.0, "r"), Next("tech", "r"), Choice(Next("tech", "r"), Nobody("waited-long"))),
        (Nobody("x"), Next("biz", "r"), Choice(Nobody("named-away"), Nobody("x"))),
        (Nobody("x", is_final=True), Next("tech", "r"), Choice(Nobody("x", is_final=True))),
    ],
)
def test_two_policies_make_one_decision(first, second, decided):
    """A decision that cannot be carried out counts as nobody, and `otherwise` decides."""
    assert by_precedence(VIEW, Fixed(first), Fixed(second)) == decided


def test_every_policy_copes_with_an_empty_table():
    """No policy fails when no participant is present."""
    for policy in POLICIES.values():
        decision = policy.choose(evolve(VIEW, present=(), away=("tech", "biz")))
        assert isinstance(decision, Nobody)


def test_a_raised_hand_comes_before_otherwise():
    """A raised hand decides where the policy names nobody; a prepared reply alone does not."""
    hand = Waiting("tech", 0, 1.0, is_prepared=False, is_raised=True)
    nobody, other = Fixed(Nobody("x")), Fixed(Next("tech", "r"))
    raised = by_precedence(evolve(VIEW, queue=(hand,)), nobody, other)
    assert raised == Choice(Next("tech", "its hand is up"), Nobody("x"), HAND)
    prepared = evolve(VIEW, queue=(evolve(hand, is_raised=False),))
    assert by_precedence(prepared, nobody, other) == Choice(Next("tech", "r"), Nobody("x"))
    away = evolve(VIEW, queue=(evolve(hand, participant="biz"),))
    assert by_precedence(away, nobody, other) == Choice(Next("tech", "r"), Nobody("x"))
