"""Who has had so much of the floor that others come first."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, LAW, TECH, plan

from trialogue.brain.floor.dominance import dominant
from trialogue.brain.floor.view import FloorView, TurnTaken
from trialogue.model.plan import FloorRules, ShareRules


def seen(*spoken, now=100.0, **share):
    """What a policy sees after turns of (who, how long, when it ended)."""
    turns = tuple(
        TurnTaken(number, name, "finished", "queue", "Well.", ended - length, ended, length)
        for number, (name, length, ended) in enumerate(spoken, 1)
    )
    rules = FloorRules(share=ShareRules(**share))
    return FloorView(plan(TECH, BIZ, LAW, floor=rules), now, now, ("tech", "biz", "law"), turns=turns)


def test_a_minute_of_speech_is_enough_for_a_verdict():
    """Not a second less; and only who is beyond the limit is passed over, not who reaches it."""
    assert dominant(seen(("tech", 40.0, 40.0), ("biz", 20.0, 60.0), max=0.5)).keys() == {"tech"}
    assert dominant(seen(("tech", 40.0, 40.0), ("biz", 19.9, 60.0), max=0.5)) == {}
    assert dominant(seen(("tech", 30.0, 40.0), ("biz", 30.0, 70.0), max=0.5)) == {}


def test_a_turn_leaves_the_window_with_its_end():
    """What ended longer ago than the window is wide is forgotten, and so is what ended just then."""
    view = seen(("tech", 40.0, 40.0), ("biz", 60.0, 99.0), now=110.0)
    assert (view.heard_s(70.0), view.heard_s(70.1)) == (60.0, 100.0)
    assert (view.share("tech", 70.0), view.share("tech", 70.1)) == (0.0, 0.4)
    assert (seen().share("tech"), seen().share("tech", 70.0)) == (0.0, 0.0)
    assert seen(("tech", 0.5, 99.0)).share("tech") == 1.0


def test_silent_turns_do_not_break_a_run():
    """In a row are turns that were heard, whoever kept silent in between."""
    view = seen(("tech", 5.0, 10.0), ("biz", 0.0, 12.0), ("tech", 5.0, 20.0), in_a_row=2)
    silent = evolve(view, turns=tuple(evolve(t, heard="Well." if t.spoken_s else "") for t in view.turns))
    assert dominant(view) == {}, "typed words are heard"
    assert dominant(silent).keys() == {"tech"}


def test_nobody_is_passed_over_where_all_would_be():
    """And whoever chairs never is."""
    view = seen(("tech", 70.0, 90.0), max=0.5)
    assert dominant(evolve(view, present=("tech",))) == {}
    assert dominant(evolve(view, chair="tech")) == {}
