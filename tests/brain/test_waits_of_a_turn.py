"""Small promises, each of which a changed line once broke without any test's notice."""

from attrs import evolve
from playbook import BIZ, CHAIR, EAR, TECH, Noted, Table, moderated, opened, plan, timers

from trialogue.brain.floor.policies import POLICIES
from trialogue.model.commands import Cue, EndTurn, GrantFloor, Report, WakeAt
from trialogue.model.events import (
    InjectionRefused,
    ReplyStarted,
    SentenceSaid,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
    Woke,
    WordsHeard,
)

SOUND = evolve(TECH, hears=EAR.hears)


def waiting_for_a_name():
    """A meeting whose chair, by text, has named nobody; the floor is free from 2 to 8 seconds."""
    table = Table(moderated(CHAIR, SOUND, BIZ))
    table.open()
    table.says("mod", "Well.")
    return table


def test_a_reply_ends_all_waits_for_it():
    """Neither the ear's nor a retry's timer means anything once it has begun."""
    table = waiting_for_a_name()
    table.at(8, Woke("choose"))
    table.begins("tech")
    assert table.at(14, Woke("ear")) == []
    other = Table(plan(TECH))
    other.open()
    other.at(1, InjectionRefused("tech", 1, "busy"))
    other.begins("tech")
    assert other.at(2, Woke("retry")) == []


def test_a_tool_call_ends_the_wait_for_an_ear():
    """An agent by ear that calls a tool has made something of what it heard."""
    table = waiting_for_a_name()
    table.at(8, Woke("choose"))
    table.at(9, ToolRequested("tech", 1, "c1", "prices", "{}"))
    assert table.at(14, Woke("ear")) == []


def test_a_reply_behind_the_tools_result_settles_the_debt():
    """The turn ends with it, though it called a tool."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(2, ToolFinished("tech", "c1", "succeeded", "0.08"))
    table.at(2, ReplyStarted("tech", 1))
    table._reply["tech"] = 1
    table.plays("tech")
    assert EndTurn("tech", 1, "finished") in table.ends("tech")


def test_words_while_a_tool_runs_do_not_settle_the_debt():
    """Nor does another's tool matter."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ToolRequested("biz", 1, "c9", "prices", "{}"))
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(1, SentenceSaid("tech", 1, "Just a moment.", 0.5))
    assert table.ends("tech") == []
    table.at(4, ToolFinished("tech", "c1", "succeeded", "0.08"))
    assert table.log[-1][2][-1] == WakeAt("think", 24.0)


def test_a_finished_tool_lets_the_silent_holder_think_anew():
    """From the moment of its result; after its filler, too, where the result came first."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(1, ToolFinished("tech", "c1", "succeeded", "0.08"))
    table.ends("tech")
    assert WakeAt("think", 23.0) in table.log[-1][2]


def test_a_turn_lost_after_one_that_was_taken_again_in_full():
    """A finished turn clears the count: the next loss is made good again."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for session in (1, 2):
        assert table.meeting.holder == "tech"
        table.at(table.now, SessionLost("tech", session, "gone", 0.1))
        table.at(table.now, SessionReady("tech", session + 1))
        table.says("biz")
        table.says("tech")
        table.says("biz")
    grants = [grant.reason for grant in table.commands(GrantFloor)]
    assert grants.count("asked for") == 2


def test_a_refusal_is_reported_with_its_reason():
    """For people, with whom it concerns."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for at in (1, 2, 4, 9):
        table.at(at, Woke("retry"))
        table.at(at, InjectionRefused("tech", 1, "busy"))
    report = Noted("injection-refused", "tech", "4", "busy")
    assert table.commands(Report) == [report]


def test_reasons_are_told_without_speech():
    """What a grant says of its reason, whoever chose."""
    table = Table(moderated(EAR, TECH))
    table.open()
    table.says("mod", "Well.")
    table.begins("mod", "Tech.")
    table.plays("mod")
    table.ends("mod")
    table.says("tech")
    reasons = [grant.reason for grant in table.commands(GrantFloor)]
    assert reasons == ["the chair opens", "the chair goes on", "the chair named it", "back to the chair"]


def test_what_a_policy_without_anybody_says():
    """The codes that people read."""
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


def test_a_chair_by_ear_is_asked_at_once_by_the_ladder():
    """What the ladder asks was heard by nobody; it counts as a turn of the round."""
    table = Table(plan(EAR, TECH))
    table.open()
    table.says("mod")
    table.says("tech", "")
    table.begins("mod", "", 0.0)
    table.begins("tech", "", 0.0)
    at = table.now + 4
    cues = [command for command in table.at(at, Woke("ladder")) if isinstance(command, Cue)]
    assert [cue.to for cue in cues] == ["mod"]
    assert table.meeting.floor_view.free_since < at
    table.begins("mod", "", 0.0)
    assert table.meeting.turns[-1].chosen_by == "silence"
    assert table.meeting.turns[-1].turn == 5
    assert table.meeting.turns[-1].began_at == at


def test_what_was_heard_before_a_turn_ended_is_not_waited_for_behind_it():
    """An agent by ear has its time to answer by itself from its grant on; then it is cued."""
    table = opened(BIZ, SOUND)
    table.begins("biz")
    table.plays("biz")
    table.at(1.0, WordsHeard("tech", "Well."))
    table.ends("biz", 3.0)
    rules = table.plan.floor
    assert table.meeting.holder == "tech"
    assert timers(table, "ear", "think") == [4.0 + rules.ear_s, 4.0 + rules.think_s]
