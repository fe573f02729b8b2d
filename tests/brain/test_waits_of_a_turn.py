"""Waits of a turn: for an ear, for a thought, for a tool's result, and what ends each."""

from attrs import evolve
from playbook import BIZ, CHAIR, EAR, TECH, Table, moderated, opened, plan, timers

from trialogue.model.commands import EndTurn, WakeAt
from trialogue.model.events import (
    InjectionRefused,
    ReplyStarted,
    SentenceSaid,
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
    """The timers of an ear and of a retry change nothing once the reply has begun."""
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
    """A turn with a tool call ends with the reply after the tool's result."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(2, ToolFinished("tech", "c1", "succeeded", "0.08"))
    table.at(2, ReplyStarted("tech", 1))
    table._reply["tech"] = 1
    table.plays("tech")
    assert EndTurn("tech", 1, "finished") in table.ends("tech")


def test_words_while_a_tool_runs_do_not_settle_the_debt():
    """A holder that speaks while its tool runs keeps the floor until the tool's answer."""
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
    """A holder has its whole time to think again from its tool's result on."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(1, ToolFinished("tech", "c1", "succeeded", "0.08"))
    table.ends("tech")
    assert WakeAt("think", 23.0) in table.log[-1][2]


def test_speech_heard_before_a_turns_end_starts_no_wait_after_it():
    """An agent by ear has its time to answer by itself from its grant on; then it is cued."""
    table = opened(BIZ, SOUND)
    table.begins("biz")
    table.plays("biz")
    table.at(1.0, WordsHeard("tech", "Well."))
    table.ends("biz", 3.0)
    rules = table.plan.floor
    assert table.meeting.holder == "tech"
    assert timers(table, "ear", "think") == [4.0 + rules.ear_s, 4.0 + rules.think_s]
