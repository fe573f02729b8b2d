"""What the app is asked before it happens: a tool call, words to an agent, a grant of the floor."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, TECH, Noted, Table, of, passes, plan, timers

from trialogue.model.commands import (
    AnswerTool,
    AskHook,
    CancelTool,
    Cue,
    EndMeeting,
    EndTurn,
    GrantFloor,
    Report,
    RunTool,
    Speak,
)
from trialogue.model.events import (
    FloorRequested,
    HookAnswered,
    RevokeAsked,
    SayAsked,
    SessionLost,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import Filler, FloorRules, HookRule, OnInterrupt, ToolRules

TOOL = HookRule("tool", 3.0, allows=False)
WORDS = HookRule("words", 2.0, allows=True)
GRANT = HookRule("grant", 1.0, allows=True)
CALL = ToolRequested("tech", 1, "c1", "prices", '{"a": 1}')
RUN = RunTool("tech", "c1", "prices", '{"a": 1}')
YES = HookAnswered("tech", 1, allowed=True)
NO = HookAnswered("tech", 1, allowed=False)


def hooked(*hooks, **more):
    """An open meeting whose app has these hooks."""
    it = Table(plan(TECH, BIZ, hooks=hooks, **more))
    it.open()
    return it


def refused(content):
    """What an agent is told of a call that may not be run."""
    return [
        Noted("tool-refused", "tech", "prices"),
        AnswerTool("tech", 1, "c1", "prices", content),
    ]


# --- a tool call ------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["", '{"a": 2}'])
def test_a_tool_runs_once_the_app_allows_it(arguments):
    """A tool runs when the app allows it, with the call's arguments or the app's."""
    it = hooked(TOOL)
    assert it.at(1, CALL) == [AskHook("tech", 1, "tool", '{"a": 1}', 4.0, "prices")]
    assert timers(it, "hook") == [4.0]
    assert it.at(2, evolve(YES, content=arguments)) == [evolve(RUN, arguments=arguments or '{"a": 1}')]
    assert timers(it, "hook") == [None]
    assert it.at(2.5, YES)[0] == Noted("stale", "tech")


@pytest.mark.parametrize(("reason", "told"), [("too dear", "Refused: too dear"), ("", "Refused")])
def test_a_tool_that_is_refused_is_answered(reason, told):
    """An agent whose tool call the app refuses reads that, with the app's reason if there is one."""
    it = hooked(TOOL)
    it.at(1, CALL)
    assert it.at(2, evolve(NO, reason=reason)) == refused(told)


@pytest.mark.parametrize("allows", [True, False])
def test_the_default_holds_at_the_deadline(allows):
    """A hook that misses its deadline gets its default and a warning, and its late answer is stale."""
    it = hooked(evolve(TOOL, allows=allows))
    it.at(1, CALL)
    late = Noted("hook-late", None, "tool", "allowed" if allows else "refused")
    answers = it.at(4, Woke("hook"))
    assert answers == [late, *([RUN] if allows else refused("Refused: no answer came in time"))]
    assert it.commands(Report)[0] == late
    assert next(each.level for each in it.log[-1][2] if isinstance(each, Report)) == "warning"
    assert it.at(5, NO) == [Noted("stale", "tech")]


def test_the_question_that_ends_first_is_given_up_first():
    """A slow hook does not extend the time that another hook has to answer."""
    it = hooked(TOOL, WORDS)
    assert it.commands(AskHook)[0].until == 2.0
    it.at(0.5, YES)
    it.at(1, CALL)
    it.at(1.5, ToolRequested("biz", 1, "c2", "prices", "{}"))
    it.begins("tech", "Well.")
    it.plays("tech")
    it.ends("tech", 0.5)
    it.at(2.2, ToolFinished("tech", "c1", "succeeded", "8"))
    assert [(each.question, each.until) for each in it.commands(AskHook)] == [(1, 2.0), (2, 4.0), (3, 4.5)]
    assert timers(it, "hook") == [4.0]
    it.at(4, Woke("hook"))
    assert timers(it, "hook") == [4.5]
    assert [each.call_id for each in it.commands(AnswerTool)] == ["c1"]


def test_a_call_that_was_taken_back_does_not_run():
    """A tool call that its agent cancelled does not run when the app allows it later."""
    it = hooked(TOOL)
    it.at(1, CALL)
    it.at(2, ToolCallCancelled("tech", "c1"))
    assert it.at(3, YES) == []


def test_a_call_that_was_to_stop_does_not_run():
    """A tool call whose agent was interrupted before the app allowed it is answered as cancelled."""
    it = hooked(TOOL, tools=(ToolRules("prices", on_interrupt=OnInterrupt.CANCEL),))
    it.begins("tech")
    it.plays("tech")
    it.at(1, CALL)
    assert CancelTool("tech", "c1") in it.at(1.5, RevokeAsked("tech"))
    answers = it.at(2, YES)
    assert RUN not in answers
    assert AnswerTool("tech", 1, "c1", "prices", "the call was cancelled") in answers


# --- words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "Be brief."])
def test_an_agent_is_told_what_the_app_has_seen(words):
    """An agent gets a prompt once the app has seen it, in its words or the app's."""
    it = hooked(WORDS)
    asked = AskHook("tech", 1, "words", "It is your turn.", 2.0)
    assert it.commands(AskHook) == [asked]
    assert it.commands(Cue) == []
    assert it.at(1, evolve(YES, content=words)) == [Cue("tech", 1, words or "It is your turn.")]


def test_words_that_are_refused_end_the_turn():
    """An agent whose prompt the app refuses yields, and the next allowed prompt tells what it missed."""
    it = hooked(WORDS)
    it.at(0.5, YES)
    it.says("tech", "Good morning.")
    assert it.commands(AskHook)[-1] == AskHook(
        "biz", 2, "words", "Tech: Good morning.\nIt is your turn.", 4.5
    )
    answers = it.at(3, HookAnswered("biz", 2, allowed=False))
    assert answers[:2] == [
        Noted("words-refused", "biz"),
        EndTurn("biz", 2, "yielded"),
    ]
    it.at(3.5, HookAnswered("tech", 3, allowed=True))
    it.says("tech", "Anybody?")
    assert it.commands(AskHook)[-1].content.startswith("Tech: Good morning.\nTech: Anybody?\n")


def test_words_for_a_session_that_is_gone_are_told_to_nobody():
    """A prompt that the app allows after its session was lost is not sent."""
    it = hooked(WORDS)
    it.at(0.5, SessionLost("tech", 1, "1006", 0.1))
    assert it.at(1, YES) == []
    assert it.commands(Cue) == []


def test_filling_words_that_are_refused_are_let_go():
    """A turn waits on for its tool without filling words if the app refuses them."""
    it = hooked(WORDS, tools=(ToolRules("prices", filler=Filler(1.0, "One moment.")),))
    it.at(0.5, YES)
    it.at(1, CALL)
    assert it.at(2, Woke("filler")) == [AskHook("tech", 2, "words", "One moment.", 4.0)]
    assert it.at(3, HookAnswered("tech", 2, allowed=False)) == []
    assert it.commands(Speak) == []
    assert it.meeting.holder == "tech"


# --- a grant ----------------------------------------------------------------------------------------


def granted(answers):
    """To whom, and why, the floor was given."""
    return [(each.to, each.reason) for each in answers if isinstance(each, GrantFloor)]


@pytest.mark.parametrize("to", ["", "tech", "biz"])
def test_the_floor_is_given_to_whom_the_app_says(to):
    """The floor goes to the participant that the app confirms or names; it is asked once a turn."""
    it = hooked(GRANT)
    assert it.commands(AskHook) == [AskHook("tech", 1, "grant", "next in order", 1.0)]
    assert it.at(0.2, SayAsked("nobody", "Well.")) is not None
    assert it.grants() == []
    assert granted(it.at(0.5, evolve(YES, content=to))) == [(to or "tech", "next in order")]
    it.says(to or "tech")
    assert [each.question for each in it.commands(AskHook)] == [1, 2]
    assert it.grants() == [to or "tech"]


def test_somebody_who_is_not_of_the_meeting_cannot_have_it():
    """A hook that names an unknown participant leaves the floor to the policy's choice."""
    it = hooked(GRANT)
    answers = it.at(0.5, evolve(YES, content="zoe"))
    assert Noted("stale", "tech") in answers
    assert granted(answers) == [("tech", "next in order")]


def test_a_participant_refused_by_the_app_is_passed_over_for_one_turn():
    """The app is asked about the next participant if it refuses one, who may be chosen again a turn later."""
    it = hooked(GRANT)
    answers = it.at(0.5, NO)
    assert answers == [
        Noted("grant-refused", "tech"),
        AskHook("biz", 2, "grant", "next in order", 1.5),
    ]
    assert granted(it.at(1, HookAnswered("biz", 2, allowed=True))) == [("biz", "next in order")]
    it.says("biz")
    assert it.commands(AskHook)[-1] == AskHook("tech", 3, "grant", "next in order", 4.0)
    it.at(3.5, HookAnswered("tech", 3, allowed=False))
    assert it.commands(AskHook)[-1] == AskHook("biz", 4, "grant", "next in order", 4.5)


def test_where_all_are_refused_nobody_has_it():
    """The silence ladder starts where the app refuses every participant."""
    it = hooked(GRANT)
    assert timers(it, "ladder") == [None]
    it.at(0.5, NO)
    assert timers(it, "ladder") == [None]
    answers = it.at(1, HookAnswered("biz", 2, allowed=False))
    assert [each.code for each in answers if isinstance(each, Report)] == ["grant-refused"]
    assert it.grants() == []
    assert timers(it, "hook", "ladder") == [None, it.plan.floor.silence.after_s]


def test_an_absent_participant_named_by_the_app_does_not_have_the_floor():
    """An absent participant that the app names does not get the floor, and the silence ladder starts."""
    it = hooked(GRANT)
    it.at(0.2, SessionLost("biz", 1, "1006", 0.1))
    assert granted(it.at(0.5, evolve(YES, content="biz"))) == []
    assert timers(it, "ladder") == [it.plan.floor.silence.after_s]


def test_nothing_is_tried_against_silence_while_the_app_thinks():
    """A slow hook does not make the meeting nudge anybody, and its answer still counts."""
    it = hooked(evolve(GRANT, deadline_s=30.0), floor=FloorRules(policy="queue", otherwise="queue"))
    assert timers(it, "hook", "ladder") == [None, it.plan.floor.silence.after_s]
    it.at(1, FloorRequested("tech"))
    assert timers(it, "hook", "ladder") == [31.0, None]
    assert it.at(10, FloorRequested("biz")) == []
    assert it.grants() == []
    assert granted(it.at(20, YES)) == [("tech", "first in the queue")]
    it.says("tech")
    assert it.commands(AskHook)[-1].participant == "biz"
    assert timers(it, "ladder") == [None]


def test_silence_is_broken_at_once_where_the_app_refuses_after_it():
    """The silence ladder's first rung follows at once on a refusal that took longer than the ladder waits."""
    it = hooked(evolve(GRANT, deadline_s=30.0))
    assert it.commands(GrantFloor) == []
    for number in (1, 2):
        decided = it.at(10, HookAnswered("tech", number, allowed=False))
    assert "silence" in [each.code for each in of(decided, Report)]


def test_a_participant_named_by_the_app_who_always_yields_is_passed_over():
    """A participant who yields three times is not given the floor again because the app names it."""
    it = hooked(GRANT)
    for number in range(1, 5):
        asked = it.commands(AskHook)[-1]
        it.at(number, HookAnswered(asked.participant, asked.question, allowed=True, content="biz"))
        if it.meeting.holder == "biz":
            passes(it, "biz")
    assert it.grants().count("biz") == 3


def test_a_turn_of_a_script_that_the_app_gives_to_another_is_used_up():
    """The app gives the last scripted turn to one who had its own: the script is done, without an error."""
    it = hooked(GRANT, floor=FloorRules(policy="scripted", order=("biz", "tech")))
    it.at(0.1, HookAnswered("biz", 1, allowed=True))
    it.says("biz")
    it.at(it.now, HookAnswered("tech", 2, allowed=True, content="biz"))
    it.says("biz")
    assert it.grants() == ["biz", "biz"]
    assert it.commands(EndMeeting) == [EndMeeting("order-done")]


def test_silence_is_broken_at_once_where_the_app_names_one_who_is_away_after_it():
    """The silence ladder goes on at once when the app, after a long time, names an absent participant."""
    it = hooked(evolve(GRANT, deadline_s=30.0))
    it.at(1, SessionLost("biz", 1, "reset", 60.0))
    decided = it.at(10, HookAnswered("tech", 1, allowed=True, content="biz"))
    assert "silence" in [each.code for each in of(decided, Report)]
