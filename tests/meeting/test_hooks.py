"""Hooks: the app is asked before a tool runs, before words reach an agent and before a grant."""

import pytest
import trio
from kept_cancellation import raise_kept

from trialogue import (
    AnswerTool,
    AskedWrongly,
    AskHook,
    Cue,
    GrantFloor,
    Hook,
    HookAnswer,
    HookAnswered,
    Report,
    RunTool,
    Scenario,
    ToolFinished,
)
from trialogue.testing import hold_meeting

CAST = {
    "ann": {
        "tools": ["pay"],
        "think": {
            "provider": "scripted",
            "script": [
                {"call": {"tool": "pay", "arguments": {"cents": 30}}, "say": "It says ${result}."},
                {"otherwise": "Well."},
            ],
        },
    },
    "bob": {"lines": ["Yes.", "No.", "Well.", "So."]},
}


def held(tmp_path, hooks, paid=None):
    """A meeting of three turns whose app has these hooks; it decides the same again."""
    paid = [] if paid is None else paid

    def pay(cents: int) -> str:
        """Pay."""
        paid.append(cents)
        return "paid"

    run = {"limits": {"turns": 3, "time": "60s"}}
    scenario = Scenario.build("hooked", CAST, run=run, tools={"pay": {"python": "pay"}})
    done = hold_meeting(scenario, tmp_path / "run", tools={"pay": pay}, hooks=hooks)
    assert done.verify().records > 5
    return done


def told(done):
    """What ann was told of her tool call."""
    said = [each.content for each in done.all(AnswerTool)]
    return said[0] if said else None


# --- before a tool call -----------------------------------------------------------------------------


def test_a_tool_runs_when_the_app_allows_it(tmp_path):
    """A tool runs when the hook that sees its arguments allows it, and the answer is recorded."""
    asked, paid = [], []

    def approve(question):
        asked.append(question)
        return True

    done = held(tmp_path, {"tool": approve}, paid)
    assert [(each.participant, each.point, each.tool, each.content) for each in asked] == [
        ("ann", "tool", "pay", '{"cents": 30}')
    ]
    assert paid == [30]
    assert done.all(HookAnswered) == [HookAnswered("ann", 1, allowed=True)]
    assert len(done.all(RunTool)) == 1


def test_a_tool_that_is_refused_never_runs(tmp_path):
    """A hook that refuses a tool call keeps the tool from running; its agent is told why."""
    paid = []
    done = held(tmp_path, {"tool": lambda _: HookAnswer(False, reason="too dear")}, paid)
    assert paid == []
    assert done.all(RunTool) == []
    assert told(done) == "Refused: too dear"
    assert "tool-refused" in [each.code for each in done.all(Report)]


def test_a_hook_may_change_a_tools_arguments(tmp_path):
    """The tool runs with the arguments that the hook returned."""
    paid = []
    held(tmp_path, {"tool": lambda _: HookAnswer(True, content='{"cents": 5}')}, paid)
    assert paid == [5]


async def sleeps(_):
    await trio.sleep(60)


def raises(_):
    raise ValueError("no answer")


async def raises_what_it_kept(_):
    await raise_kept()


async def raises_when_it_is_late(_):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("late")


def says_too_much(_):
    return HookAnswer(True, content="x" * 100_001)


@pytest.mark.parametrize(
    "hook",
    [
        sleeps,
        raises,
        raises_what_it_kept,
        raises_when_it_is_late,
        lambda _: "yes",
        lambda _: None,
        says_too_much,
    ],
)
@pytest.mark.parametrize("allows", [True, False])
def test_without_an_answer_the_default_holds(tmp_path, hook, allows):
    """A hook that raises, answers wrongly or is late gets its default at the deadline."""
    paid = []
    done = held(tmp_path, {"tool": Hook(hook, deadline_s=3, allows=allows)}, paid)
    assert paid == ([30] if allows else [])
    assert done.all(HookAnswered) == []
    (asked,) = done.all(AskHook)
    at = next(record.at for record in done.records if asked in record.commands)
    (late,) = (each for each in done.all(Report) if each.code == "hook-late")
    later = next(record.at for record in done.records if late in record.commands)
    assert later - at == pytest.approx(3, abs=0.01)


async def test_an_async_hook_is_waited_for(tmp_path):
    """A tool runs when an async hook has allowed it, two seconds later."""

    async def approve(_):
        await trio.sleep(2)
        return True

    paid = []
    done = await trio.to_thread.run_sync(held, tmp_path, {"tool": approve}, paid)
    assert paid == [30]
    assert len(done.all(ToolFinished)) == 1


# --- before words reach an agent --------------------------------------------------------------------


def test_words_to_an_agent_can_be_changed(tmp_path):
    """An agent reads what the hook says, and the journal has what the hook was asked."""
    done = held(
        tmp_path, {"words": lambda asked: HookAnswer(True, content=asked.content.replace("Yes", "Perhaps"))}
    )
    asked = [each.content for each in done.all(AskHook)]
    cues = [each.text for each in done.all(Cue)]
    assert any("Yes" in text for text in asked)
    assert any("Perhaps" in text for text in cues)
    assert not any("Yes" in text for text in cues)


def test_words_that_are_refused_never_reach_an_agent(tmp_path):
    """An agent whose words a hook refuses gets no cue, and the others go on."""
    done = held(tmp_path, {"words": lambda asked: asked.participant != "bob"})
    assert {each.to for each in done.all(Cue)} == {"ann"}
    assert "words-refused" in [each.code for each in done.all(Report)]


# --- before a grant ---------------------------------------------------------------------------------


def test_a_grant_can_be_refused(tmp_path):
    """A hook that refuses a grant gives the floor to another participant."""
    done = held(tmp_path, {"grant": lambda asked: asked.participant != "ann"})
    assert {each.to for each in done.all(GrantFloor)} == {"bob"}


def test_a_grant_can_go_to_another(tmp_path):
    """The participant that the hook names gets the floor."""
    done = held(tmp_path, {"grant": lambda _: HookAnswer(True, content="bob")})
    assert {each.to for each in done.all(GrantFloor)} == {"bob"}


def test_grants_wait_for_the_answer(tmp_path):
    """Nobody gets the floor before the app's hook has answered."""

    async def think(_):
        await trio.sleep(0.5)
        return True

    done = held(tmp_path, {"grant": think})
    grants = [record for record in done.records if any(isinstance(c, GrantFloor) for c in record.commands)]
    assert len(grants) >= 3
    assert all(isinstance(record.event, HookAnswered) for record in grants)


# --- what is no hook --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hooks",
    [
        {"tool": 5},
        {"end": raises},
        [raises],
        {"tool": Hook(raises, deadline_s="1")},
        {"tool": Hook(raises, deadline_s=0)},
        {"tool": Hook(raises, deadline_s=float("nan"))},
        {"tool": Hook(raises, allows=1)},
        {"tool": Hook(None)},
    ],
)
def test_an_invalid_hook_is_refused(tmp_path, hooks):
    """A wrong hook is an error in the call, before a run's directory is made."""
    with pytest.raises(AskedWrongly):
        held(tmp_path, hooks)
    assert not (tmp_path / "run").exists()
