"""Who has had so much of the floor that others come first."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, CHAIR, LAW, TECH, Table, plan

from trialogue.brain.floor.dominance import dominant
from trialogue.brain.floor.view import FloorView, TurnTaken
from trialogue.model.commands import Report
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
)
from trialogue.model.plan import FloorRules, Limits, ShareRules


def seen(*spoken, now=100.0, **share):
    """What a policy sees after turns of (who, how long, when it ended)."""
    turns = tuple(
        TurnTaken(number, name, "finished", "queue", "Well.", ended - length, ended, length)
        for number, (name, length, ended) in enumerate(spoken, 1)
    )
    rules = FloorRules(share=ShareRules(**share))
    return FloorView(plan(TECH, BIZ, LAW, floor=rules), now, now, ("tech", "biz", "law"), turns=turns)


def test_a_minute_of_speech_is_enough_for_a_verdict():
    """The share limit applies from a minute of speech on, and not at exactly its figure."""
    assert dominant(seen(("tech", 40.0, 40.0), ("biz", 20.0, 60.0), max=0.5)).keys() == {"tech"}
    assert dominant(seen(("tech", 40.0, 40.0), ("biz", 19.9, 60.0), max=0.5)) == {}
    assert dominant(seen(("tech", 30.0, 40.0), ("biz", 30.0, 70.0), max=0.5)) == {}


def test_a_turn_leaves_the_window_with_its_end():
    """A turn counts for the share until its end is as old as the window is wide."""
    view = seen(("tech", 40.0, 40.0), ("biz", 60.0, 99.0), now=110.0)
    assert (view.heard_s(70.0), view.heard_s(70.1)) == (60.0, 100.0)
    assert (view.share("tech", 70.0), view.share("tech", 70.1)) == (0.0, 0.4)
    assert (seen().share("tech"), seen().share("tech", 70.0)) == (0.0, 0.0)
    assert seen(("tech", 0.5, 99.0)).share("tech") == 1.0


def test_silent_turns_do_not_break_a_run():
    """Silent turns of others do not reset the count of a participant's turns in a row."""
    view = seen(("tech", 5.0, 10.0), ("biz", 0.0, 12.0), ("tech", 5.0, 20.0), in_a_row=2)
    silent = evolve(view, turns=tuple(evolve(t, heard="Well." if t.spoken_s else "") for t in view.turns))
    assert dominant(view) == {}, "typed words are heard"
    assert dominant(silent).keys() == {"tech"}


def test_nobody_is_passed_over_where_all_would_be():
    """A share limit never leaves the floor to nobody, and never silences the chair."""
    view = seen(("tech", 70.0, 90.0), max=0.5)
    assert dominant(evolve(view, present=("tech",))) == {}
    assert dominant(evolve(view, chair="tech")) == {}


def sharing(*cast, policy="addressed", otherwise="least-spoken", **share):
    """A meeting in which shares are limited."""
    rules = FloorRules(policy=policy, otherwise=otherwise, share=ShareRules(**share))
    table = Table(plan(*(cast or (TECH, BIZ, LAW)), floor=rules, limits=Limits(time_s=None, turns=99)))
    table.open()
    return table


def test_a_participant_with_too_large_a_share_is_passed_over():
    """A participant over the share limit is passed over after a minute of speech, with a report."""
    table = sharing(max=0.5)
    table.says("tech", "Biz?", 40.0)
    table.says("biz", "Tech?", 15.0)
    assert table.meeting.holder == "tech", "55 seconds of speech say nothing yet"
    table.says("tech", "Biz?", 20.0)
    table.says("biz", "Tech?", 5.0)
    assert table.meeting.holder == "law"
    assert [r.participant for r in table.commands(Report) if r.code == "dominance"] == ["tech"]


def test_shares_are_forgotten_with_their_window():
    """Speech from before the window does not count against a participant."""
    table = sharing(max=0.5, window_s=70.0)
    table.says("tech", "Biz?", 40.0)
    table.says("biz", "Law?", 30.0)
    table.says("law", "Tech?", 41.0)
    assert table.meeting.holder == "tech"


def test_so_many_turns_in_a_row():
    """A participant with too many turns in a row is passed over, if another can speak."""
    table = sharing(TECH, BIZ, in_a_row=2, policy="queue")
    for _ in range(2):
        table.at(table.now, FloorRequested("tech"))
        table.says("tech")
    table.at(table.now, FloorRequested("tech"))
    table.says(table.meeting.holder)
    assert table.grants()[:3] == ["tech", "tech", "biz"]
    alone = sharing(TECH, in_a_row=1)
    alone.says("tech")
    assert alone.grants() == ["tech", "tech"]


def test_the_chair_and_what_is_asked_for_are_never_passed_over():
    """Share limits do not stop the chair or a turn that the app asked for."""
    rules = FloorRules(policy="moderated", share=ShareRules(in_a_row=1))
    table = Table(plan(CHAIR, TECH, floor=rules))
    table.open()
    table.says("mod", "Tech?")
    table.at(table.now, GrantAsked("tech"))
    table.says("tech")
    assert table.meeting.holder == "tech"
    assert "dominance" not in table.reports()
